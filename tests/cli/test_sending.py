"""`briefing now --send` and `briefing deliveries`, with a mail server on the loopback device."""

import email
import json
from collections.abc import Callable
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.beside import beside
from tests.delivery.server import DROP, STORE_AND_DROP, Server, serving

Run = Callable[..., tuple[int, str, str]]
A, B = "a@one.example", "b@two.example"


def desk(home: Path, port: int, more: str = "") -> None:
    (home / "briefing.toml").write_text(
        '[[edition]]\nname = "daily"\nevery = "day"\n'
        f'[[recipient]]\naddress = "{A}"\neditions = ["daily"]\nattach = ["html"]\n'
        f'[[recipient]]\naddress = "{B}"\neditions = ["daily"]\nattach = ["md"]\n'
        f'timezone = "Asia/Tokyo"\n[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        f'sender = "Border Brief <brief@desk.example>"\n{more}',
        encoding="utf-8",
    )


def listed(briefing: Run, *words: str) -> dict[str, dict[str, Any]]:
    code, out, _ = briefing("deliveries", "list", "--json", *words)
    assert code == 0
    return {row["address"]: row for row in json.loads(out)}


SEND = ("now", "--edition", "daily", "--format", "txt", "--send")


def test_an_issue_goes_to_the_readers_of_its_edition(home: Path, briefing: Run) -> None:
    with beside(serving(Server())) as server:
        desk(home, server.port)
        code, out, err = briefing(*SEND)
    assert code == 0
    assert err == "briefing: sent to 2 of 2 recipients\n"
    # What a reader wants attached is made, and written too.
    assert {Path(line).suffix for line in out.splitlines()} == {".txt", ".html", ".md"}
    mails = {one.to: email.message_from_bytes(one.content, policy=default) for one in server.kept}
    attached = {
        to: [p.get_filename() for p in mail.iter_attachments()] for to, mail in mails.items()
    }
    assert attached == {A: ["china-russia-2026-03-03.html"], B: ["china-russia-2026-03-03.md"]}
    assert mails[A]["List-Id"].endswith("<daily.desk.example>")
    assert {row["state"] for row in listed(briefing).values()} == {"sent"}


def test_the_same_issue_is_sent_once_however_often_it_is_asked_for(
    home: Path, briefing: Run
) -> None:
    with beside(serving(Server())) as server:
        desk(home, server.port)
        for _ in range(2):
            assert briefing(*SEND, "--issue", "4")[0] == 0
    assert sorted(one.to for one in server.kept) == [A, B]


def test_one_that_is_refused_is_named_and_the_exit_code_says_so(home: Path, briefing: Run) -> None:
    with beside(serving(Server(to={B: "550 5.1.1 no such user"}))) as server:
        desk(home, server.port)
        code, _, err = briefing(*SEND)
        assert code == 3
        assert "briefing: sent to 1 of 2 recipients" in err
        assert f"briefing: {B}: failed: " in err
        assert "no such user" in err
        rows = listed(briefing, "--state", "failed")
        assert (rows[B]["code"], rows[B]["enhanced"]) == (550, "5.1.1")
        briefing("now", "--edition", "daily", "--format", "txt", "--issue", "9", "--send")
    # It bounced for good: the next issue does not go there.
    assert [one.to for one in server.kept] == [A, A]


def test_one_reader_gets_it_who_is_on_no_list(home: Path, briefing: Run) -> None:
    with beside(serving(Server())) as server:
        desk(home, server.port)
        code, _, err = briefing("now", "--format", "txt", "--to", "chef@Bücher.example")
    assert (code, err) == (0, "briefing: sent to 1 of 1 recipient\n")
    assert [one.to for one in server.kept] == ["chef@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--send",), 2, "--edition"),
        (("--send", "--edition", "weekly"), 1, 'nobody gets the edition "weekly"'),
        (("--to", "a@x.example, b@y.example"), 2, "no address of one mailbox"),
        (("--to", "иван@x.example"), 2, "smtp.utf8"),
    ],
)
def test_whom_it_cannot_go_to_is_told_before_any_work(
    home: Path, briefing: Run, words: tuple[str, ...], code: int, told: str
) -> None:
    desk(home, 9)
    found, out, err = briefing("now", "--format", "txt", *words)
    assert (found, out) == (code, "")
    assert told in err
    assert len(err.splitlines()) == 1
    assert json.loads(briefing("issues", "list", "--json")[1]) == []


