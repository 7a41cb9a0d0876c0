"""One reader's bytes: what the mail program sees, and nothing that a name could add."""

import email
import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.delivering.letters import address_line, message_id, stored
from service.delivering.mailings import Mailings, key
from service.delivery import verp
from service.delivery.base import Envelope
from service.delivery.mailing import Mail, Personal
from service.store import Store, recipients
from service.store.recipients import Recipient, Wanted
from tests.builders import brief
from tests.delivering.given import PDF, Clock, desk, issue, join, queue, rows, run, states
from tests.delivery.fakes import FakeChannel

HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "Auto-Submitted", "Precedence", "Content-Language"),
    *("MIME-Version", "Content-Type"),
]


def sent(store: Store, *readers: Wanted, told: object = None, **fields: object) -> list[Envelope]:
    join(store, *readers)
    queue(store, issue(store, told), own=desk(**fields))  # type: ignore[arg-type]
    channel = FakeChannel()
    run(store, channel, Clock(), own=desk(**fields))
    return channel.stored


def parsed(envelope: Envelope) -> EmailMessage:
    made = email.message_from_bytes(envelope.message, policy=default)
    assert isinstance(made, EmailMessage)
    return made


def reader(address: str = "a@one.example", **fields: object) -> Wanted:
    return Wanted(address=address, editions=("daily",), **fields)  # type: ignore[arg-type]


def test_a_mail_is_addressed_to_its_reader_alone_with_their_own_link(store: Store) -> None:
    made = sent(store, reader(name="Анна"), reader("b@two.example"))
    assert len(made) == 2
    with store.read() as db:
        ids = {one.address: one.id for one in recipients.listing(db)}
    for envelope in made:
        mail = parsed(envelope)
        assert mail.keys() == HEADERS
        assert [a.addr_spec for a in mail["To"].addresses] == [envelope.to]
        own, others = ids.pop(envelope.to), ids.values()
        assert f"https://briefs.example/leave/t.{own}.daily" in mail["List-Unsubscribe"]
        assert (
            f"mailto:brief@desk.example?subject=leave%20t.{own}.daily" in mail["List-Unsubscribe"]
        )
        bodies = [p.get_content() for p in mail.walk() if p.get_content_maintype() == "text"]
        assert len(bodies) == 2
        assert all(f"https://briefs.example/leave/t.{own}.daily" in body for body in bodies)
        assert not any(other in envelope.message.decode() for other in others)
        ids[envelope.to] = own
        assert envelope.name == "brief-1.eml"
        assert [p.get_content() for p in mail.iter_attachments()] == [PDF]
    assert made[0].sender == "brief@desk.example"


def test_a_name_of_500_characters_stands_whole_in_the_header(store: Store) -> None:
    name = "Отдел " + "я" * 494
    (envelope,) = sent(store, reader(name=name))
    # The newer parser of the standard library puts blanks between encoded words of a name.
    raw = email.message_from_bytes(envelope.message)["To"]
    assert str(make_header(decode_header(raw))) == f"{name} <a@one.example>"
    assert max(map(len, envelope.message.split(b"\r\n"))) <= 998
    assert states(store) == {"a@one.example": "sent"}


INJECTIONS = [
    "=?utf-8?q?a=0D=0ABcc:_evil@x.example?=",
    "a\r\nBcc: evil@x.example",
    'x" <evil@x.example>, "y',
    "evil@x.example, b",
    "<evil@x.example>",
    "a\u2028Bcc: evil@x.example",
    "\x00\x0b\x85",
    "(comment) name; group: a@b",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_in_a_name_or_a_title_adds_a_header_or_an_address(store: Store, text: str) -> None:
    # The name as it would stand in a store that someone else wrote to.
    (envelope,) = sent(store, reader(name=text), told=brief(number=1, title=text))
    mail = parsed(envelope)
    assert mail.keys() == HEADERS
    assert [a.addr_spec for a in mail["To"].addresses] == ["a@one.example"]
    assert envelope.to == "a@one.example"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(max_size=120))
def test_any_name_leaves_one_address_in_to(name: str) -> None:
    line = address_line("a@one.example", name, utf8=False)
    made = email.message_from_bytes(b"To: " + line.encode() + b"\r\n\r\n", policy=default)
    assert made.keys() == ["To"]
    assert [a.addr_spec for a in made["To"].addresses] == ["a@one.example"]


def test_an_address_that_cannot_stand_in_a_header_costs_its_reader_only(store: Store) -> None:
    made = sent(store, reader("иван@one.example"), reader("b@two.example"))
    assert [envelope.to for envelope in made] == ["b@two.example"]
    assert states(store) == {"b@two.example": "sent", "иван@one.example": "failed"}
    assert any("in ASCII before the @" in (row.reply or "") for row in rows(store))


def test_other_scripts_before_the_at_are_sent_where_the_server_takes_them(store: Store) -> None:
    (envelope,) = sent(store, reader("иван@one.example"), utf8=True)
    assert "To: иван@one.example\r\n".encode() in envelope.message


def test_bounces_come_back_with_a_signed_mark_of_the_delivery(store: Store) -> None:
    (envelope,) = sent(store, reader(), bounces="bounce@desk.example")
    (row,) = rows(store)
    with store.read() as db:
        (one,) = recipients.listing(db)
    assert envelope.sender == verp.address("bounce@desk.example", row.id, one.id)
    assert one.id not in envelope.sender
    assert len(envelope.sender.partition("@")[0]) <= 64


