"""`briefing sources`: feeds found, added, checked, listed, removed, imported and exported."""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.feeds.server import Reply, Server, item, rss, serving

Run = Callable[..., tuple[int, str, str]]
TEXT = (
    "The two ministers met in the capital on Monday and spoke of trade for three hours, and "
    "agreed to meet again in the spring, when the new bridge will have been opened to lorries."
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def file(home: Path) -> Path:
    """A settings file with the corpus folder, and no gap between two requests."""
    path = home / "briefing.toml"
    path.write_text(
        '# mine\n[collect]\ngap_s = 0\n\n[[source]]\nname = "corpus"\nkind = "folder"\n'
        'path = "corpus"\n'
    )
    return path


def _sources(file: Path) -> list[dict[str, object]]:
    return list(tomllib.loads(file.read_text())["source"])


def _page(links: str) -> Reply:
    return Reply(body=f"<html><head>{links}</head><body>Hello</body></html>".encode(), headers=HTML)


def test_a_feed_is_added_under_its_own_title(file: Path, server: Server, briefing: Run) -> None:
    server.paths["/feed"] = Reply(body=rss(item("1", TEXT)))
    code, out, err = briefing("sources", "add", server.url("/feed"), "--allow-private")
    assert (code, err) == (0, "")
    assert out == f"Harbour Wire: {server.url('/feed')} (1 item), added to {file}\n"
    assert _sources(file)[1] == {
        "name": "Harbour Wire",
        "kind": "feed",
        "url": server.url("/feed"),
        "allow_private": True,
    }
    assert file.read_text().startswith("# mine\n")


def test_a_web_page_leads_to_its_feed_and_other_feeds_are_named(
    file: Path, server: Server, briefing: Run
) -> None:
    link = "<link rel='alternate' type='application/rss+xml' href='{}' title='{}'>"
    server.paths["/"] = _page(link.format("/feed", "All") + link.format("/sport", "Sport"))
    server.paths["/feed"] = Reply(body=rss(item("1", TEXT)))
    code, out, err = briefing(
        *("sources", "add", server.url("/"), "--allow-private", "--name", "wire"),
        *("--language", "en", "--state-media", "CN", "--full-text", "--json"),
    )
    assert code == 0
    assert json.loads(out)["others"] == [server.url("/sport")]
    assert f"another feed: {server.url('/sport')} (Sport)" in err
    assert _sources(file)[1] == {
        "name": "wire",
        "kind": "feed",
        "url": server.url("/feed"),
        "language": "en",
        "state_media": "CN",
        "full_text": True,
        "allow_private": True,
    }
    assert server.count("/sport") == 0


def test_without_a_settings_file_one_is_written_that_keeps_the_corpus(
    home: Path, server: Server, briefing: Run
) -> None:
    server.paths["/feed"] = Reply(body=rss(item("1", TEXT)))
    assert briefing("sources", "add", server.url("/feed"), "--allow-private")[0] == 0
    assert [row["name"] for row in _sources(home / "briefing.toml")] == ["corpus", "Harbour Wire"]


def test_a_feed_is_not_added_twice(file: Path, server: Server, briefing: Run) -> None:
    server.paths["/feed"] = Reply(body=rss(item("1", TEXT)))
    server.paths["/feed?utm_source=x"] = server.paths["/feed"]
    briefing("sources", "add", server.url("/feed"), "--allow-private")
    before = file.read_text()
    code, _, err = briefing("sources", "add", server.url("/feed?utm_source=x"), "--allow-private")
    assert code == 1
    assert 'is there already, as "Harbour Wire"' in err
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("PRIVATE", "private address; if it is yours"),
        ("ftp://wire.example/feed", "not an http or https address"),
        ("https://", "names no host"),
    ],
)
def test_an_address_that_cannot_be_read_is_not_added(
    file: Path, server: Server, briefing: Run, address: str, words: str
) -> None:
    before = file.read_text()
    address = server.url("/feed") if address == "PRIVATE" else address
    code, _, err = briefing("sources", "add", address)
    assert (code, words in err, err.count("\n")) == (1, True, 1), err
    assert (file.read_text(), server.asked) == (before, [])


def test_a_page_without_a_feed_is_not_added(file: Path, server: Server, briefing: Run) -> None:
    server.paths["/"] = _page("")
    before = file.read_text()
    code, _, err = briefing("sources", "add", server.url("/"), "--allow-private")
    assert (code, "no feed is linked there" in err) == (1, True), err
    assert file.read_text() == before
    assert len(server.asked) == 1, "no path is tried that nobody named"


