"""What comes back has its consequence once, and nobody else can bring one about."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from service import settings
from service.delivering import returns, setup
from service.delivery import verp
from service.delivery.base import Outcome
from service.delivery.mailbox import Maildir
from service.errors import SettingsError
from service.store import Store, deliveries, notices, recipients
from service.store.deliveries import BY_HAND
from tests.delivering.given import Clock, desk, issue, join, queue, rows, run, states
from tests.delivery.fakes import LOST, FakeChannel
from tests.delivery.returned import MAILBOX, complaint, dsn, plain

ADDRESS = "olga@far.example"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    made = tmp_path / "bounces"
    for name in ("new", "cur", "tmp"):
        (made / name).mkdir(parents=True)
    return made


class Post:
    """A desk with one reader and a mailbox for bounces."""

    def __init__(self, store: Store, maildir: Path, clock: Clock) -> None:
        self.store, self.maildir, self.clock = store, maildir, clock
        self.channel = FakeChannel()
        (self.reader,) = join(store, ADDRESS)
        self._count = 0

    def send(self) -> str:
        """Send an issue; return the envelope's sender."""
        own = desk(bounces=MAILBOX)
        number = len(rows(self.store)) + 1
        queue(self.store, issue(self.store, number=number), own=own, now=self.clock())
        run(self.store, self.channel, self.clock, own=own)
        return self.channel.stored[-1].sender

    def put(self, data: bytes) -> None:
        """Deliver a mail to the mailbox, at the time of the clock."""
        import os

        self._count += 1
        path = self.maildir / "new" / f"{self._count:04}.a.host"
        path.write_bytes(data)
        os.utime(path, (self.clock().timestamp(),) * 2)

    def poll(self, **environ: str) -> Counter[returns.Became]:
        chosen = settings.check({}, home=self.maildir)
        return returns.poll(
            self.store,
            Maildir(self.maildir),
            setup.ticket(chosen, environ),
            address=MAILBOX,
            clock=self.clock,
        )

    def suppressed(self) -> str | None:
        with self.store.read() as db:
            return recipients.get(db, self.reader).suppressed

    def told(self) -> list[str]:
        with self.store.read() as db:
            found = notices.listing(db, since=self.clock() - timedelta(days=30))
        return [one.cause for one in found]


@pytest.fixture
def post(store: Store, maildir: Path, clock: Clock) -> Post:
    return Post(store, maildir, clock)


def test_an_unknown_mailbox_ends_its_recipient_once(post: Post) -> None:
    sender = post.send()
    # Nothing but the mark says whose it is.
    post.put(dsn(to=sender, about="<of@someone.else>"))
    assert post.poll() == {"hard": 1}
    assert (post.suppressed(), states(post.store)[ADDRESS]) == ("hard", "bounced")
    (row,) = rows(post.store)
    assert (row.enhanced, row.reply) == ("5.1.1", "550 5.1.1 <olga@far.example>: no such user")
    assert post.told() == []


def test_a_report_that_is_delivered_twice_counts_once(post: Post) -> None:
    data = dsn(to=post.send(), status="5.2.2")
    for _ in range(4):
        post.put(data)
    assert post.poll() == {"soft": 1, "known": 3}
    assert post.suppressed() is None


def test_reports_of_one_delivery_count_once_whatever_they_are_called(post: Post) -> None:
    sender = post.send()
    for n in range(4):
        post.put(dsn(to=sender, status="5.2.2", ident=f"<{n}@x>"))
    assert post.poll() == {"soft": 4}
    assert post.suppressed() is None


@pytest.mark.parametrize(("days", "expected"), [(1, "soft"), (3, "soft"), (4, None)])
def test_the_third_soft_bounce_within_seven_days_ends_a_recipient(
    post: Post, days: int, expected: str | None
) -> None:
    for n in range(3):
        post.put(dsn(to=post.send(), status="4.4.1", ident=f"<{n}@x>"))
        post.clock.forward(days=days)
    # A poller that stood still counts by the time at which they came.
    assert post.poll() == {"soft": 3}
    assert post.suppressed() == expected


def test_a_matter_of_policy_is_told_and_suppresses_nobody(post: Post) -> None:
    for n in range(5):
        post.put(dsn(to=post.send(), status="5.7.1", ident=f"<{n}@x>"))
    assert post.poll() == {"policy": 5}
    assert post.suppressed() is None
    assert set(states(post.store).values()) == {"bounced"}
    assert post.told() == ["bounce:5.7.1"]


