"""The issue as a PDF: the only place that knows WeasyPrint.

Problem: WeasyPrint fetches what a page names, prints a box for a character without a glyph, and
says either only in its log. Choice: nothing may be fetched, and every warning that means a wrong
page is an error. The result is tagged (PDF/UA-1), its dates are the issue's cut-off and its
identifier is a hash of what was set, so that the same issue gives the same bytes. Every PDF carries
the issue's data, from which any other program can read what the pages say; for an archive it is
PDF/A-3u, too, which forbids whatever needs something from outside of the file.

Python's garbage collector is off while a document is laid out, which saves about 30 % of the time
(measured on 60 pages with WeasyPrint 70) and costs memory until it runs again. The page is read as
XML where it is XML, and a style sheet once a process; see docs/speed.md for what that saves.
"""

import gc
import hashlib
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from service.brief import codec
from service.errors import PageError, RenderError
from service.model import Brief
from service.render import finish, fold, fonts, html, phrases
from service.render.sheet import Sheet

if TYPE_CHECKING:
    from types import ModuleType

#: What a file claims to be; one for an archive claims both.
ACCESSIBLE, ARCHIVAL = "pdf/ua-1", "pdf/a-3u"
_PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_TEMPLATE = "brief/paper.html"
#: How many characters or places an error names.
_MOST_NAMED = 5


def document(brief: Brief, sheet: Sheet | None = None) -> bytes:
    """Return the issue as a PDF; raise PageError where a page would not be right.

    That is: a character has no glyph, or a template asks for a file or a network. RenderError:
    Pango is missing. sheet: what it is printed on; None: A4, not for an archive.
    """
    sheet = sheet or Sheet()
    style = html.paper_style(sheet.size, brief.language)
    return _set(html.paper(brief), style, brief, archival=sheet.archival)


def library() -> str:
    """Return what sets the pages, with versions; raise RenderError where it is missing."""
    weasyprint = _weasyprint()
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    version = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    return f"WeasyPrint {weasyprint.__version__}, Pango {version}"


def _set(markup: str, style: str, brief: Brief, *, archival: bool = False) -> bytes:
    weasyprint = _weasyprint()
    fetcher = _deny_all()
    data = codec.dumps(brief)
    variant = ARCHIVAL if archival else ACCESSIBLE
    whole = "\0".join((markup, style, data, variant))
    identifier = hashlib.sha256(whole.encode("utf-8")).hexdigest()[:32]

    def finished(document: Any, pdf: Any) -> None:
        finish.languages(weasyprint, document, pdf)
        finish.attached(pdf)
        if archival:
            finish.archival(pdf)
        finish.written(pdf)

    with _warnings() as found, _uncollected(), warnings.catch_warnings():
        # WeasyPrint leaves it to Python to close the colour profile of an archived file.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            made: bytes = _parsed(markup, fetcher).write_pdf(
                stylesheets=[_sheet(style)],
                finisher=finished,
                pdf_variant=variant,
                pdf_tags=True,
                pdf_identifier=identifier.encode("ascii"),
                attachments=[
                    weasyprint.Attachment(
                        string=data,
                        name=f"{phrases.stem(brief)}.json",
                        description="The data of this issue",
                        created=brief.cutoff.astimezone(UTC),
                        modified=brief.cutoff.astimezone(UTC),
                        url_fetcher=fetcher,
                    )
                ],
            )
        except weasyprint.urls.FatalURLFetchingError as exc:
            raise PageError(
                f"the PDF was not made: {exc}; a page may not fetch anything", template=_TEMPLATE
            ) from exc
        except RecursionError as exc:
            raise PageError(
                "the PDF was not made: the page is nested too deeply", template=_TEMPLATE
            ) from exc
    _refuse_boxes(found, brief)
    return made


