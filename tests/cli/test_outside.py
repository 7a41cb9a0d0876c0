"""Files outside the database, as they are used: published, mailed, read, proved, pruned."""

import email
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import delete, select

from service import settings
from service.store import Store, notices, places
from service.store.tables import artifact
from tests.archive.given import Desk
from tests.beside import beside
from tests.delivery.server import Server, serving
from tests.postgres.given import database
from tests.store.s3 import bucket

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(params=["sqlite-folder", "postgresql-s3"])
def place(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Give the address of a place, and let the settings name a database of one of the engines."""
    engine, _, kind = request.param.partition("-")
    with database(engine, home) as url:
        monkeypatch.setenv("BRIEFING_STORE__URL", url)
        if kind == "folder":
            (home / "files").mkdir()
            yield (home / "files").as_uri()
        else:
            with bucket() as address:
                yield address


def configured(home: Path, place: str, port: int = 9) -> None:
    (home / "briefing.toml").write_text(
        f'[store]\nartifacts = "{place}"\n[[edition]]\nname = "daily"\nevery = "day"\n'
        '[[recipient]]\naddress = "a@one.example"\neditions = ["daily"]\nattach = ["html"]\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        'sender = "Border Brief <brief@desk.example>"\n',
        encoding="utf-8",
    )


def rows() -> dict[str, dict[str, Any]]:
    """Return the rows of all files, by format."""
    with Store.open(settings.load(None).store_url) as store, store.read() as db:
        return {row.format: dict(row._mapping) for row in db.execute(select(artifact))}


def lying(row: dict[str, Any]) -> bytes | None:
    """Return the object of a row."""
    digest = row["sha256"]
    return places.at(row["place"]).get(f"{digest[:2]}/{digest[2:]}.{row['format']}")


def test_an_issue_is_published_mailed_read_proved_and_pruned(
    home: Path, briefing: Run, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with beside(serving(Server())) as server:
        configured(home, place, server.port)
        code, out, err = briefing("now", "--edition", "daily", "--format", "pdf,html", "--send")
    assert (code, err) == (0, "briefing: sent to 1 of 1 recipient\n")
    written = {path.suffix[1:]: path for path in map(Path, out.splitlines())}
    kept = rows()
    assert {(row["place"], bytes(row["data"])) for row in kept.values()} == {(place, b"")}
    assert {form: lying(row) for form, row in kept.items()} == {
        form: path.read_bytes() for form, path in written.items()
    }
    mail = email.message_from_bytes(server.kept[0].content, policy=default)
    (attached,) = mail.iter_attachments()
    sent = attached.get_payload(decode=True)
    assert isinstance(sent, bytes)
    assert hashlib.sha256(sent).hexdigest() == kept["html"]["sha256"]

    chosen = settings.load(None)
    with Store.open(chosen.store_url, artifacts=chosen.artifacts) as store:
        with Desk(store, home).client() as browser:
            page = browser.get("/issues/1")
            read = browser.get(f"/issues/1/{kept['pdf']['name']}")
        assert (page.status_code, read.status_code) == (200, 200)
        assert read.content == written["pdf"].read_bytes()

    assert briefing("issues", "verify", "1")[0] == 0
    assert briefing("issues", "rebuild", "1")[0] == 0
    wrong = json.loads(briefing("store", "check", "--json")[1])["wrong"]
    # The tests' PostgreSQL waits for no disk, and is told so.
    assert [line for line in wrong if "fsync is off" not in line] == []
    assert briefing("issues", "render", "1", "--format", "pdf", "--out", home / "again")[0] == 0
    assert next((home / "again").iterdir()).read_bytes() == read.content

    assert briefing("now", "--edition", "daily", "--format", "txt")[0] == 0
    later = datetime.now(UTC) + timedelta(days=61)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(later.timestamp())))
    monkeypatch.setenv("BRIEFING_RETENTION__ARTIFACTS", "60d")
    done = json.loads(briefing("store", "prune", "--json")[1])
    assert (done["artifacts"], done["objects"]) == (2, 2)
    assert [lying(kept[form]) for form in ("pdf", "html")] == [None, None]
    assert set(rows()) == {"txt"}
    assert lying(rows()["txt"]) is not None


def test_what_is_lost_is_told_by_check_and_verify_and_made_again_by_render(
    home: Path, briefing: Run
) -> None:
    folder = home / "files"
    folder.mkdir()
    configured(home, "files")
    assert briefing("now", "--edition", "daily", "--format", "html,txt")[0] == 0
    kept = rows()
    assert kept["txt"]["place"] == folder.as_uri()
    shutil.rmtree(next(folder.glob(f"{kept['txt']['sha256'][:2]}")))
    code, _, err = briefing("store", "check")
    assert (code, "the txt of issue 1 is missing in file://" in err) == (1, True)
    code, _, err = briefing("issues", "verify", "1")
    assert (code, "the txt of issue 1 is missing in file://" in err) == (1, True)
    code, out, _ = briefing("issues", "render", "1", "--format", "txt", "--out", home / "again")
    assert code == 0
    made = Path(out.strip()).read_bytes()
    assert hashlib.sha256(made).hexdigest() == kept["txt"]["sha256"]


def test_a_place_that_does_not_answer_costs_no_issue_and_the_operator_is_told(
    home: Path, briefing: Run
) -> None:
    configured(home, "share")
    assert briefing("now", "--edition", "daily", "--format", "txt")[0] == 0
    kept = rows()["txt"]
    assert (kept["place"], hashlib.sha256(kept["data"]).hexdigest()) == (None, kept["sha256"])
    with Store.open(settings.load(None).store_url) as store, store.read() as db:
        (told,) = notices.listing(db, since=datetime(2026, 1, 1, tzinfo=UTC))
    assert told.cause == "artifacts"
    assert told.text.startswith("files of issues go into the database: the folder ")
    assert told.text.endswith("share for files is not there: make it, or mount its share")
    assert briefing("issues", "verify", "1")[0] == 0


def test_a_page_is_read_though_its_place_does_not_answer(home: Path, briefing: Run) -> None:
    (home / "files").mkdir()
    configured(home, "files")
    assert briefing("now", "--edition", "daily", "--format", "html,txt")[0] == 0
    (home / "files").rename(home / "unmounted")
    chosen = settings.load(None)
    with (
        Store.open(chosen.store_url, artifacts=chosen.artifacts) as store,
        Desk(store, home).client() as browser,
    ):
        page = browser.get("/issues/1")
        assert (page.status_code, "archive-bar" in page.text) == (200, True)
        file = browser.get(f"/issues/1/{rows()['txt']['name']}")
        # It may be mounted again in a moment.
        assert (file.status_code, file.headers["Retry-After"]) == (503, "30")


def test_a_folder_is_relative_to_the_settings_and_its_address_says_where(
    home: Path, briefing: Run
) -> None:
    (home / "our files").mkdir()
    configured(home, "our files")
    assert briefing("now", "--format", "txt")[0] == 0
    place = rows()["txt"]["place"]
    assert Path(unquote(urlsplit(place).path)) == home / "our files"


def test_prune_sweeps_though_nothing_is_to_be_let_go(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "files").mkdir()
    configured(home, "files")
    assert briefing("now", "--format", "txt")[0] == 0
    with Store.open(settings.load(None).store_url) as store, store.write() as db:
        db.execute(delete(artifact))
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(later.timestamp())))
    code, out, _ = briefing("store", "prune", "--json")
    assert (code, json.loads(out)["objects"]) == (0, 1)
    assert [path for path in (home / "files").rglob("*") if path.is_file()] == []