def test_readers_with_the_same_wishes_share_one_frozen_mail(store: Store) -> None:
    from sqlalchemy import func, select

    from service.store.ledger import mailing

    wishes: list[dict[str, object]] = [
        {},
        {"format": "text"},
        {"format": "full", "language": "ru"},
        {"attach": ()},
        {"attach": ("pdf", "md")},
    ]
    readers = [reader(f"r{n}@x.example", **wishes[n % 5]) for n in range(20)]
    made = {one.to: parsed(one) for one in sent(store, *readers)}
    with store.read() as db:
        assert db.scalar(select(func.count()).select_from(mailing)) == 5
    kinds = {part.get_content_type() for part in made["r1@x.example"].walk()}
    assert "text/html" not in kinds
    assert made["r2@x.example"]["Content-Language"] == "ru"
    assert [*made["r3@x.example"].iter_attachments()] == []
    names = [part.get_filename() for part in made["r4@x.example"].iter_attachments()]
    assert [name.rpartition(".")[2] for name in names if name] == ["pdf", "md"]


def test_a_message_id_is_of_one_issue_and_one_reader() -> None:
    made = {message_id(issue, who, "x.example") for issue in (1, 2) for who in ("a", "b")}
    assert len(made) == 4
    assert message_id(1, "a", "x.example") in made


def test_a_signature_stands_first_and_is_the_same_twice(store: Store) -> None:
    (envelope,) = sent(store, reader(), sign=lambda data, at: b"X-Signed: 1\r\n" + data)
    assert envelope.message.startswith(b"X-Signed: 1\r\nFrom: ")
    assert parsed(envelope).get_body() is not None


def test_a_mail_that_was_changed_in_the_store_is_not_sent(store: Store) -> None:
    from sqlalchemy import update

    from service.errors import StoreError
    from service.store.ledger import mailing

    join(store, reader())
    queue(store, issue(store))
    with store.write() as db:
        db.execute(update(mailing).values(content=b"From: x\r\n\r\nanother"))
    with pytest.raises(StoreError, match="was changed"):
        stored(store)(1)
    channel = FakeChannel()
    with pytest.raises(StoreError, match="was changed"):
        run(store, channel, Clock())
    assert channel.stored == []


def test_a_mailing_is_named_by_what_decides_its_bytes() -> None:
    def of(**fields: object) -> str:
        given_ = {
            "id": "1",
            "origin": "store",
            "listed": True,
            "suppressed": None,
            "suppressed_at": None,
            "created": Clock()(),
            "address": "a@x.example",
        }
        return key(Recipient(**given_ | fields), "en")  # type: ignore[arg-type]

    assert of() == of(address="b@y.example", name="B") == "mail digest en pdf"
    assert len({of(), of(format="full"), of(language="zh"), of(attach=("md",))}) == 4


def kept_marks(store: Store) -> list[str]:
    """Return the marks of all mailings, as who could read the store would know them."""
    from sqlalchemy import select

    from service.store.ledger import mailing

    with store.read() as db:
        contents = list(db.scalars(select(mailing.c.content).order_by(mailing.c.id)))
    return [re.match(rb"Reader-Mark: (\w+)\r\n", content)[1].decode() for content in contents]  # type: ignore[index]


@pytest.mark.parametrize("kind", ["digest", "full", "text"])
def test_no_text_of_an_article_becomes_a_reader_s_token_whatever_mark_it_holds(
    store: Store, kind: str
) -> None:
    sent(store, reader(format=kind))
    (seen,) = kept_marks(store)
    # The one that this module once had for all mailings, and one of an earlier mail of the desk.
    marks = f"TOKEN7b1f0c9e5d2a4836READER-{seen}"
    bad = f"https://evil.example/{marks}"
    plain = brief(number=2, title=f"Brief {marks}")
    told = replace(
        plain,
        sources=tuple(replace(one, url=bad, title=f"{one.title} {marks}") for one in plain.sources),
        stories=tuple(replace(one, headline=f"{bad} {marks}") for one in plain.stories),
    )
    queue(store, issue(store, told))
    channel = FakeChannel()
    run(store, channel, Clock())
    (envelope,) = channel.stored
    with store.read() as db:
        (own,) = (f"t.{one.id}.daily" for one in recipients.listing(db))
    mail = parsed(envelope)
    written = [str(value) for value in mail.values()]
    written += [p.get_content() for p in mail.walk() if p.get_content_maintype() == "text"]
    whole = "\n".join(written)
    assert marks in mail["Subject"]
    assert bad in whole
    links = whole.count(f"/leave/{own}") + whole.count(f"subject=leave%20{own}")
    assert links >= 2
    assert whole.count(own) == links
    assert not any(mark in whole for mark in kept_marks(store) if mark != seen)


def test_a_reader_s_bytes_do_not_depend_on_the_mark(store: Store) -> None:
    def frozen_once() -> tuple[str, bytes]:
        made = Mailings(brief(number=1), (), desk(), edition="daily").content(one, 1)
        mail = Mail(made)
        return made[:60].decode("ascii"), mail.head(own) + mail.body(own.token)

    (ident,) = join(store, reader())
    own = Personal(headers={"To": "a@one.example"}, token=f"t.{ident}.daily")
    with store.read() as db:
        one = recipients.get(db, ident)
    (first, bytes_), (second, again) = frozen_once(), frozen_once()
    assert first != second
    assert bytes_ == again
