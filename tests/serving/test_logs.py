"""One line an outcome, for people and for machines, without a mailbox."""

import asyncio
import json
import logging
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import publishing
from service.app import App
from service.serving.logs import Json, Text, _Stranger, masked, set_up
from service.store.periods import Slot
from tests.serving.given import Hands, ask, jobs_of


def _record(
    message: str, *args: object, name: str = "service.pipeline", level: int = logging.INFO
) -> logging.LogRecord:
    record = logging.LogRecord(name, level, "file.py", 1, message, args, None)
    record.created = 1795000000.125
    return record


def test_a_line_of_text_has_time_level_logger_words_and_pairs() -> None:
    line = Text().format(_record("issue published id=%d edition=%s", 7, "daily@Asia/Tokyo"))
    assert line == (
        "2026-11-18T11:06:40.125Z INFO service.pipeline issue published id=7 "
        "edition=daily@Asia/Tokyo"
    )


def test_a_value_with_blanks_is_quoted() -> None:
    line = Text().format(_record("source read name=%s new=%d", 'The "Wire"', 3))
    assert line.endswith('source read name="The \\"Wire\\"" new=3')


def test_json_has_a_field_for_each_pair_of_its_own_kind() -> None:
    made = json.loads(Json().format(_record("issue published id=%d edition=%s", 7, "daily")))
    assert made == {
        "time": "2026-11-18T11:06:40.125Z",
        "level": "info",
        "logger": "service.pipeline",
        "event": "issue published",
        "id": 7,
        "edition": "daily",
    }


def test_a_pair_called_as_a_field_of_ours_does_not_take_its_place() -> None:
    made = json.loads(Json().format(_record("format not made level=%s code=%s", "pdf", None)))
    assert (made["level"], made["level_"], made["code"]) == ("info", "pdf", None)


@pytest.mark.parametrize(
    ("message", "args"), [("100%% done", ()), ("from %s to %s", ("a", "b")), ("plain", ())]
)
def test_what_has_no_pairs_is_words(message: str, args: tuple[object, ...]) -> None:
    record = _record(message, *args)
    assert json.loads(Json().format(record))["event"] == record.getMessage()


@pytest.mark.parametrize("formatter", [Text(), Json()])
def test_an_error_has_its_traceback_and_no_mailbox(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("550 <reader.one+x@mail.example.org> is unknown")
    except ValueError as error:
        record = _record("job failed name=%s", "to a@b.example", level=logging.ERROR)
        record.exc_info = (ValueError, error, error.__traceback__)
    line = formatter.format(record)
    assert "ValueError" in line
    assert "example" not in line


@given(st.emails())
def test_no_mailbox_gets_through_whole(address: str) -> None:
    domain = address.rpartition("@")[2]
    if "." in domain and not domain.startswith("["):
        assert f"x {address} y" not in masked(f"x {address} y")


def test_an_edition_of_a_zone_is_no_mailbox() -> None:
    assert masked("daily@Asia/Tokyo, daily@UTC") == "daily@Asia/Tokyo, daily@UTC"


@pytest.mark.parametrize(
    ("name", "level", "written"),
    [
        ("service.pipeline", logging.INFO, True),
        ("feeds.fetch", logging.WARNING, True),
        ("alembic.runtime", logging.INFO, False),
        ("apscheduler.scheduler", logging.WARNING, False),
        ("uvicorn.error", logging.ERROR, True),
        ("servicemix", logging.INFO, False),
    ],
)
def test_libraries_are_heard_from_an_error_on(name: str, level: int, written: bool) -> None:
    assert _Stranger().filter(_record("x", name=name, level=level)) == written


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_goes_to_the_standard_error_once_however_often_it_is_set_up(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up(form, "info")  # type: ignore[arg-type]
        set_up(form, "warning")  # type: ignore[arg-type]
        logging.getLogger("service.test").info("not this")
        logging.getLogger("service.test").warning("read name=%s", "x")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert ('"name": "x"' in err) == (form == "json")


def test_a_source_that_fails_is_logged_with_the_kind_of_its_fault_and_no_address(
    app: App, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    (app.settings.anchor / "corpus").rename(app.settings.anchor / "elsewhere")
    asyncio.run(jobs_of(app, hands).collect())
    (line,) = (r.getMessage() for r in caplog.records if "source failed" in r.getMessage())
    assert line == "source failed name=corpus error=SourceError status=None times=1"


def test_an_issue_that_is_put_off_is_logged_with_its_reason(
    app: App, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(held: Slot, at: datetime) -> publishing.Made:
        return publishing.Made(error="the page could not be set")

    caplog.set_level("WARNING")
    ask(app.store, "daily", hands)
    asyncio.run(jobs_of(app, hands, make=fails).publish())
    (line,) = (r.getMessage() for r in caplog.records if "put off" in r.getMessage())
    assert line.endswith("key=asked-1 attempt=1 reason=the page could not be set")


def _failed(error: BaseException, *, name: str) -> logging.LogRecord:
    record = _record("listener error: %r", error, name=name, level=logging.ERROR)
    record.exc_info = (type(error), error, error.__traceback__)
    return record


def test_of_a_database_that_is_away_a_library_says_one_line_and_of_a_bug_all() -> None:
    from psycopg import OperationalError

    away, bug = OperationalError("connection failed\nIs the server running?"), TypeError("a bug")
    for error, lines, words in ((away, 1, 'reason="connection failed"'), (bug, 2, "TypeError")):
        record = _failed(error, name="procrastinate.utils")
        assert _Stranger().filter(record)
        text = Text().format(record)
        assert text.count("\n") + 1 == lines
        assert words in text
    ours = _failed(away, name="service.engine")
    assert _Stranger().filter(ours)
    assert ours.exc_info
