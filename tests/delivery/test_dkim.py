"""A signature: another program verifies it, and a change anywhere that counts breaks it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.delivery import dkim, records
from service.errors import DeliveryError, SettingsError
from service.render import mail
from tests import builders
from tests.delivery import keys

library = pytest.importorskip("dkim", reason="the extra dkim is not installed")

AT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def key(**fields: object) -> dkim.Key:
    values: dict[str, object] = {"domain": "example.org", "selector": "brief", "pem": keys.pem()}
    return dkim.Key(**(values | fields))  # type: ignore[arg-type]


def letter() -> bytes:
    return mail.message(
        builders.brief(),
        mail.Letter(
            sender="brief@example.org",
            to="Иван <ivan@example.org>",
            list_id="daily.example.org",
            unsubscribe_url="https://briefs.example.org/u/abc",
            unsubscribe_mailto="mailto:leave@example.org?subject=abc",
        ),
    )


def verified(data: bytes, public: str) -> bool:
    """Verify with dkimpy's own reading, and DNS answered from here."""

    def ask(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"brief._domainkey.example.org."
        (_, found, _) = records.publish("example.org", selector="brief", public_key=public)
        return found.value.encode()

    return bool(library.verify(data, dnsfunc=ask))


def test_a_signed_message_verifies_with_the_record_that_we_tell_to_publish() -> None:
    assert verified(dkim.sign(letter(), key(), at=AT), key().public)


def test_the_message_itself_is_not_touched() -> None:
    data = letter()
    signed = dkim.sign(data, key(), at=AT)
    assert signed.endswith(data)
    assert signed.startswith(b"DKIM-Signature: ")


def test_the_same_message_signed_twice_is_the_same_to_the_last_byte() -> None:
    assert dkim.sign(letter(), key(), at=AT) == dkim.sign(letter(), key(), at=AT)


def test_the_headers_of_leaving_the_list_are_signed_and_sealed() -> None:
    signed = dkim.sign(letter(), key(), at=AT)
    head = re.sub(rb"\s+", b"", signed.split(b"bh=")[0])
    names = re.search(rb"h=([^;]+)", head)
    assert names is not None
    listed = names[1].split(b":")
    for name in (b"from", b"list-unsubscribe", b"list-unsubscribe-post"):
        assert listed.count(name) == 2
    assert b"t=%d" % int(AT.timestamp()) in head


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: x"),
        (b"https://briefs.example.org/u/abc>", b"https://briefs.example.org/u/abd>"),
        (b"\r\nTo: ", b"\r\nList-Unsubscribe: <https://evil.example>\r\nTo: "),
        (b"\r\nTo: ", b"\r\nFrom: other@example.org\r\nTo: "),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=None"),
        (b"\r\n\r\n--=_", b"\r\n\r\nmore\r\n--=_"),
    ],
)
def test_a_change_of_what_is_signed_breaks_it(old: bytes, new: bytes) -> None:
    signed = dkim.sign(letter(), key(), at=AT)
    changed = signed.replace(old, new, 1)
    assert changed != signed
    assert not verified(changed, key().public)


def test_another_key_does_not_verify_it() -> None:
    signed = dkim.sign(letter(), key(), at=AT)
    assert not verified(signed, key(pem=keys.pem(seed=8)).public)


def test_the_key_is_read_from_a_file_and_never_printed(tmp_path: Path) -> None:
    path = tmp_path / "dkim.pem"
    path.write_bytes(keys.pem())
    loaded = dkim.load(path, domain="example.org", selector="brief")
    assert loaded == key()
    assert "PRIVATE" not in repr(loaded)


def test_a_key_that_is_not_there_is_said_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: .*openssl genrsa -out"):
        dkim.load(tmp_path / "none.pem", domain="example.org", selector="brief")


@pytest.mark.parametrize("text", [b"", b"not a key", b"-----BEGIN X-----\nAAAA\n-----END X-----\n"])
def test_a_file_that_is_no_key_is_refused(text: bytes) -> None:
    with pytest.raises(SettingsError, match="no RSA key in PEM"):
        key(pem=text)


def test_a_short_key_is_refused_as_receivers_ignore_it() -> None:
    with pytest.raises(SettingsError, match="512 bits"):
        key(pem=keys.pem(512))


@pytest.mark.parametrize("selector", ["", "a b", "ключ", "-a", "x" * 64, "a;b"])
def test_a_selector_that_is_no_name_in_dns_is_refused(selector: str) -> None:
    with pytest.raises(SettingsError, match="selector"):
        key(selector=selector)


def test_what_is_no_message_is_not_signed() -> None:
    with pytest.raises(DeliveryError, match="not signed") as caught:
        dkim.sign(b"\x00\xff no header\r\n\r\nbody", key(), at=AT)
    assert caught.value.permanent