def test_a_name_that_is_taken_is_refused_before_anything_is_fetched(
    file: Path, server: Server, briefing: Run
) -> None:
    code, _, err = briefing("sources", "add", server.url("/feed"), "--name", "corpus")
    assert (code, 'there is a source "corpus" already' in err) == (1, True)
    assert server.asked == []


def _configured(file: Path, server: Server, *paths: str) -> None:
    with file.open("a") as out:
        for path in paths:
            out.write(
                f'\n[[source]]\nname = "{path[1:]}"\nkind = "feed"\nurl = "{server.url(path)}"\n'
                "allow_private = true\n"
            )


def test_check_reads_the_named_sources_and_says_how_each_does(
    file: Path, server: Server, briefing: Run
) -> None:
    _configured(file, server, "/good", "/bad", "/other")
    server.paths["/good"] = Reply(
        body=rss(item("1", TEXT)), headers={"Cache-Control": "max-age=7200"}
    )
    server.paths["/bad"] = Reply(status=503, headers={"Retry-After": "99999999999"})
    code, out, _ = briefing("sources", "check", "good", "bad")
    assert code == 3
    good, bad = out.splitlines()
    assert good.startswith("good: read well: 1 item, 1 new; next check 2026-03-03 0")
    assert bad.startswith(f"bad: failed: {server.url('/bad')} answered 503 Service Unavailable")
    assert bad.endswith("next check 2026-03-04 01:06 UTC")
    assert {asked.path for asked in server.asked} == {"/good", "/bad"}


