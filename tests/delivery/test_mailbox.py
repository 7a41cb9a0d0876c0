"""A Maildir and a mailbox over IMAP: each message once, nothing lost, and no server holds us."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.delivery.mailbox import Account, Imap, Mailbox, Maildir
from service.delivery.reports import MAX_BYTES
from service.errors import DeliveryError
from tests.delivery.certificates import Authority
from tests.delivery.imap import ImapServer, Stored, serving


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def put(maildir: Path, name: str, data: bytes = b"From: a\r\n\r\n", at: float = 1.8e9) -> None:
    path = maildir / "new" / name
    path.write_bytes(data)
    os.utime(path, (at, at))


def taken(mailbox: Mailbox, *, ours: bool = True) -> list[bytes]:
    """Read all, and be done with each."""
    made = []
    with mailbox as open_:
        for item in open_.items():
            made.append(item.data)
            open_.done(item, ours=ours)
    return made


def names(maildir: Path, part: str) -> list[str]:
    return sorted(path.name for path in (maildir / part).iterdir())


def test_what_is_new_in_a_maildir_is_given_once_oldest_first(maildir: Path) -> None:
    put(maildir, "1800000002.b.host", b"second")
    put(maildir, "1800000001.a.host", b"first")
    assert taken(Maildir(maildir)) == [b"first", b"second"]
    assert names(maildir, "cur") == ["1800000001.a.host:2,S", "1800000002.b.host:2,S"]
    assert taken(Maildir(maildir)) == []


def test_what_was_not_done_with_is_given_again(maildir: Path) -> None:
    put(maildir, "1.a", b"first")
    with Maildir(maildir) as open_:
        assert [item.data for item in open_.items()] == [b"first"]
    with Maildir(maildir) as open_:
        (item,) = open_.items()
    assert item.arrived == datetime.fromtimestamp(1.8e9, UTC)


def test_a_letter_to_a_person_stays_unread_and_is_never_removed(maildir: Path) -> None:
    put(maildir, "1.a")
    taken(Maildir(maildir, remove=True), ours=False)
    assert names(maildir, "cur") == ["1.a:2,"]


def test_a_report_is_removed_only_where_the_operator_wants_it(maildir: Path) -> None:
    put(maildir, "1.a")
    taken(Maildir(maildir, remove=True))
    assert (names(maildir, "new"), names(maildir, "cur")) == ([], [])


def test_what_another_program_takes_away_meanwhile_costs_nothing(maildir: Path) -> None:
    put(maildir, "1.a")
    with Maildir(maildir) as open_:
        for item in open_.items():
            (maildir / "new" / "1.a").unlink()
            open_.done(item, ours=True)
    assert names(maildir, "cur") == []


def test_links_and_folders_in_a_maildir_are_not_read(maildir: Path, tmp_path: Path) -> None:
    (maildir / "secret").write_bytes(b"secret")
    (maildir / "new" / "1.link").symlink_to(maildir / "secret")
    (maildir / "new" / "2.folder").mkdir()
    put(maildir, ".3.hidden")
    assert taken(Maildir(maildir)) == []


def test_of_a_large_message_only_the_beginning_is_read(maildir: Path) -> None:
    put(maildir, "1.a", b"x" * (MAX_BYTES + 5))
    assert [len(data) for data in taken(Maildir(maildir))] == [MAX_BYTES]


def test_what_is_no_maildir_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"is no Maildir.*bounces.maildir"):
        taken(Maildir(tmp_path))


def account(server: ImapServer, **fields: object) -> Account:
    given: dict[str, object] = {
        "host": "localhost",
        "port": server.port,
        "username": "bounce",
        "password": "secret",
        "security": "none",
        "answer_s": 20.0,
    }
    return Account(**given | fields)  # type: ignore[arg-type]


def two() -> dict[int, Stored]:
    return {4: Stored(b"From: a\r\n\r\nfirst"), 9: Stored(b"From: b\r\n\r\nsecond")}


def test_what_is_new_over_imap_is_given_once_and_stays_unread_for_people() -> None:
    with serving(ImapServer(messages=two())) as server:
        assert taken(Imap(account(server))) == [one.data for one in two().values()]
        assert taken(Imap(account(server))) == []
    assert [one.flags for one in server.messages.values()] == [{"BriefingRead"}] * 2
    assert not any("BODY[]" in command for command in server.commands)


def test_when_a_message_came_is_what_the_server_says() -> None:
    with serving(ImapServer(messages=two())) as server, Imap(account(server)) as open_:
        items = list(open_.items())
    assert {item.arrived for item in items} == {datetime(2026, 11, 20, 12, tzinfo=UTC)}


def test_a_server_without_keywords_marks_as_seen() -> None:
    with serving(ImapServer(messages=two(), keywords=False)) as server:
        assert len(taken(Imap(account(server)))) == 2
        assert taken(Imap(account(server))) == []
    assert [one.flags for one in server.messages.values()] == [{"\\Seen"}] * 2


def test_only_what_was_for_us_is_removed_and_only_where_it_is_wanted() -> None:
    with (
        serving(ImapServer(messages=two())) as server,
        Imap(account(server, remove=True)) as open_,
    ):
        for item in open_.items():
            open_.done(item, ours=item.key == "4")
    assert list(server.messages) == [9]
    assert server.messages[9].flags == {"BriefingRead"}


def test_no_other_s_message_is_expunged_where_one_cannot_be_named() -> None:
    with serving(ImapServer(messages=two(), uidplus=False)) as server:
        taken(Imap(account(server, remove=True)))
    assert [one.flags for one in server.messages.values()] == [{"\\Deleted", "BriefingRead"}] * 2


def test_a_password_of_other_letters_is_sent_as_utf_8() -> None:
    with serving(ImapServer(messages=two(), login=("bounce", "пароль"))) as server:
        assert len(taken(Imap(account(server, password="пароль")))) == 2


FAULTS: list[tuple[dict[str, object], dict[str, object], str]] = [
    ({}, {"password": "wrong"}, "cannot log in .* wrong password"),
    ({}, {"folder": "Other"}, "cannot open the folder Other .* no such folder"),
    ({"hang": "SEARCH"}, {"answer_s": 0.2}, "cannot search .* timed out"),
    ({"hang": "LOGIN"}, {"answer_s": 0.2}, "cannot log in .* timed out"),
    ({"drop": "FETCH"}, {}, "cannot fetch"),
    ({"drop": "STORE"}, {}, "cannot mark"),
    ({"drip": "SEARCH"}, {"pass_s": 0.3}, r"cannot search .* not done within 0\.3 s"),
    ({}, {"port": 1}, "cannot connect"),
]


@pytest.mark.parametrize(("script", "given", "said"), FAULTS)
def test_what_a_server_does_wrong_is_one_line_and_bounded(
    script: dict[str, object], given: dict[str, object], said: str
) -> None:
    with (
        serving(ImapServer(messages=two(), **script)) as server,  # type: ignore[arg-type]
        pytest.raises(DeliveryError, match=said) as told,
    ):
        taken(Imap(account(server, **given)))
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)
    assert "see [bounces] in the settings" in str(told.value)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_is_checked(authority: Authority, security: str) -> None:
    trusted = {"security": security, "ca_file": authority.file}
    implicit = security == "tls"
    with serving(
        ImapServer(messages=two(), tls=authority.server("localhost"), implicit=implicit)
    ) as server:
        assert len(taken(Imap(account(server, **trusted)))) == 2
        with pytest.raises(DeliveryError, match=r"cannot connect .*certificate verify failed"):
            taken(Imap(account(server, security=security)))