def _weasyprint() -> "ModuleType":
    """Import WeasyPrint with our fonts; raise RenderError where its libraries are missing."""
    fonts.activate()
    try:
        import weasyprint
        import weasyprint.urls
    except OSError as exc:
        raise RenderError(f"the PDF was not made: Pango is missing; run: {_PANGO}") from exc
    module: ModuleType = weasyprint
    return module


def _parsed(markup: str, fetcher: Any) -> Any:
    """Return what WeasyPrint sets, read by the XML parser of Python where the page is XML.

    That takes a twentieth of the time of an HTML parser in Python, a tenth of a render, and gives
    the same elements: ours write every tag that an HTML parser would have to think of. A template
    of a desk's own that does not is read as the HTML that it is.
    """
    import weasyprint
    from cssselect2 import ElementWrapper  # type: ignore[import-untyped]

    try:
        root = ElementTree.fromstring(markup)  # the text is ours, and names no entity
    except ElementTree.ParseError:
        return weasyprint.HTML(string=markup, url_fetcher=fetcher)
    page = weasyprint.HTML.__new__(weasyprint.HTML)
    page.base_url = None
    page.url_fetcher = fetcher
    page.media_type = "print"
    page.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
    page.etree_element = root
    return page


@lru_cache(maxsize=8)
def _sheet(style: str) -> Any:
    """Return a style sheet as WeasyPrint reads it; one serves every issue of a process."""
    import weasyprint

    return weasyprint.CSS(string=style, url_fetcher=_deny_all())


def _deny_all() -> Any:
    """Return a fetcher that refuses every address, and stops the render that asked."""
    from weasyprint.urls import URLFetcher

    class DenyAll(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            raise ValueError(f"blocked: {url}")

    return DenyAll(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)


class _Collected(logging.Handler):
    """Keeps the code points that were drawn as boxes."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.boxes: dict[int, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if ".notdef" in message and (code := re.search(r"\(U\+([0-9A-F]+)\)", message)):
            self.boxes[int(code[1], 16)] = None


@contextmanager
def _warnings() -> Iterator[_Collected]:
    logger = logging.getLogger("weasyprint")
    handler = _Collected()
    level = logger.level
    logger.addHandler(handler)
    if not logger.isEnabledFor(logging.WARNING):
        logger.setLevel(logging.WARNING)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector off, and let it run once afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        # What was made while it was off is all in the youngest generation; to look at what every
        # import has left behind would take as long again.
        gc.collect(1)


def _refuse_boxes(found: _Collected, brief: Brief) -> None:
    """Raise PageError that names each character without a glyph, and where it stands."""
    if not found.boxes:
        return
    named = [f"{chr(code)!r} (U+{code:04X})" for code in found.boxes]
    more = len(named) - _MOST_NAMED
    places = _places({chr(code) for code in found.boxes}, brief)
    raise PageError(
        f"the PDF was not made: its fonts have no glyph for {', '.join(named[:_MOST_NAMED])}"
        f"{f' and {more} more' if more > 0 else ''}, in {places or 'the frame of the page'}; "
        "the other formats can print it",
        template=_TEMPLATE,
    )


def _places(signs: set[str], brief: Brief) -> str:
    """Return where any of the characters stands: "sentence 3, source 2"."""
    texts = {f"sentence {line.number}": line.text for line in brief.lines()}
    for number, item in enumerate(brief.told(), 1):
        texts[f"headline {number}"] = item.headline + "".join(item.outlets)
    for number, change in enumerate(brief.changed, 1):
        texts[f"change {number}"] = change.headline
    for quote in brief.quotes:
        named = quote.speaker.text + (quote.office.text if quote.office else "") + quote.outlet
        texts[f"the speaker of sentence {quote.line.number}"] = named
    for source in brief.sources:
        shown = (source.title, source.outlet, source.source, source.origin, source.url)
        texts[f"source {source.number}"] = "".join(text or "" for text in shown)
    found = [place for place, text in texts.items() if signs & set(fold.printable(text))]
    more = len(found) - _MOST_NAMED
    return ", ".join(found[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