def test_list_shows_state_success_error_items_and_next_check(
    file: Path, server: Server, briefing: Run
) -> None:
    _configured(file, server, "/good", "/bad")
    server.paths["/good"] = Reply(body=rss(item("1", TEXT)))
    server.paths["/bad"] = Reply(status=404)
    briefing("sources", "check")
    code, out, _ = briefing("sources", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert (rows["good"]["state"], rows["good"]["items"], rows["good"]["failures"]) == (
        "read",
        1,
        0,
    )
    assert rows["good"]["last_success"] == "2026-03-03T01:06:40+00:00"
    assert "2026-03-03T02:06:40" <= rows["good"]["next_check"] <= "2026-03-03T02:12:40"
    assert (rows["bad"]["state"], rows["bad"]["failures"]) == ("failed", 1)
    assert "nothing at this address" in rows["bad"]["last_error"]
    assert "2026-03-03T01:21:40" <= rows["bad"]["next_check"] <= "2026-03-03T01:23:10"
    table = briefing("sources", "list")[1]
    assert "next check" in table
    assert "nothing at this address" in table


def test_what_was_learnt_at_another_address_is_not_shown(
    file: Path, server: Server, briefing: Run
) -> None:
    _configured(file, server, "/bad")
    briefing("sources", "check", "bad")
    file.write_text(file.read_text().replace("/bad", "/new"))
    rows = {row["name"]: row for row in json.loads(briefing("sources", "list", "--json")[1])}
    assert (rows["bad"]["state"], rows["bad"]["next_check"]) == ("never", None)


def test_check_of_a_name_that_is_not_there_is_an_error(file: Path, briefing: Run) -> None:
    code, _, err = briefing("sources", "check", "post")
    assert (code, err) == (2, 'briefing: there is no source "post"; there are: "corpus"\n')


def test_a_podcast_is_read_and_its_items_are_counted_as_skipped(
    file: Path, server: Server, briefing: Run
) -> None:
    _configured(file, server, "/talk", "/mixed")
    sound = "<enclosure url='https://e.org/1.mp3' type='audio/mpeg' length='1'/>"
    said = [f"<guid>{n}</guid><title>Talk {n}</title>{sound}" for n in "ab"]
    server.paths["/talk"] = Reply(body=rss(*said))
    server.paths["/mixed"] = Reply(body=rss(item("1", TEXT), *said))
    code, out, err = briefing("sources", "check", "talk", "mixed")
    assert code == 0
    assert [line.split(";")[0] for line in out.splitlines()] == [
        "talk: read well: 2 items, 0 new, 1 skipped",
        "mixed: read well: 3 items, 1 new, 2 skipped",
    ]
    assert err.splitlines() == [
        "briefing: mixed: 2 items skipped: has no text, only media (audio/mpeg)",
        "briefing: talk: skipped: 2 items without a text (podcast or video feed)",
    ]
    rows = {row["name"]: row for row in json.loads(briefing("sources", "list", "--json")[1])}
    told = [(rows[n]["state"], rows[n]["problems"], rows[n]["skipped"]) for n in ("talk", "mixed")]
    assert told == [("read", 0, 1), ("read", 0, 2)]


def test_an_unchanged_feed_goes_on_being_read_well_with_what_it_skips(
    file: Path, server: Server, briefing: Run
) -> None:
    _configured(file, server, "/talk")
    body = rss("<guid>a</guid><title>T</title>")
    server.paths["/talk"] = Reply(body=body, headers={"ETag": '"1"'})
    assert briefing("sources", "check", "talk")[0] == 0
    server.paths["/talk"] = Reply(status=304)
    code, out, _ = briefing("sources", "check", "talk")
    assert (code, "1 item, 0 new, 1 skipped" in out) == (0, True)
    assert server.asked[-1].headers["If-None-Match"] == '"1"'


def test_a_source_is_removed_and_its_articles_stay(
    file: Path, server: Server, briefing: Run
) -> None:
    before = file.read_text()
    _configured(file, server, "/good")
    server.paths["/good"] = Reply(body=rss(item("1", TEXT)))
    briefing("collect")
    code, out, _ = briefing("sources", "remove", "good")
    assert (code, "what it gave stays in the store" in out) == (0, True)
    assert file.read_text().rstrip() == before.rstrip()


@pytest.mark.parametrize("name", ["post", "corpus"])
def test_what_cannot_be_removed_is_one_line(file: Path, briefing: Run, name: str) -> None:
    before = file.read_text()
    code, _, err = briefing("sources", "remove", name)
    assert (code, err.count("\n"), file.read_text()) == (1, 1, before)


OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="Asia">
<outline text="One" xmlUrl="https://one.example/f" language="zh-CN"/>
<outline text="One" xmlUrl="https://two.example/f"/>
<outline text="Again" xmlUrl="https://one.example/f?utm_source=x"/></outline>
<outline text="Bad" xmlUrl="file:///etc/passwd"/></body></opml>"""


def test_a_list_is_imported_once(file: Path, briefing: Run, tmp_path: Path) -> None:
    opml = tmp_path / "list.opml"
    opml.write_text(OPML)
    code, out, err = briefing("sources", "import", opml)
    assert (code, out) == (
        3,
        f"2 feeds added to {file}, 0 were there already; 1 listed more than once\n",
    )
    assert "Bad: left out, its address is not an http or https address" in err
    assert [(row["name"], row.get("language")) for row in _sources(file)[1:]] == [
        ("One", "zh"),
        ("One (2)", None),
    ]
    before = file.read_text()
    found = json.loads(briefing("sources", "import", opml, "--json")[1])
    assert (found["added"], found["known"], found["doubles"]) == ([], 2, 1)
    assert file.read_text() == before


def test_an_attack_is_not_imported(file: Path, briefing: Run, tmp_path: Path) -> None:
    opml = tmp_path / "list.opml"
    opml.write_text("<!DOCTYPE opml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><opml>&x;</opml>")
    before = file.read_text()
    code, _, err = briefing("sources", "import", opml)
    assert (code, "document type" in err, file.read_text()) == (1, True, before)


def test_what_is_exported_is_imported_again(
    file: Path, server: Server, briefing: Run, tmp_path: Path
) -> None:
    _configured(file, server, "/a", "/b")
    code, _, err = briefing("sources", "export", tmp_path / "out.opml")
    assert (code, "1 folder left out" in err) == (0, True)
    assert briefing("sources", "export")[1].encode() == (tmp_path / "out.opml").read_bytes()
    fresh = tmp_path / "fresh.toml"
    briefing("sources", "import", tmp_path / "out.opml", "--config", fresh)
    assert not fresh.exists(), "a file that was asked for must be there"
    fresh.write_text('[[source]]\nname = "corpus"\nkind = "folder"\npath = "corpus"\n')
    briefing("sources", "import", tmp_path / "out.opml", "--config", fresh)
    assert [row.get("url") for row in _sources(fresh)[1:]] == [server.url("/a"), server.url("/b")]
