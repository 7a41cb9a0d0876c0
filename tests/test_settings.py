"""Settings: defaults without a file, every fault at once, the environment over the file."""

import re
import tomllib
from pathlib import Path

import pytest

from service import settings, topic, wholeness
from service.cli.init import template
from service.errors import SettingsError


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BRIEFING_HOME", "BRIEFING_STORE__URL", "BRIEFING_DESK__TIMEZONE"):
        monkeypatch.delenv(name, raising=False)


def _faults(tmp_path: Path, toml: str) -> tuple[str, ...]:
    file = tmp_path / "briefing.toml"
    file.write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        settings.load(file)
    return caught.value.problems


def test_without_a_file_the_corpus_folder_is_the_one_source(tmp_path: Path) -> None:
    found = settings.load(None, home=tmp_path)
    assert [(s.name, s.kind) for s in found.source] == [("corpus", "folder")]
    assert found.path("corpus") == tmp_path / "corpus"
    assert found.store_url == f"sqlite:///{tmp_path}/briefing.db"


def test_a_file_in_the_home_folder_is_read_unasked(tmp_path: Path) -> None:
    (tmp_path / "briefing.toml").write_text('[desk]\ntitle = "Morning"\n')
    assert settings.load(None, home=tmp_path).desk.title == "Morning"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "b.toml").write_text('[[source]]\nname = "a"\nkind = "folder"\npath = "x"\n')
    found = settings.load(folder / "b.toml")
    assert found.path("x") == folder / "x"


def test_an_address_of_a_server_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "briefing.toml").write_text('[store]\nurl = "postgresql://db/briefs"\n')
    assert settings.load(None, home=tmp_path).store_url == "postgresql://db/briefs"


def test_every_fault_is_told_at_once_with_its_key(tmp_path: Path) -> None:
    problems = _faults(
        tmp_path,
        """
        [desk]
        timezone = "Mars/Base"
        titel = "misspelt"
        topic = "nowhere"
        summarizer = "magic"
        [store]
        url = "mysql://db/briefs"
        [[source]]
        name = "a"
        kind = "fedd"
        [[source]]
        name = "a"
        kind = "feed"
        [[source]]
        name = "b"
        kind = "folder"
        language = "English"
        [[edition]]
        name = "daily"
        at = "25:00"
        every = "day"
        cron = "0 7 * * *"
        summarizer = "magic"
        [[recipient]]
        address = "nobody"
        editions = ["weekly"]
        [smtp]
        port = "abc"
        """,
    )
    text = "\n".join(problems)
    for key in (
        "desk.timezone",
        "desk.titel",
        "desk.topic",
        "desk.summarizer",
        "store.url",
        "source[1].kind",
        "source[2]",
        "source[3]",
        "source[3].language",
        "source.name",
        "edition[1].at",
        "edition[1]",
        "edition[1].summarizer",
        "recipient[1].address",
        "recipient[1].editions",
        "smtp.port",
    ):
        assert f"briefing.toml: {key}: " in text, f"{key} is not told:\n{text}"
    assert all("\n" not in problem for problem in problems)


def test_the_shipped_topics_are_those_of_the_folder() -> None:
    folder = Path(topic.__file__).parent / "profiles"
    assert sorted(wholeness.SHIPPED_TOPICS) == sorted(f.stem for f in folder.glob("*.toml"))


def test_no_fault_is_told_twice(tmp_path: Path) -> None:
    problems = _faults(
        tmp_path, "[[source]]\nname = 's'\nkind = 'folder'\n[[edition]]\nname = 'd'\n"
    )
    assert len(problems) == 2