def test_a_complaint_ends_a_recipient_and_is_told(post: Post) -> None:
    post.put(complaint(sender=f"<{post.send()}>", about="<redacted@x>"))
    assert post.poll() == {"complaint": 1}
    assert (post.suppressed(), states(post.store)[ADDRESS]) == ("complaint", "sent")
    assert post.told() == ["complaint"]


def test_a_report_without_a_mark_is_matched_by_our_message_id(post: Post) -> None:
    post.send()
    post.put(dsn(about=rows(post.store)[0].message_id))
    assert post.poll() == {"hard": 1}
    assert post.suppressed() == "hard"


def forged(post: Post) -> list[bytes]:
    sender = post.send()
    number = rows(post.store)[0].id
    local, _, rest = sender.partition("+")
    signature = rest.partition(".")[2].partition("@")[0]
    worse = "a" if signature[0] != "a" else "b"
    return [
        # Of nobody: only the address of the recipient is known.
        dsn(about="<x@y>"),
        # A number without a signature, with a wrong one, and with that of another delivery.
        dsn(to=sender.replace(f".{signature}", ""), about="<x@y>"),
        dsn(to=sender.replace(signature, worse + signature[1:]), about="<x@y>"),
        dsn(to=f"{local}+{number + 1}.{signature}@desk.example", about="<x@y>"),
        dsn(to=verp.address(MAILBOX, number, "0" * 32), about="<x@y>"),
        complaint(about="<x@y>"),
        complaint(sender=f"<{MAILBOX}>", about=f"<{number}.{'0' * 20}@desk.example>"),
    ]


@pytest.mark.parametrize("which", range(7))
def test_who_has_not_seen_a_reader_s_mail_can_suppress_nobody(post: Post, which: int) -> None:
    post.put(forged(post)[which])
    assert post.poll() == {"unknown": 1}
    assert (post.suppressed(), states(post.store)[ADDRESS]) == (None, "sent")


def test_a_late_report_of_a_delay_changes_nothing(post: Post) -> None:
    post.put(dsn(to=post.send(), action="delayed", status="4.4.1"))
    assert post.poll() == {"other": 1}
    assert states(post.store)[ADDRESS] == "sent"


def test_a_message_in_doubt_that_comes_back_is_in_doubt_no_more(post: Post) -> None:
    post.channel.script = {ADDRESS: [LOST]}
    sender = post.send()
    assert states(post.store)[ADDRESS] == "doubt"
    post.put(dsn(to=sender))
    post.poll()
    assert states(post.store)[ADDRESS] == "bounced"


def leave(token: str, ident: str = "<leave-1@far.example>") -> bytes:
    headers = {"From": f"Olga <{ADDRESS}>", "Subject": f"leave {token}", "Message-ID": ident}
    return plain("", headers=headers)


def test_who_leaves_by_mail_gets_nothing_more_though_it_is_queued(post: Post) -> None:
    queue(post.store, issue(post.store), now=post.clock())
    post.put(leave(f"{post.reader}.daily"))
    assert post.poll() == {"left": 1}
    run(post.store, post.channel, post.clock)
    assert states(post.store) == {ADDRESS: "suppressed"}
    assert post.channel.stored == []


def test_who_leaves_by_mail_while_it_is_being_sent_is_not_sent_it(post: Post) -> None:
    def meanwhile(address: str) -> None:
        post.put(leave(f"{post.reader}.daily"))
        assert post.poll() == {"left": 1}

    post.channel.meanwhile = meanwhile
    queue(post.store, issue(post.store), now=post.clock())
    run(post.store, post.channel, post.clock)
    assert states(post.store) == {ADDRESS: "suppressed"}
    assert post.channel.stored == []


def test_a_signed_token_is_honoured_and_one_that_was_changed_is_not(post: Post) -> None:
    key = "k" * 40
    chosen = settings.check({"web": {"public_url": "https://b.example"}}, home=post.maildir)
    environ = {"BRIEFING_LINK_KEYS": key}
    token = setup.desk(chosen, environ).token(post.reader, "daily")
    # Not the last one, of which some bits say nothing.
    other = "A" if token[-2] != "A" else "B"
    post.put(leave(f"{token[:-2]}{other}{token[-1]}", "<1@x>"))
    assert post.poll(**environ) == {"ignored": 1}
    post.put(leave(token, "<2@x>"))
    assert post.poll() == {"ignored": 1}, "there is no key to read it with"
    post.put(leave(token, "<3@x>"))
    assert post.poll(**environ) == {"left": 1}
    with post.store.read() as db:
        assert recipients.get(db, post.reader).left == ("daily",)


