"""The two bodies of a message: HTML by MJML, and plain text.

MJML is made by Jinja with escaping on, so that an article's words are text whatever they hold, and
is read by mrml without a loader, so that nothing in it can be included from a file or an address.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.errors import RenderError
from service.model import Brief
from service.render.environment import fill
from service.render.fold import printable
from service.render.mail.shown import Shown, digests, fulls, words

#: A large mail provider cuts a message's HTML off at 102 KB; the foot must stay inside. Also what
#: the HTML may take once encoded.
MAX_HTML_BYTES = 100_000
#: Set aside for a reader's mark in the links, which is put in afterwards and has any length.
_RESERVED = 2_000
#: The most that a digest has, in words: 600 with everything that is printed around the sentences,
#: and the foot, which has some 60.
DIGEST_WORDS = 660
#: A preheader that is shorter is filled up by mail programs with what comes next.
_PREHEADER, _MOST_PREHEADER = 90, 400

_ASIDE = re.compile(
    r"<!--.*?-->|<head.*?</head>|<div style=\"display:none.*?</div>|<[^>]*>", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart of the message, as its HTML names it."""

    cid: str
    name: str
    title: str
    alt: str
    data: bytes
    #: In pixels, as shown.
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What goes with the bodies, as a template prints it."""

    #: Formats of what is attached, in capitals: "PDF".
    attached: tuple[str, ...] = ()
    #: Of what is too large: (format, megabytes as a text).
    withheld: tuple[tuple[str, str], ...] = ()
    web_url: str | None = None
    #: Whether the letter goes to a reader of a list, and how that reader leaves it.
    listed: bool = False
    leave: str | None = None


def subject(brief: Brief) -> str:
    """Return the subject in words: title, number and local day of the cut-off."""
    return fill("mail/subject.txt", "text", brief=brief).strip()


def plain(brief: Brief, sent: Sent) -> str:
    """Return the plain text: the whole issue, and what goes with it."""
    return fill("mail/mail.txt", "text", brief=brief, sent=sent)


def digest(brief: Brief, sent: Sent, pictures: Sequence[Picture] = ()) -> str:
    """Return the HTML of a digest: at most `DIGEST_WORDS`, and small enough."""

    def fits(text: str) -> bool:
        return _small(text) and words(shown_text(text)) <= DIGEST_WORDS

    return _first(
        brief, "mail/digest.mjml", digests(brief, most_words=DIGEST_WORDS), sent, pictures, fits
    )


def full(brief: Brief, sent: Sent, pictures: Sequence[Picture] = ()) -> str:
    """Return the HTML of the whole issue, or of as much of it as is small enough."""
    return _first(brief, "mail/full.mjml", fulls(brief), sent, pictures, _small)


def shown_text(page: str) -> str:
    """Return the words that a reader of this HTML sees."""
    return html.unescape(_ASIDE.sub(" ", page))


def encoded(text: str) -> tuple[str, int]:
    """Return the transfer encoding that is shorter for a text, and its length with it, about.

    Quoted-printable takes three bytes for one that is no plain ASCII or is "=", and ends a line
    after some 72; base64 takes 78 for 57.
    """
    data = text.encode("utf-8")
    quoted = len(data) + 2 * len(data.translate(None, delete=_PLAIN))
    quoted += quoted // 72 * 3
    based = len(data) * 78 // 57 + 80
    return ("quoted-printable", quoted) if quoted <= based else ("base64", based)


_PLAIN = bytes(byte for byte in range(32, 127) if byte != ord("=")) + b"\n"


def _small(text: str) -> bool:
    plain_size = len(text.encode("utf-8"))
    return max(plain_size, encoded(text)[1]) + _RESERVED <= MAX_HTML_BYTES


def _first(
    brief: Brief,
    template: str,
    levels: Sequence[Shown],
    sent: Sent,
    pictures: Sequence[Picture],
    fits: Callable[[str], bool],
) -> str:
    """Return the HTML of the first level that fits; each is smaller than the one before."""
    made: dict[int, str] = {}

    def good(index: int) -> bool:
        filled = _mjml(brief, template, levels[index], sent, pictures)
        # mrml only adds to it, but for the style sheet: no use setting what is megabytes.
        if len(filled) > 2 * MAX_HTML_BYTES:
            return False
        made[index] = _set(filled, template)
        return fits(made[index])

    last = len(levels) - 1
    at = 0 if good(0) else 1 + bisect_left(range(1, last), True, key=good)
    if at not in made:
        good(at)
    if at in made and _small(made[at]):
        return made[at]
    raise RenderError("the message was not made: its title or its marking alone takes 100 KB")


def _mjml(
    brief: Brief, template: str, shown: Shown, sent: Sent, pictures: Sequence[Picture]
) -> str:
    filled = fill(
        template,
        "markup",
        brief=brief,
        shown=shown,
        sent=sent,
        charts=pictures,
        preheader=_preheader(brief),
    )
    return printable(filled)


def _set(mjml: str, template: str) -> str:
    import mrml

    try:
        made = mrml.to_html(
            mjml,
            mrml.ParserOptions(include_loader=mrml.noop_loader()),
            mrml.RenderOptions(disable_comments=False, fonts={}),
        )
    except OSError as exc:  # whatever is wrong, says mrml
        raise RenderError(
            f"template {template}: is not MJML once filled in: {exc}", template=template
        ) from exc
    if made.warnings:
        kinds = ", ".join(sorted({str(warning.kind) for warning in made.warnings}))
        raise RenderError(f"template {template}: mrml warns of {kinds}", template=template)
    return str(made.content)


def _preheader(brief: Brief) -> str:
    """Return the first sentences of the bottom line, enough for a line of an inbox; whole ones."""
    said = ""
    for line in brief.bottom_line:
        longer = f"{said} {line.text}".strip()
        if len(longer) > _MOST_PREHEADER or len(said) >= _PREHEADER:
            break
        said = longer
    return said
