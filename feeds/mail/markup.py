"""HTML bodies of mails: hidden text and quotations out, layout tables to plain blocks."""

import re
from datetime import datetime

from feeds.extract import Page, page
from feeds.mail.plain import PROSE
from feeds.normal import line
from service.errors import ExtractError

_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
)
_LAYOUT = ("table", "tbody", "thead", "tfoot", "tr", "td", "th", "center", "font")
_QUOTES = (
    ".//blockquote[@type='cite']",
    ".//div[contains(concat(' ', @class, ' '), ' gmail_quote ')]",
    ".//div[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')]",
    ".//div[contains(concat(' ', @class, ' '), ' yahoo_quoted ')]",
)


def shown(text: str, *, now: datetime) -> Page:
    """Return what a reader of an HTML body sees; raise ExtractError without a text."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring, tostring

    try:
        tree = document_fromstring(
            re.sub(r"^\s*<\?xml[^>]*>", "", text).replace("\0", "") or "<html></html>",
            parser=HTMLParser(remove_comments=True, remove_pis=True, no_network=True),
        )
    except (etree.LxmlError, ValueError) as exc:
        raise ExtractError(f"is not HTML: {line(str(exc))[:120]}") from exc
    hidden = [e for e in tree.iter() if _HIDDEN.search(e.get("style") or "")]
    found = {e for path in _QUOTES for e in tree.xpath(path)}
    # Quotations are quoted again and again: the outermost hold all others.
    quotes = [e for e in found if not any(above in found for above in e.iterancestors())]
    quoted = sum(len(str(e.text_content())) for e in quotes)
    if quotes and len(str(tree.text_content()).strip()) - quoted > 2 * PROSE:
        hidden += quotes
    for element in hidden:
        # A quotation may stand in one that is gone already; the body itself is never taken.
        if element.getparent() is not None and element.tag not in ("html", "body"):
            element.drop_tree()
    for element in tree.iter(*_LAYOUT):
        element.tag = "span" if element.tag == "font" else "div"
    return page(str(tostring(tree, encoding="unicode")), now=now)