def test_a_fault_shows_what_would_be_right(tmp_path: Path) -> None:
    (problem,) = _faults(tmp_path, '[desk]\ntimezone = "Mars/Base"\n')
    assert problem.endswith('for example "Europe/London"')


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[[edition]]\nname = 'd'\n", 'every = "day" or cron'),
        ("[[edition]]\nname = 'd'\nevery = 'day'\ncron = '0 7 * * *'\n", "either"),
        ("[[source]]\nname = 's'\nkind = 'folder'\n", "needs path"),
        ("[[source]]\nname = 's'\nkind = 'feed'\nurl = 'ftp://x'\n", "http://"),
        ('[collect]\ncontact = "the desk"\n', "without blanks"),
        ("[collect]\nconnections = 0\n", "greater than or equal to 1"),
        ("[collect]\ngap_s = -1\n", "greater than or equal to 0"),
        ('[collect]\nproxy = "socks5://p"\n', "http://"),
        ('[collect]\nproxy = "https://p"\n', "is no proxy"),
        ('[desk]\nmarking = "two\\nlines"\n', "one line"),
        ("anchor = 'x'\n", "is not a setting"),
        ("[desk]\ntopic = 'mine.toml'\n", "there is no file"),
        ("[store]\nurl = 'sqlite:///'\n", "is the address of no database"),
        ("[store]\nartifacts = 's3://'\n", "is no place for files"),
        ("[store]\nartifacts = 'memory://x'\n", "is no place for files"),
        ("[store]\nartifacts = 'file://srv/briefs'\n", "needs three slashes"),
        ("[store]\nartifacts = 's3://key:secret@bucket/x'\n", "keys come from the environment"),
        ("[store]\nartifacts = 's3://bucket/x?anon=1'\n", "no name, key or option"),
        ("[desk\n", "is not TOML"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, toml: str, told: str) -> None:
    assert any(told in problem for problem in _faults(tmp_path, toml))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("database", None),
        ("files", "file://{home}/files"),
        ("/srv/the briefs", "file:///srv/the%20briefs"),
        ("file:///srv/briefs/", "file:///srv/briefs"),
        ("s3://bucket/briefs/", "s3://bucket/briefs"),
    ],
)
def test_files_lie_in_the_database_a_folder_or_at_an_address(
    tmp_path: Path, given: str, place: str | None
) -> None:
    (tmp_path / "briefing.toml").write_text(f'[store]\nartifacts = "{given}"\n')
    found = settings.load(None, home=tmp_path).artifacts
    assert found == (place and place.format(home=tmp_path))


def test_a_file_that_was_asked_for_and_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="briefing init"):
        settings.load(tmp_path / "none.toml")


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "briefing.toml").write_bytes(b'[desk]\ntitle = "\xff"\n')
    with pytest.raises(SettingsError, match="UTF-8"):
        settings.load(None, home=tmp_path)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "briefing.toml").write_text('[desk]\ntitle = "A"\ntimezone = "Europe/London"\n')
    monkeypatch.setenv("BRIEFING_DESK__TIMEZONE", "Asia/Shanghai")
    found = settings.load(None, home=tmp_path)
    assert (found.desk.title, found.desk.timezone) == ("A", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (
            "BRIEFING_DESK__TIMEZONE",
            "Mars",
            'BRIEFING_DESK__TIMEZONE: "Mars" is no time zone of the IANA list; '
            "for example Europe/London",
        ),
        ("briefing_desk__paper", "A3", "briefing_desk__paper: input should be 'A4' or 'Letter'"),
        ("BRIEFING_DESK__TITEL", "x", "BRIEFING_DESK__TITEL: is not a setting"),
        ("BRIEFING_DESK", '{"timezone": "Mars"}', 'BRIEFING_DESK: timezone: "Mars" is no'),
        ("BRIEFING_DESK", "{x", "BRIEFING_DESK: is not JSON; set one key at a time"),
        ("BRIEFING_SOURCE", '[{"name": "a"}]', "BRIEFING_SOURCE: [1].kind: is missing"),
        ("BRIEFING_EDITION__0__NAME", "x", "BRIEFING_EDITION__0__NAME: input should be"),
    ],
)
def test_a_fault_of_the_environment_names_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    problems = _faults(tmp_path, '[desk]\ntitle = "A"\n')
    assert problems[0].startswith(told)
    assert "briefing.toml" not in problems[0]
    assert "\n" not in problems[0]


def test_a_fault_of_the_file_beside_a_right_variable_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIEFING_DESK", '{"title": "B"}')
    monkeypatch.setenv("BRIEFING_DESK__MARKING", "OPEN")
    (problem,) = _faults(tmp_path, '[desk]\ntimezone = "Mars"\n')
    assert problem.startswith(f"{tmp_path}/briefing.toml: desk.timezone: ")


def test_issues_are_written_to_briefs_in_the_home_folder(tmp_path: Path) -> None:
    found = settings.default_output({"BRIEFING_HOME": str(tmp_path)})
    assert found == tmp_path / "briefs"


def test_the_shipped_file_has_exactly_the_defaults(tmp_path: Path) -> None:
    written = settings.check(tomllib.loads(template()), home=tmp_path)
    assert written == settings.check({}, home=tmp_path).model_copy(
        update={"source": written.source}
    )
    assert written.source[0].model_copy(update={"max_mb": 20}) == written.source[0]


def test_the_shipped_file_is_right_with_every_comment_taken_away(tmp_path: Path) -> None:
    setting = re.compile(r"# (?=\[\[|[a-z_]+ = )")
    text = "\n".join(setting.sub("", line, count=1) for line in template().splitlines())
    found = settings.check(tomllib.loads(text), home=tmp_path)
    assert [source.kind for source in found.source] == ["folder", "feed"]
    assert found.edition[0].name == "daily"
    assert found.recipient[0].editions == ("daily",)
