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
- What a sentence is of stands beside it, in a third column, not at the foot of the page. Measured
  on seven pages with WeasyPrint 70: footnotes lay out as fast and weigh as much, but they repeat
  "outlet, date" ten times a page, far from the sentence, and are tagged as plain spans of the
  paragraph, since WeasyPrint knows no `Note`. The narrower text is easier to read, too: 66 signs a
  line and not 90.
- Tables of the PDF have fixed columns: how wide each sentence could be is a fifth of the layout.
  Nothing in its running text floats: after a float, WeasyPrint measures every line of the page
  twice. Rejected: notes in the flow of the text (an eighth faster, and the side notes are gone).
- Sources that were read without a fault are one line where they are many, with their two numbers
  each; what was left out is told by its reason. Eighty rows of "read" hid the one that failed.
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
from typing import TYPE_CHECKING, Literal

from service.errors import PageError, RenderError
from service.model import Artifact, Brief
from service.render.sheet import Sheet

if TYPE_CHECKING:
    from service.render.charts import Chart
    from service.render.custom import Templates
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
    own: "Templates | None" = None,
    mail: Literal["digest", "full"] = "digest",
) -> tuple[Artifact, ...]:
    """Return the issue in each format asked for, in the order asked for, each once.

    sender, to: one address each, for "eml"; see `mail.message`. The mail carries the PDF when "pdf"
    is asked for too. sheet: what the PDF is printed on; None: A4. press: the process that sets its
    pages; None: this one. own: the desk's templates over the shipped ones; every format is then
    made in a process that can be killed, `press` or one for this call. mail: how much of the issue
    the HTML of "eml" holds.

    Raises RenderError for an unknown format, an issue that cites what it does not list, or a
    document that cannot be made; PageError where the other formats can be.
    """
    if own is not None and press is None:
        from service.render.worker import Press

        with Press() as one:
            return render(
                brief, formats, sender=sender, to=to, sheet=sheet, press=one, own=own, mail=mail
            )
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
            if own is not None and press is not None and name != "json":
                work = (name, brief, sender, to, mail, sheet, made.get("pdf"), own)
                made[name] = press.run(_laid_over, *work, format_=name)
            elif name == "pdf":
                made[name] = _pdf(brief, sheet, press)
            else:
                made[name] = _make(name, brief, sender, to, mail, made.get("pdf"), press)
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


def _laid_over(
    name: str,
    brief: Brief,
    sender: str,
    to: str,
    mail: Literal["digest", "full"],
    sheet: Sheet | None,
    pdf: bytes | None,
    own: "Templates",
) -> bytes:
    """Make one format with templates of the desk's own; runs in the process that can be killed."""
    from service.render.environment import laid_over

    try:
        with laid_over(own):
            if name == "pdf":
                return _pdf(brief, sheet, None)
            return _make(name, brief, sender, to, mail, pdf, None)
    except PageError as exc:
        exc.format = name
        raise
    except RenderError as exc:
        if not exc.template:
            raise
        message = f"the {name.upper()} was not made: {exc}"
        raise PageError(message, template=exc.template, format=name) from exc


def _make(
    name: str,
    brief: Brief,
    sender: str,
    to: str,
    mail: Literal["digest", "full"],
    pdf: bytes | None,
    press: "Press | None",
) -> bytes:
    if name == "html":
        from service.render import html

        return html.page(brief, _drawn(brief, press))
    if name == "txt":
        from service.render import text

        return text.plain(brief)
    if name == "md":
        from service.render import text

        return text.markdown(brief)
    if name == "eml":
        return _mail(brief, sender, to, mail, pdf, press)
    from service.brief import codec

    return codec.dumps(brief).encode("utf-8")


def _mail(
    brief: Brief,
    sender: str,
    to: str,
    kind: Literal["digest", "full"],
    pdf: bytes | None,
    press: "Press | None",
) -> bytes:
    from service.render import mail

    letter = mail.Letter(
        sender=sender or mail.SENDER,
        to=to,
        kind=kind,
        attachments=(Artifact(format="pdf", data=pdf),) if pdf is not None else (),
    )
    return mail.message(brief, letter, charts=pictures(brief, press) if kind == "full" else ())


def _drawn(brief: Brief, press: "Press | None") -> "tuple[Chart, ...]":
    """Return the issue's charts as SVG, for a page, drawn where the pages of the PDF are set.

    Without their pictures where the process had to be ended: the tables say the same.
    """
    from service.render import charts as drawn

    if press is None or not drawn.figures(brief):
        return drawn.charts(brief, "svg")
    try:
        made: tuple[Chart, ...] = press.run(drawn.charts, brief, "svg", format_="html")
    except PageError:
        return drawn.unpictured(brief)
    return made


def pictures(brief: Brief, press: "Press | None" = None) -> "tuple[Chart, ...]":
    """Return the issue's charts as PNG, for a message, drawn where the pages are set.

    Empty where the process had to be ended: a mail is never lost for a picture.
    """
    from service.render import charts as drawn

    if press is None:
        return drawn.charts(brief, "png")
    try:
        made: tuple[Chart, ...] = press.run(drawn.charts, brief, "png", format_="eml")
    except PageError:
        return ()
    return made


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
