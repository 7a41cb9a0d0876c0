"""What a domain says of its mail in DNS: the records to publish, and a judgement of those found.

Large receivers refuse or hide mail from a domain without them: SPF names the servers that may send
(RFC 7208), DKIM the key of the signature (RFC 6376), DMARC what to do where neither fits the From
address (RFC 7489). All here is pure but `lookup`, which asks through dnspython; that comes with the
extra `dkim`. Rejected: a DNS query of our own (TCP for long answers, several servers, time-outs:
not 80 lines), and a program such as dig, which servers often lack.

Not judged: whether the addresses of SPF are those of the server that sends, which only that server
knows; and DMARC's list of public suffixes: the policy is looked for at each parent domain, as the
successor of RFC 7489 does.
"""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from service.errors import DeliveryError

#: Asks for the TXT records at a name, each joined from its strings; () where there are none.
Lookup = Callable[[str], tuple[str, ...]]

#: Terms of SPF that make the receiver ask DNS again; more than ten of them fail (RFC 7208, 4.6.4).
_ASKING = ("include:", "a", "mx", "ptr", "exists:", "redirect=")
_MOST_ASKED = 10
_MECHANISM = re.compile(
    r"[+?~-]?(all|include:\S+|a([:/]\S+)?|mx([:/]\S+)?|ptr(:\S+)?|ip4:[\d./]+|ip6:[0-9a-f:./]+"
    r"|exists:\S+)|[a-z][a-z0-9_.-]*=\S*",
    re.IGNORECASE,
)
#: Bytes of a SubjectPublicKeyInfo with a key of 2048 bits, and of 1024.
_BYTES_2048, _BYTES_1024 = 294, 162


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A TXT record to publish."""

    what: Literal["SPF", "DKIM", "DMARC"]
    name: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The value in pieces of 255 at most: no string of a TXT record is longer."""
        return tuple(self.value[at : at + 255] for at in range(0, len(self.value), 255))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is to be thought of the records found."""

    what: Literal["SPF", "DKIM", "DMARC"]
    ok: bool
    #: What was found, or what is wrong and how to mend it; one line.
    detail: str


def publish(
    domain: str, *, selector: str = "", public_key: str = "", reports: str = ""
) -> tuple[Record, ...]:
    """Return the records that a sender's domain needs.

    domain: of the From address, in ASCII. selector, public_key: see `dkim.Key`; without them the
    mail server signs, and its records are its own. reports: the mailbox for DMARC's reports.
    """
    made = [Record(what="SPF", name=domain, value="v=spf1 mx ~all")]
    if selector and public_key:
        name = f"{selector}._domainkey.{domain}"
        made.append(Record(what="DKIM", name=name, value=f"v=DKIM1; k=rsa; p={public_key}"))
    policy = "v=DMARC1; p=none" + (f"; rua=mailto:{reports}" if reports else "")
    made.append(Record(what="DMARC", name=f"_dmarc.{domain}", value=policy))
    return tuple(made)


def spf(found: Sequence[str], domain: str) -> Judgement:
    """Judge the TXT records at a domain as to SPF."""

    def say(detail: str, *, ok: bool = False) -> Judgement:
        return Judgement(what="SPF", ok=ok, detail=_line(detail))

    ours = [text for text in found if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
    if not ours:
        return say(f'{domain} has none; publish TXT "v=spf1 mx ~all" with the servers that send')
    if len(ours) > 1:
        return say(f"{domain} has {len(ours)}, and receivers take none of them: keep one")
    terms = ours[0].split()[1:]
    for term in terms:
        if not _MECHANISM.fullmatch(term):
            return say(f'{domain}: "{term}" is no term of SPF; receivers drop the whole record')
    asked = sum(_asks(term) for term in terms)
    if asked > _MOST_ASKED:
        return say(f"{domain}: {asked} terms ask DNS again; receivers stop at {_MOST_ASKED}")
    last = next((term.lower() for term in terms if term.lower().lstrip("+?~-") == "all"), None)
    redirected = any(term.lower().startswith("redirect=") for term in terms)
    if last in ("all", "+all"):
        return say(f'{domain}: "{last}" lets every server send; end with "~all" or "-all"')
    if last == "?all" or (last is None and not redirected):
        return say(f'{domain}: says nothing of other servers; end with "~all" or "-all"')
    return say(f"{domain}: {ours[0]}", ok=True)


def dkim(found: Sequence[str], name: str, public_key: str = "") -> Judgement:
    """Judge the TXT records at `selector._domainkey.domain`.

    public_key: ours, if we sign; it must be the one published.
    """

    def say(detail: str, *, ok: bool = False) -> Judgement:
        return Judgement(what="DKIM", ok=ok, detail=_line(detail))

    ours = [tags for tags in map(_tags, found) if "p" in tags]
    if not ours:
        return say(f"{name} has no key; publish the one that `briefing doctor` prints")
    if len(ours) > 1:
        return say(f"{name} has {len(ours)} keys, and receivers may take either: keep one")
    tags = ours[0]
    key = re.sub(r"\s+", "", tags["p"])
    if tags.get("v", "DKIM1") != "DKIM1":
        return say(f"{name}: v={tags['v']} is not DKIM1")
    if not key:
        return say(f"{name}: the key is taken back (p= is empty); publish a new one")
    try:
        size = len(base64.b64decode(key, validate=True))
    except ValueError:
        return say(f"{name}: the key is not base64; publish it in one piece, without marks")
    if public_key and key != public_key:
        return say(f"{name}: the key is not the one that signs; publish ours")
    if tags.get("k", "rsa") == "rsa" and size < _BYTES_1024:
        return say(f"{name}: the key is shorter than 1024 bits, and is ignored; use 2048")
    if "y" in tags.get("t", "").split(":"):
        return say(f"{name}: is marked as a test (t=y), and counts for nothing")
    short = tags.get("k", "rsa") == "rsa" and size < _BYTES_2048
    note = "; 2048 bits are better" if short else ""
    return say(f"{name}: {tags.get('k', 'rsa')} key{note}", ok=True)


def dmarc(found: Sequence[str], name: str) -> Judgement:
    """Judge the TXT records at `_dmarc.domain`."""

    def say(detail: str, *, ok: bool = False) -> Judgement:
        return Judgement(what="DMARC", ok=ok, detail=_line(detail))

    ours = [text for text in found if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
    if not ours:
        return say(f'{name} has none; publish TXT "v=DMARC1; p=none"')
    if len(ours) > 1:
        return say(f"{name} has {len(ours)}, and receivers take none of them: keep one")
    policy = _tags(ours[0]).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return say(f"{name}: p={policy or '(missing)'}; write p=none, quarantine or reject")
    return say(f"{name}: p={policy}", ok=True)


def check(
    domain: str, *, selector: str = "", public_key: str = "", ask: "Lookup | None" = None
) -> tuple[Judgement, ...]:
    """Look the records of a domain up and judge them.

    ask: None: through DNS. Raises DeliveryError where DNS does not answer, or cannot be asked.
    """
    asked = ask or lookup
    made = [spf(asked(domain), domain)]
    if selector:
        name = f"{selector}._domainkey.{domain}"
        made.append(dkim(asked(name), name, public_key))
    made.append(_policy(domain, asked))
    return tuple(made)


def _policy(domain: str, ask: Lookup) -> Judgement:
    """Judge the policy at the domain, or else at the nearest parent that has one."""
    labels = domain.split(".")
    own = dmarc(ask(f"_dmarc.{domain}"), f"_dmarc.{domain}")
    if own.ok:
        return own
    for at in range(1, len(labels) - 1):
        name = f"_dmarc.{'.'.join(labels[at:])}"
        above = dmarc(ask(name), name)
        if above.ok:
            return above
    return own


def lookup(name: str, *, timeout_s: float = 5.0) -> tuple[str, ...]:
    """Return the TXT records at a name. Raises DeliveryError where DNS does not answer."""
    try:
        from dns import exception, rdatatype, resolver
    except ImportError as exc:
        raise DeliveryError(
            'DNS cannot be asked without dnspython: pip install "briefing-digest[dkim]"'
        ) from exc
    try:
        answer = resolver.resolve(
            f"{name}.", rdatatype.TXT, raise_on_no_answer=False, lifetime=timeout_s
        )
    except resolver.NXDOMAIN:
        return ()
    except (exception.DNSException, OSError) as exc:
        raise DeliveryError(f"DNS did not answer for {name}: {type(exc).__name__}") from exc
    rows = answer.rrset or ()
    return tuple(b"".join(row.strings).decode("utf-8", "replace") for row in rows)


def _line(text: str) -> str:
    """Return a text that others wrote a part of, on one line, without commands to a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:300]


def _asks(term: str) -> bool:
    bare = term.lower().lstrip("+?~-")
    return any(
        bare.startswith(kind) if kind[-1] in ":=" else re.split("[:/]", bare)[0] == kind
        for kind in _ASKING
    )


def _tags(text: str) -> dict[str, str]:
    """Return a record's tags, "k=rsa; p=…", by name; {} for a text without any."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, mark, value in pairs if mark}