@pytest.mark.parametrize("token", [f"{'0' * 32}.daily", "a" * 40, "../../etc/passwd.daily"])
def test_a_token_of_nobody_changes_nothing(post: Post, token: str) -> None:
    post.put(leave(token))
    assert post.poll() == {"ignored": 1}


def test_who_leaves_a_brief_that_was_sent_by_hand_leaves_all(post: Post) -> None:
    post.put(leave(f"{post.reader}.{BY_HAND}"))
    assert post.poll() == {"left": 1}
    with post.store.read() as db:
        assert recipients.get(db, post.reader).editions == ()


def test_letters_and_holiday_answers_are_left_for_a_person(post: Post) -> None:
    post.put(plain("Thank you.", headers={"From": f"Olga <{ADDRESS}>"}))
    away = {"From": f"Olga <{ADDRESS}>", "Auto-Submitted": "auto-replied", "To": post.send()}
    post.put(plain("I am away until Monday.", headers=away))
    assert post.poll() == {"ignored": 2}
    assert [p.name[-3:] for p in (post.maildir / "cur").iterdir()] == [":2,", ":2,"]
    assert post.suppressed() is None


def test_whatever_bytes_a_report_holds_the_store_takes_it_and_the_next_one_is_read(
    post: Post,
) -> None:
    sender = post.send()
    hostile = b"\x00\xff\xed\xa0\x80 \xf0\x9f\x98"
    post.put(dsn(about="<x@y>").replace(b"no such user", hostile).replace(b"dsn-1", hostile))
    post.put(dsn(about="<x@y>").replace(b"x@y", b"x\x00@y").replace(b"dsn-1", b"dsn\x00"))
    post.put(dsn(to=sender.replace("+1.", "+9999999999."), about="<x@y>", ident="<3@x>"))
    post.put(leave("0" * 32 + ".daily").replace(b"leave-1", hostile))
    post.put(dsn(to=sender, ident="<4@x>"))
    assert post.poll() == {"unknown": 3, "ignored": 1, "hard": 1}


def test_a_crash_between_store_and_mailbox_counts_nothing_twice(post: Post) -> None:
    post.put(dsn(to=post.send(), status="5.2.2"))
    chosen = settings.check({}, home=post.maildir)

    class Failing(Maildir):
        def done(self, item: object, *, ours: bool) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        returns.poll(
            post.store,
            Failing(post.maildir),
            setup.ticket(chosen, {}),
            address=MAILBOX,
            clock=post.clock,
        )
    assert post.poll() == {"known": 1}
    with post.store.read() as db:
        assert deliveries.counts(db)["bounced"] == 1


def test_a_mailbox_s_settings_are_whole_or_refused(tmp_path: Path) -> None:
    def chosen(**bounces: object) -> settings.Settings:
        return settings.check({"bounces": bounces}, home=tmp_path)

    assert setup.mailbox_for_bounces(chosen(), {}) is None
    assert isinstance(setup.mailbox_for_bounces(chosen(maildir="box"), {}), Maildir)
    over = chosen(host="imap.desk.example", username="bounce")
    with pytest.raises(SettingsError, match="BRIEFING_BOUNCES_PASSWORD holds no password"):
        setup.mailbox_for_bounces(over, {})
    assert setup.mailbox_for_bounces(over, {"BRIEFING_BOUNCES_PASSWORD": "x"}) is not None
    for wrong, said in (
        ({"maildir": "box", "host": "h", "username": "u"}, "either a maildir or a host"),
        ({"host": "imap.desk.example"}, "host needs username"),
    ):
        with pytest.raises(SettingsError, match=said):
            chosen(**wrong)
    long = chosen(address=f"{'b' * 40}@desk.example")
    with pytest.raises(SettingsError, match="more than 36 characters before the @"):
        setup.desk(long, {})


def test_the_ledger_s_own_bounces_count_with_those_that_come_by_mail(post: Post) -> None:
    full = Outcome(result="failed", cause="mailbox", code=550, enhanced="5.1.1", text="unknown")
    from tests.delivery.fakes import Early

    sender = post.send()
    post.channel.script = {ADDRESS: [Early(full), Early(full)]}
    post.put(dsn(to=sender, status="5.2.2"))
    assert post.poll() == {"soft": 1}
    queue(post.store, issue(post.store, number=9), now=post.clock())
    run(post.store, post.channel, post.clock)
    assert post.suppressed() == "hard"
