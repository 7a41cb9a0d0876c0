"""`briefing collect`: which sources are read, and what a folder of the command line is called."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.feeds.server import Reply, Server, item, rss, serving

Run = Callable[..., tuple[int, str, str]]
TEXT = "The two ministers met in the capital on Monday and spoke of trade for three hours."


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def feeds(home: Path, server: Server) -> Server:
    """A settings file with the corpus folder and two feeds, of which none was read."""
    toml = '[collect]\ngap_s = 0\n[[source]]\nname = "corpus"\nkind = "folder"\npath = "corpus"\n'
    for name in ("one", "two"):
        server.paths[f"/{name}"] = Reply(body=rss(item(name, TEXT)))
        toml += f'[[source]]\nname = "{name}"\nkind = "feed"\nurl = "{server.url("/" + name)}"\n'
        toml += "allow_private = true\n"
    (home / "briefing.toml").write_text(toml)
    return server


def _names(out: str) -> list[str]:
    return [row["name"] for row in json.loads(out)]


def _paths(server: Server) -> list[str]:
    found = sorted(asked.path for asked in server.asked)
    server.asked.clear()
    return found


def test_only_what_is_due_is_read_and_a_folder_always_is(
    feeds: Server, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = briefing("collect", "--json")
    assert (code, _names(out), err) == (0, ["corpus", "one", "two"], "")
    assert _paths(feeds) == ["/one", "/two"]
    code, out, err = briefing("collect", "--json")
    assert (code, _names(out), _paths(feeds)) == (0, ["corpus"], [])
    assert err.startswith("briefing: 2 sources are not due yet; --all reads them")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1772500000 + 2 * 3600))
    assert _names(briefing("collect", "--json")[1]) == ["corpus", "one", "two"]


def test_all_reads_what_is_not_due_too(feeds: Server, briefing: Run) -> None:
    briefing("collect")
    _paths(feeds)
    code, out, err = briefing("collect", "--all", "--json")
    assert (code, _names(out), err) == (0, ["corpus", "one", "two"], "")
    assert _paths(feeds) == ["/one", "/two"]


def test_a_name_is_read_whether_it_is_due_or_not(feeds: Server, briefing: Run) -> None:
    briefing("collect")
    _paths(feeds)
    code, out, err = briefing("collect", "two", "--json")
    assert (code, _names(out), err, _paths(feeds)) == (0, ["two"], "", ["/two"])


def test_a_name_that_no_source_has_is_wrong_usage_and_nothing_is_read(
    feeds: Server, briefing: Run
) -> None:
    code, out, err = briefing("collect", "one", "three")
    assert (code, out, _paths(feeds)) == (2, "", [])
    assert err == 'briefing: there is no source "three"; there are: "corpus", "one", "two"\n'


def test_a_source_that_is_read_no_more_is_told_until_somebody_names_it(
    feeds: Server, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds.paths["/one"] = Reply(status=410)
    briefing("collect")
    for hours in (30, 60):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1772500000 + hours * 3600))
        code, out, err = briefing("collect", "--json")
        assert (code, _names(out)) == (3, ["corpus", "one", "two"])
    _paths(feeds)
    assert "gone for good" in err
    feeds.paths["/one"] = Reply(body=rss(item("one", TEXT)))
    code, out, _ = briefing("collect", "one", "--json")
    assert (code, json.loads(out)[0]["state"], _paths(feeds)) == (0, "read", ["/one"])


def test_a_folder_of_the_command_line_has_its_own_name(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("a/news", "b/news"):
        (home / folder).mkdir(parents=True)
        (home / folder / "x.txt").write_text(f"{TEXT} It was {folder}.")
    (home / "a" / "deep").mkdir()
    monkeypatch.chdir(home / "a" / "deep")
    assert _names(briefing("collect", "--corpus", "../news", "--json")[1]) == ["news"]
    assert _names(briefing("collect", "--corpus", home / "a" / "news", "--json")[1]) == ["news"]


def test_two_folders_of_one_name_never_share_what_was_read(home: Path, briefing: Run) -> None:
    for folder in ("a/news", "b/news"):
        (home / folder).mkdir(parents=True)
        (home / folder / "x.txt").write_text(f"{TEXT} It was {folder}.")
    first, second = str(home / "a" / "news"), str(home / "b" / "news")
    briefing("collect", "--corpus", first)
    for _ in range(2):
        (row,) = json.loads(briefing("collect", "--corpus", second, "--json")[1])
        assert (row["name"], row["items"]) == (second, 1)
        (row,) = json.loads(briefing("collect", "--corpus", first, "--json")[1])
        assert (row["name"], row["items"], row["new"]) == ("news", 1, 0)


def test_a_folder_that_has_the_name_of_a_source_is_named_in_full(home: Path, briefing: Run) -> None:
    other = home / "elsewhere" / "corpus"
    other.mkdir(parents=True)
    (other / "x.txt").write_text(TEXT)
    assert _names(briefing("collect", "--corpus", other, "--json")[1]) == [str(other)]
    (home / "link").symlink_to(home / "corpus")
    for same in ("corpus", "./elsewhere/../corpus", "link"):
        assert _names(briefing("collect", "--corpus", same, "--json")[1]) == ["corpus"]
