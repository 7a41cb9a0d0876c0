"""What `briefing doctor` says of the mail server, of leaving and of bounces; nothing is sent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service import settings
from service.cli.doctor import Finding, _mail
from tests.beside import beside
from tests.delivery import certificates
from tests.delivery.certificates import Authority
from tests.delivery.server import Server, serving

PASSWORD = {"BRIEFING_SMTP_PASSWORD": "secret"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return certificates.authority(tmp_path_factory.mktemp("authority"))


def found(home: Path, server: Server, environ: dict[str, str], **given: object) -> list[Finding]:
    smtp = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    smtp |= given.pop("smtp", {})  # type: ignore[call-overload]
    return list(_mail(settings.check({"smtp": smtp} | given, home=home), environ))


def said(findings: list[Finding], what: str) -> tuple[bool, str]:
    (one,) = [finding for finding in findings if finding.what == what]
    return one.ok, one.detail


def test_a_desk_that_sends_no_mail_is_asked_nothing(tmp_path: Path) -> None:
    assert list(_mail(settings.check({}, home=tmp_path), {})) == []


def test_a_server_that_takes_our_login_is_fine_and_gets_no_mail(
    tmp_path: Path, authority: Authority
) -> None:
    script = Server(tls=authority.server("127.0.0.1"), login=("brief", "secret"))
    smtp = {"security": "starttls", "username": "brief", "ca_file": str(authority.file)}
    with beside(serving(script)) as server:
        findings = found(tmp_path, server, PASSWORD, smtp=smtp)
    words = f"127.0.0.1:{script.port}, STARTTLS, logged in as brief; nothing was sent"
    assert said(findings, "smtp") == (True, words)
    assert "mail" not in script.reached
    assert "auth" in script.reached


WRONG: list[tuple[dict[str, object], dict[str, str], str]] = [
    ({"username": "brief"}, {}, "BRIEFING_SMTP_PASSWORD holds no password"),
    ({"username": "brief"}, {"BRIEFING_SMTP_PASSWORD": "x"}, "wrong user or password"),
    ({"security": "starttls"}, {}, "STARTTLS"),
    ({"port": 1}, {}, "127.0.0.1:1"),
]


@pytest.mark.parametrize(("smtp", "environ", "words"), WRONG)
def test_what_is_wrong_with_the_way_out_is_one_line(
    tmp_path: Path, smtp: dict[str, object], environ: dict[str, str], words: str
) -> None:
    with beside(serving(Server(login=("brief", "secret")))) as server:
        ok, detail = said(found(tmp_path, server, environ, smtp=smtp), "smtp")
    assert not ok
    assert words in detail
    assert "\n" not in detail


def test_a_certificate_of_an_unknown_authority_is_bad(tmp_path: Path, authority: Authority) -> None:
    with beside(serving(Server(tls=authority.server("127.0.0.1")))) as server:
        ok, detail = said(found(tmp_path, server, {}, smtp={"security": "starttls"}), "smtp")
    assert not ok
    assert "certificate" in detail


KEYS = {"BRIEFING_LINK_KEYS": "k" * 40}


@pytest.mark.parametrize(
    ("web", "environ", "expected"),
    [
        ({}, {}, (True, "by mail only, mailto:brief@localhost (which nobody reads here")),
        ({"public_url": "https://b.example"}, KEYS, (True, "by one click, and mailto:")),
        ({"public_url": "http://b.example"}, KEYS, (True, "by a page, and mailto:")),
        ({"public_url": "https://b.example"}, {}, (False, "web.public_url is set, but")),
    ],
)
def test_how_readers_leave_is_said(
    tmp_path: Path, web: dict[str, str], environ: dict[str, str], expected: tuple[bool, str]
) -> None:
    with beside(serving(Server())) as server:
        ok, detail = said(found(tmp_path, server, environ, web=web), "leaving")
    assert (ok, detail[: len(expected[1])]) == expected


def test_a_mailbox_that_is_read_is_opened_and_one_that_is_not_there_is_bad(
    tmp_path: Path,
) -> None:
    def bounces(**given: str) -> tuple[bool, str]:
        with beside(serving(Server())) as server:
            return said(found(tmp_path, server, {}, bounces=given), "bounces")

    assert bounces() == (
        True,
        "go to the sender, without a mark of the message, and are not read: set [bounces] to have "
        "them counted",
    )
    address = "bounce@desk.example"
    ok, detail = bounces(address=address)
    assert not ok
    assert "nobody reads them: set bounces.maildir" in detail
    ok, detail = bounces(address=address, maildir="box")
    assert not ok
    assert "is no Maildir" in detail
    for name in ("new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1.a").write_bytes(b"From: a\r\n\r\n")
    assert bounces(address=address, maildir="box") == (
        True,
        f"go to {address}, and are read from box",
    )
    assert (tmp_path / "box" / "new" / "1.a").exists()


def test_one_pass_over_the_mailbox_is_a_command(
    home: Path, briefing: Callable[..., tuple[int, str, str]]
) -> None:
    file = home / "briefing.toml"
    file.write_text("[desk]\n", encoding="utf-8")
    code, _, err = briefing("deliveries", "poll")
    assert (code, err) == (
        2,
        "briefing: there is no mailbox to read: set bounces.maildir, or bounces.host, in the "
        "settings\n",
    )
    file.write_text('[bounces]\nmaildir = "box"\n', encoding="utf-8")
    code, _, err = briefing("deliveries", "poll")
    assert code == 1
    assert "is no Maildir" in err
    for name in ("new", "cur"):
        (home / "box" / name).mkdir(parents=True)
    assert briefing("deliveries", "poll")[:2] == (0, "0 messages read\n")
    (home / "box" / "new" / "1.a").write_bytes(b"From: a@b.example\r\n\r\nThank you.\r\n")
    assert briefing("deliveries", "poll")[:2] == (0, "1 message read: ignored 1\n")
    assert briefing("deliveries", "poll", "--json")[:2] == (0, "{}\n")
