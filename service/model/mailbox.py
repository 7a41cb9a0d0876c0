"""The address of one mailbox: checked where it enters, in the one spelling that is stored.

Whatever can change what a mail server reads is refused here and never repaired: a line break, a
comma, a name around the address. Repairing it would send to somebody that nobody meant.
"""

import re

#: Of RFC 5321, in bytes: the longest address, and the longest part before its @.
_MOST, _MOST_LOCAL = 254, 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: The standard library writes IDNA of 2003, which makes other letters of these; today they are
#: letters of their own, so that one spelling would lead to two domains.
_DEVIATING = frozenset("ßẞς\u200c\u200d")


def mailbox(given: str, *, utf8: bool = False) -> str:
    """Return the address with its domain in ASCII and small letters.

    utf8: the mail server takes other scripts before the @ (SMTPUTF8). Raises ValueError, in words
    that say what is wrong and what is right.
    """
    if _CONTROL.search(given):
        raise ValueError(f"{given!r} holds a line break or a control character")
    local, at, domain = given.strip().rpartition("@")
    if not at or not local or not domain or re.search(r"[\s,;<>()\"\\]|@", local + domain):
        raise ValueError(f'"{given}" is no address of one mailbox')
    if not local.isascii() and not utf8:
        raise ValueError(
            f'"{given}" has letters before the @ that only some mail servers take: use another '
            "address, or set smtp.utf8 = true where yours does"
        )
    plain = re.sub(r"[^\x00-\x7f]", "x", local)
    if not _LOCAL.fullmatch(plain):
        raise ValueError(f'"{given}" is no address of one mailbox')
    made = f"{local}@{_domain(given, domain)}"
    if len(made.encode()) > _MOST or len(local.encode()) > _MOST_LOCAL:
        raise ValueError(f'"{given[:40]}…" is longer than the address of a mailbox can be')
    return made


def _domain(given: str, domain: str) -> str:
    """Return a domain in ASCII, as mail servers look it up."""
    if not _DEVIATING.isdisjoint(domain):
        raise ValueError(
            f'"{given}" has a domain of two readings: write its ASCII form, which begins with xn--'
        )
    try:
        ascii_ = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        ascii_ = ""
    labels = ascii_.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f'"{given}" names no domain that can have a mailbox')
    return ascii_


def one_name(given: str) -> str:
    """Return a reader's name on one line; raise ValueError for one with line breaks or controls.

    A long one stays as it is: what a header cannot hold is the header's matter.
    """
    if _CONTROL.search(given):
        raise ValueError("the name holds a line break or a control character")
    if any("\ud800" <= char <= "\udfff" for char in given):
        raise ValueError("the name is no text: it holds half a character")
    return " ".join(given.split())
