"""What readers get is made before the issue is written, with the desk's own templates."""

import email
import json
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from service.delivering.enqueue import enqueue
from service.delivering.letters import Desk
from service.delivering.mailings import Mailings, of_issue
from service.delivery.base import Envelope
from service.model import Brief
from service.render.charts import Chart
from service.store import Store, notices, recipients
from service.store.recipients import Wanted
from tests.builders import brief
from tests.delivering.given import Clock, desk, issue, join, run
from tests.delivery.fakes import FakeChannel
from tests.store.given import START, hour

FULL = Wanted(address="a@one.example", editions=("daily",), format="full", attach=())
DIGEST = Wanted(address="b@two.example", editions=("daily",), format="digest", attach=())
HOOK = Wanted(
    address="https://hooks.example/in", channel="webhook", editions=("daily",), attach=("md",)
)


def archive() -> Desk:
    return desk(web_url=lambda ident: f"https://briefs.example/issues/{ident}")


def sent(store: Store, of: int, mailings: Mailings) -> list[Envelope]:
    """Write the rows of an issue for all readers of the edition, and send them."""
    with store.write() as db:
        enqueue(*(db, of, recipients.readers(db, "daily"), mailings), now=START, expires=hour(24))
    channel = FakeChannel()
    run(store, channel, Clock(), own=mailings.desk)
    return channel.stored


def parts(envelope: Envelope) -> dict[str, str]:
    """Return the texts of a mail by kind."""
    made = email.message_from_bytes(envelope.message, policy=default)
    assert isinstance(made, EmailMessage)
    leaves = [part for part in made.walk() if part.get_content_maintype() == "text"]
    return {part.get_content_subtype(): part.get_content() for part in leaves}


def test_the_issue_s_address_is_filled_in_when_its_id_is_known(store: Store) -> None:
    join(store, FULL, DIGEST)
    mailings = Mailings(brief(number=1), (), archive(), edition="daily", charts=lambda told: ())
    mailings.prepare([FULL, DIGEST])
    issue(store, number=7)
    of = issue(store)
    made = sent(store, of, mailings)
    assert len(made) == 2
    for envelope in made:
        for text in parts(envelope).values():
            assert f"https://briefs.example/issues/{of}" in text
            assert "/issues/mark" not in text


def test_the_address_is_in_what_a_webhook_gets_too(store: Store) -> None:
    mailings = Mailings(brief(number=1), (), archive(), edition="daily")
    mailings.prepare([HOOK])
    data = json.loads(mailings.content(HOOK, 12))
    assert data["url"] == "https://briefs.example/issues/12"
    assert [file["format"] for file in data["files"]] == ["md"]


def test_charts_are_drawn_once_and_before_the_rows_are_written(store: Store) -> None:
    drawn: list[Brief] = []

    def draw(told: Brief) -> Sequence[Chart]:
        drawn.append(told)
        return ()

    join(store, FULL, Wanted(address="c@two.example", editions=("daily",), format="full"), DIGEST)
    of = issue(store)
    with store.read() as db:
        mailings = of_issue(store, of, desk(), edition="daily", charts=draw)
        readers = recipients.readers(db, "daily")
    mailings.prepare(readers)
    assert len(drawn) == 1
    sent(store, of, mailings)
    assert len(drawn) == 1


def test_no_chart_is_drawn_for_mails_that_show_none() -> None:
    def draw(told: Brief) -> Sequence[Chart]:
        raise AssertionError("drawn for nobody")

    mailings = Mailings(brief(number=1), (), desk(), edition="daily", charts=draw)
    mailings.prepare([DIGEST])
    assert mailings.content(DIGEST, 1)


def test_who_joins_while_an_issue_is_made_gets_it_as_well(store: Store) -> None:
    join(store, DIGEST)
    mailings = Mailings(brief(number=1), (), desk(), edition="daily", charts=lambda told: ())
    mailings.prepare([DIGEST])
    join(store, Wanted(address="late@one.example", editions=("daily",), language="zh"))
    made = sent(store, issue(store), mailings)
    assert {envelope.to for envelope in made} == {DIGEST.address, "late@one.example"}


@pytest.mark.slow
def test_a_desk_s_own_mail_templates_are_those_of_its_mailings(
    store: Store, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "mail"
    own.mkdir(parents=True)
    (own / "mail.txt").write_text("OUR OWN WORDS of {{ brief.title }}\n", encoding="utf-8")
    join(store, DIGEST)
    mailings = Mailings(brief(number=1), (), desk(), edition="daily", templates=own.parent)
    mailings.prepare([DIGEST])
    assert mailings.problems == ()
    (envelope,) = sent(store, issue(store), mailings)
    assert parts(envelope)["plain"].startswith("OUR OWN WORDS of ")


@pytest.mark.slow
def test_where_an_own_template_fails_the_shipped_one_is_sent_and_the_operator_told(
    store: Store, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "mail"
    own.mkdir(parents=True)
    (own / "mail.txt").write_text("{{ brief.titel }}\n", encoding="utf-8")
    join(store, DIGEST)
    mailings = Mailings(brief(number=1), (), desk(), edition="daily", templates=own.parent)
    mailings.prepare([DIGEST])
    shipped = Mailings(brief(number=1), (), desk(), edition="daily")
    made = sent(store, issue(store), mailings)
    (told,) = _notices(store)
    assert (told.cause, "titel" in told.text) == ("templates:daily", True)
    with store.read() as db:
        (reader,) = recipients.readers(db, "daily")
    assert parts(made[0]).keys() == {"plain", "html"}
    assert len(mailings.content(reader, 1)) == len(shipped.content(reader, 1))


def test_a_folder_of_templates_that_is_gone_costs_no_mail(store: Store, tmp_path: Path) -> None:
    join(store, DIGEST)
    mailings = Mailings(brief(number=1), (), desk(), edition="daily", templates=tmp_path / "gone")
    assert len(sent(store, issue(store), mailings)) == 1
    (told,) = _notices(store)
    assert "there is no such folder of templates" in told.text


def _notices(store: Store) -> tuple[notices.Notice, ...]:
    with store.read() as db:
        return notices.listing(db, since=START)
