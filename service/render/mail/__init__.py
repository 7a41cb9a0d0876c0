"""The issue as one message for one reader: RFC 5322, ready to be sent as it is.

    multipart/mixed                  where a file is attached
    ├── multipart/alternative        where there is HTML
    │   ├── text/plain               the whole issue, in every kind of message
    │   └── multipart/related        where there is a chart
    │       ├── text/html            a digest of about 600 words, or the whole issue
    │       └── image/png            by Content-ID
    └── application/pdf …

    letter     what a message is beside the issue: sender, reader, kind, files, links
    headers    names and values, encoded, and the proof that no other came of it
    shown      what of the issue there is room for: levels, the most first; pure
    layout     the HTML, by MJML, and the plain text
    parts      MIME, in bytes

Problem: mail programs cut a long message off, and with it the line by which a reader leaves the
list; most of them know tables and styles on the elements only; and whatever an article, a title or
an address holds must stay text. Choices:
- MJML, which mrml turns into tables in a millisecond without Node; a template of tables by hand was
  rejected, as no one dares to change it. The cascade stays in the template, mrml writes it onto the
  elements.
- The HTML is below 100 KB, encoded and decoded, with the foot inside. What there is no room for is
  left out in a fixed order and named (`shown`); a text cut off in a sentence was rejected, since
  every sentence is verbatim.
- A digest shows no sentence twice: what the bottom line says, the story below does not repeat. It
  has no charts: they are in the whole issue, a link or a file away.
- Files above the limit are not attached but named, with the archive's address where there is one.
- Nothing is fetched: charts are parts of the message, and nothing tells the sender of the opening.

Nothing is random: boundaries and the Message-ID are hashes, the date is the data cut-off where no
other is given. The same letter of the same issue has the same bytes, so that a message sent twice
can be told to be one. It is set once for many readers by `service.delivery.mailing`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from service.model import Brief
from service.render import phrases
from service.render.mail import headers, layout, parts
from service.render.mail.headers import list_id
from service.render.mail.letter import MAX_ATTACHED_BYTES, NOBODY, SENDER, Kind, Letter

if TYPE_CHECKING:
    from service.render.charts import Chart

__all__ = ["MAX_ATTACHED_BYTES", "NOBODY", "SENDER", "Kind", "Letter", "list_id", "message"]

#: The widest that a chart is shown, in pixels: the column without its margins.
_CHART_PX = 552


def message(brief: Brief, letter: Letter, *, charts: "Sequence[Chart]" = ()) -> bytes:
    """Return the message as bytes with CRLF, all ASCII but for an address that is not.

    charts: PNG, shown in the HTML. Raises RenderError for an address, a link or a file that cannot
    be in a mail.
    """
    brief = replace(brief, language=letter.language or brief.language)
    meant = headers.values(brief, letter, layout.subject(brief))
    files, withheld = _attached(letter, phrases.stem(brief))
    sent = layout.Sent(
        attached=tuple(file.format.upper() for file in files),
        withheld=withheld,
        web_url=phrases.safe_url(letter.web_url) or None,
        listed=bool(letter.to),
        leave=letter.leave,
    )
    identity = dict(meant)["Message-ID"]
    marks = hashlib.sha256(f"{identity}\n{brief!r}".encode("utf-8", "replace")).hexdigest()
    related, alternative, mixed = (f"=_{marks[at : at + 20]}" for at in (0, 20, 40))
    body = parts.text(layout.plain(brief, sent), "plain")
    if letter.kind != "text":
        shown = tuple(_picture(chart) for chart in charts if chart.data)
        made = layout.digest if letter.kind == "digest" else layout.full
        page = parts.text(made(brief, sent, shown), "html")
        pictures = [parts.picture(chart) for chart in shown]
        whole = parts.several('related; type="text/html"', [page, *pictures], related)
        body = parts.several("alternative", [body, whole], alternative)
    body = parts.several("mixed", [body, *(file.part() for file in files)], mixed)
    data = headers.written((*meant, ("MIME-Version", "1.0")), utf8=letter.smtputf8) + body
    headers.recheck(data, [name for name, _ in meant])
    return data


def _picture(chart: "Chart") -> layout.Picture:
    return layout.Picture(
        # Nobody can register a name below .invalid.
        cid=f"{chart.name}@{hashlib.sha256(chart.data).hexdigest()[:16]}.invalid",
        name=chart.name,
        title=chart.title,
        alt=chart.alt,
        data=chart.data,
        width=_CHART_PX,
    )


def _attached(
    letter: Letter, stem: str
) -> tuple[tuple[parts.Attached, ...], tuple[tuple[str, str], ...]]:
    """Return what is attached, as far as it fits in order, and (format, megabytes) of the rest."""
    kept: list[parts.Attached] = []
    withheld = []
    left = letter.max_attached_bytes
    for artifact in letter.attachments:
        file = parts.Attached(artifact, stem)
        if file.size <= left:
            kept.append(file)
            left -= file.size
        else:
            withheld.append((file.format.upper(), f"{len(artifact.data) / 1e6:.1f}"))
    return tuple(kept), tuple(withheld)
