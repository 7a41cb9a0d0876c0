"""A signature on a message, for a desk whose mail server does not sign (DKIM, RFC 6376).

The mail server's own signer is the better place: it has the key already, and is faster (a key of
2,048 bits takes this one some 10 ms). dkimpy is therefore an extra of the package.

The signature covers the headers by which a reader leaves the list, as RFC 8058 asks, and says so
once more for those that nobody may add a second time. Its time is the message's own date, not the
clock: a message that is sent twice is the same to the last byte.
"""

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from types import ModuleType
from typing import Any

from service.errors import DeliveryError, SettingsError

#: Signed where the message has them.
SIGNED = (
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "Auto-Submitted", "Content-Language", "MIME-Version"),
    *("Content-Type", "Content-Transfer-Encoding"),
)
#: Signed once more than they are there, so that another one breaks the signature.
SEALED = ("From", "To", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post")
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")
_LEAST_BITS = 1024
#: DER of the name of RSA keys: an object identifier (1.2.840.113549.1.1.1) and a null.
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A domain's key, and where its public half is published."""

    #: The domain of the From address, in ASCII.
    domain: str
    #: The label below `_domainkey`.
    selector: str
    #: PEM of an RSA key, PKCS#1 or PKCS#8, without a pass phrase.
    pem: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _SELECTOR.fullmatch(self.selector):
            raise SettingsError((f'"{self.selector}" is no selector of a DKIM key; write "brief"',))
        bits = _numbers(self)["modulus"].bit_length()
        if bits < _LEAST_BITS:
            raise SettingsError(
                (f"the DKIM key has {bits} bits, and mail servers ignore it: make one of 2048",)
            )

    @property
    def public(self) -> str:
        """The public half, as a DNS record holds it: base64 of a SubjectPublicKeyInfo."""
        numbers = _numbers(self)
        pair = _der(2, _integer(numbers["modulus"])) + _der(2, _integer(numbers["publicExponent"]))
        whole = _der(0x30, _RSA + _der(3, b"\0" + _der(0x30, pair)))
        return base64.b64encode(whole).decode("ascii")


def load(path: Path, *, domain: str, selector: str) -> Key:
    """Read a key. Raises SettingsError where it cannot be read or is none."""
    try:
        pem = path.read_bytes()
    except OSError as exc:
        raise SettingsError(
            (
                f"the DKIM key {path} cannot be read: {exc.strerror}; "
                f"make one: openssl genrsa -out {path} 2048",
            )
        ) from exc
    return Key(domain=domain, selector=selector, pem=pem)


def sign(message: bytes, key: Key, *, at: datetime) -> bytes:
    """Return the message with its signature as the first header.

    message: with CRLF. at: aware; the time of the signature, to the second. Raises DeliveryError
    for a message that is not one.
    """
    dkim = _library()

    class Signer(dkim.DKIM):  # type: ignore[name-defined,misc]
        """Takes the time from the caller; dkimpy asks the clock."""

        def gen_header(self, fields: Any, *args: Any, **more: Any) -> Any:
            moment = str(int(at.timestamp())).encode("ascii")
            fixed = [(name, moment if name == b"t" else value) for name, value in fields]
            return super().gen_header(fixed, *args, **more)

    there = {name.lower() for name in message_from_bytes(_head(message))}
    names = [name.lower() for name in SIGNED if name.lower() in there]
    names += [name.lower() for name in SEALED]
    try:
        made: bytes = Signer(message).sign(
            key.selector.encode("ascii"),
            key.domain.encode("ascii"),
            key.pem,
            include_headers=[name.encode("ascii") for name in names],
            canonicalize=(b"relaxed", b"simple"),
        )
    except dkim.DKIMException as exc:
        raise DeliveryError(f"the message was not signed: {exc}", permanent=True) from exc
    return made + message


def _head(message: bytes) -> bytes:
    return message[: message.find(b"\r\n\r\n") + 4]


def _library() -> ModuleType:
    try:
        import dkim  # type: ignore[import-untyped]
    except ImportError as exc:
        raise SettingsError(
            (
                "mail is to be signed (DKIM), and dkimpy is not installed: "
                'pip install "briefing-digest[dkim]"',
            )
        ) from exc
    found: ModuleType = dkim
    return found


def _numbers(key: Key) -> dict[str, int]:
    _library()
    from dkim import crypto

    try:
        found: dict[str, int] = crypto.parse_pem_private_key(key.pem)
    except (crypto.UnparsableKeyError, ValueError) as exc:
        raise SettingsError(
            (
                "the DKIM key is no RSA key in PEM without a pass phrase; "
                "make one: openssl genrsa -out dkim.pem 2048",
            )
        ) from exc
    return found


def _integer(value: int) -> bytes:
    """Return a positive number as DER has it: a zero before a first bit that is set."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content
