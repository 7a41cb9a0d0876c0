"""An issue as documents: PDF, HTML, plain text, Markdown, mail and JSON.

Problem: six formats must print the same sentences, with the same numbers, and two runs must give
the same bytes. Choice: a template gets a `Brief` and nothing else. What can be computed from it is
a pure filter (`phrases`, `fold`), so that a template holds words and markup only; nothing here
reads a clock, a file of the user or the network. Dates of documents are the issue's data cut-off.

Decisions:
- The page and the PDF share one body (`templates/brief/body.html`) and differ in style sheet and
  frame, so that they cannot disagree. Printing the web page's own HTML was rejected: what a browser
  needs (contents list, dark mode, policy against requests) only slows the layout of a PDF.
- Sentences are numbered paragraphs, as in official papers, not running text. They come from several
  articles, so they do not read on from each other, and a number can be quoted on the telephone.
- A character for which the fonts have no glyph fails the PDF; the error names it and its place.
  Replacing it would print something that the source did not write; a box would hide it. The other
  formats have no such limit. A caller that must publish asks again without "pdf".
- Stories are numbered through, the top ones and those by field, so that the list of sources can
  say which story counts an article that no sentence cites.
- The marks of a quotation are the printer's and stand outside of the verbatim text; they are those
  of the quotation's own language.
- Dates of events are the row headings of a table, each row with its date, although many rows share
  one: a screen reader, a copied row and a page break all need it. Rejected: a list of definitions
  and a cell over several rows, which does not break across pages. A date that the row above has
  already is set lighter.
- Names and versions of components are in the JSON and in the PDF's metadata: a second run needs
  them and a reader does not.
- Words are never hyphenated in the PDF, text is set ragged right, and a sentence stays on one page,
  so that what is extracted from the page is what the source wrote.
- Heavy libraries are imported when a format first needs them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from service.errors import RenderError
from service.model import Artifact, Brief
from service.render.sheet import Sheet

if TYPE_CHECKING:
    from service.render.worker import Press

#: What can be asked for, in the order in which it is made.
FORMATS = ("pdf", "html", "txt", "md", "eml", "json")


def render(
    brief: Brief,
    formats: Sequence[str],
    *,
    sender: str = "",
    to: str = "",
    sheet: Sheet | None = None,
    press: "Press | None" = None,
) -> tuple[Artifact, ...]:
    """Return the issue in each format asked for, in the order asked for, each once.

    sender, to: one address each, for "eml"; see `mail.message`. The mail carries the PDF when "pdf"
    is asked for too. sheet: what the PDF is printed on; None: A4. press: the process that sets its
    pages; None: this one.

    Raises RenderError for an unknown format, an issue that cites what it does not list, or a
    document that cannot be made.
    """
    wanted = tuple(dict.fromkeys(formats))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise RenderError(
            f"unknown format {', '.join(map(repr, unknown))}: use one or more of "
            f"{', '.join(FORMATS)}"
        )
    _check(brief)
    made: dict[str, bytes] = {}
    for name in FORMATS:
        if name in wanted:
            if name == "pdf":
                made[name] = _pdf(brief, sheet, press)
            else:
                made[name] = _make(name, brief, sender, to, made.get("pdf"))
    return tuple(Artifact(format=name, data=made[name]) for name in wanted)


def stem(brief: Brief) -> str:
    """Return the files' common name, without ending: topic and local date of the cut-off."""
    from service.render import phrases

    return phrases.stem(brief)


def _pdf(brief: Brief, sheet: Sheet | None, press: "Press | None") -> bytes:
    if press is not None:
        return press.document(brief, sheet)
    from service.render import pdf

    return pdf.document(brief, sheet)


def _make(name: str, brief: Brief, sender: str, to: str, pdf: bytes | None) -> bytes:
    if name == "html":
        from service.render import html

        return html.page(brief)
    if name == "txt":
        from service.render import text

        return text.plain(brief)
    if name == "md":
        from service.render import text

        return text.markdown(brief)
    if name == "eml":
        from service.render import mail

        return mail.message(brief, sender=sender, to=to, pdf=pdf)
    from service.brief import codec

    return codec.dumps(brief).encode("utf-8")


def _check(brief: Brief) -> None:
    """Raise RenderError if a citation leads nowhere: a document must not print a dead number."""
    listed = [source.number for source in brief.sources]
    if len(set(listed)) != len(listed):
        raise RenderError("the issue lists two sources under one number: compose it again")
    cited = {f"sentence {line.number}": line.source for line in brief.lines()}
    for number, item in enumerate(brief.told(), 1):
        for source in (item.source, *item.sources):
            cited[f"story {number}, source {source}"] = source
    for number, change in enumerate(brief.changed, 1):
        if change.source is not None:
            cited[f"change {number}"] = change.source
    for place, source in cited.items():
        if source not in listed:
            raise RenderError(
                f"{place} cites source {source}, which the issue does not list: compose it again"
            )