def test_a_password_that_is_missing_names_its_variable(home: Path, briefing: Run) -> None:
    desk(home, 9, 'username = "brief"\n')
    code, _, err = briefing(*SEND)
    assert code == 1
    assert "BRIEFING_SMTP_PASSWORD" in err


def test_an_archive_without_keys_is_told_how_to_make_one(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(home, 9, '[web]\npublic_url = "https://briefs.example"\n')
    code, _, err = briefing(*SEND, "--dry-run")
    assert code == 1
    assert "BRIEFING_LINK_KEYS" in err
    monkeypatch.setenv("BRIEFING_LINK_KEYS", "k" * 40)
    code, out, _ = briefing(*SEND, "--dry-run")
    assert code == 0
    mail = email.message_from_bytes((home / out.splitlines()[-1]).read_bytes(), policy=default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<https://briefs.example/leave/")


def test_a_dry_run_writes_the_bytes_that_are_sent_and_sends_nothing(
    home: Path, briefing: Run
) -> None:
    with beside(serving(Server())) as server:
        desk(home, server.port)
        code, out, err = briefing(*SEND, "--issue", "4", "--dry-run")
        assert (code, err) == (0, "")
        assert server.connections == 0
        assert listed(briefing) == {}
        assert json.loads(briefing("issues", "list", "--json")[1]) == []
        files = {home / line for line in out.splitlines() if line.endswith(".eml")}
        assert briefing(*SEND, "--issue", "4")[0] == 0
    assert {file.read_bytes() for file in files} == {one.content for one in server.kept}
    assert len(files) == 2


def test_a_doubt_is_listed_and_resolved_by_hand(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Server(script={"dot": [STORE_AND_DROP, DROP]})
    with beside(serving(script)) as server:
        desk(home, server.port, '[delivery]\non_doubt = "hold"\n')
        code, _, err = briefing(*SEND)
        assert code == 3
        assert "sent to 0 of 2" in err
        rows = listed(briefing, "--state", "doubt")
        assert len(rows) == 2
        first, second = (row["id"] for row in rows.values())
        assert "doubt" in briefing("deliveries", "list")[1]
        code, out, _ = briefing("deliveries", "resolve", first, "--sent")
        assert (code, out) == (0, "1 message recorded as sent\n")
        assert briefing("deliveries", "resolve", second, "--not-sent")[0] == 0
        assert {row["state"] for row in listed(briefing).values()} == {"sent", "pending"}
        # The issue is asked for again: what waits of it goes out.
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772500000")
        code, _, err = briefing(*SEND, "--issue", "1")
    assert code == 0


def test_what_cannot_be_decided_by_hand_is_one_line(home: Path, briefing: Run) -> None:
    with beside(serving(Server())) as server:
        desk(home, server.port)
        briefing(*SEND)
    for words, code, told in (
        (("resolve", "1", "--sent"), 1, "in no doubt"),
        (("resolve", "1"), 2, "--not-sent"),
        (("resolve", "77", "--sent"), 1, "no delivery 77"),
        (("retry", "1"), 1, "is sent: nothing was changed"),
        (("list", "--state", "lost"), 2, "choose of pending"),
    ):
        found, out, err = briefing("deliveries", *words)
        assert (found, out) == (code, "")
        assert told in err
        assert len(err.splitlines()) == 1


def test_what_failed_is_sent_again_when_a_person_says_so(home: Path, briefing: Run) -> None:
    with beside(
        serving(Server(script={"dot": ["554 5.6.0 not today", "554 5.6.0 nor you"]}))
    ) as server:
        desk(home, server.port)
        assert briefing(*SEND, "--issue", "4")[0] == 3
        idents = [row["id"] for row in listed(briefing).values()]
        assert briefing("deliveries", "retry", *idents)[:2] == (0, "2 messages to be sent again\n")
        assert briefing(*SEND, "--issue", "4")[0] == 0
    assert {row["attempts"] for row in listed(briefing).values()} == {2}
