"""The only place that knows Jinja: two environments, one for markup and one for plain text.

Problem: a headline may hold `<script>`, and a text must not say `&amp;`. Choice: escaping is on in
one environment and off in the other, by what is rendered and never by a file's ending, because
Jinja's own guess says "no" for names such as `x.html.j2`. An undefined variable is an error, so
that a misspelt field cannot vanish from a document.
"""

import re
import traceback
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError
from markupsafe import Markup, escape

from service.errors import RenderError
from service.render import fold, phrases

Kind = Literal["markup", "text"]

#: A date and what may follow it: a time and an offset.
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?: UTC)?(?:[+-]\d\d:\d\d|Z)?")


def _unbroken(text: str) -> Markup:
    """Return markup in which no line ends inside a date: browsers break at a hyphen."""
    # As a plain str: `re` joins the pieces with the string's own method, and Markup's escapes them.
    escaped = str(escape(text))
    return Markup(_DATE.sub(r'<span class="unbroken">\g<0></span>', escaped))


_FILTERS = {
    "bars": phrases.bars,
    "changes_name": phrases.changes_name,
    "count": phrases.count,
    "day": phrases.day,
    "days": phrases.days,
    "digested": phrases.digested,
    "first_places": phrases.first_places,
    "flat": fold.flat,
    "iso": phrases.iso,
    "published": phrases.published,
    "published_day": phrases.published_day,
    "lang": phrases.lang,
    "language": phrases.language,
    "languages": phrases.languages,
    "markdown": fold.markdown,
    "marks": phrases.marks,
    "names": phrases.names,
    "numbered": phrases.numbered,
    "pad": fold.pad,
    "safe_url": phrases.safe_url,
    "share": phrases.share,
    "span": phrases.span,
    "stamp": phrases.stamp,
    "stem": phrases.stem,
    "tally": phrases.tally,
    "told_in": phrases.told_in,
    "unbroken": _unbroken,
    "when": phrases.when,
    "wrap": fold.wrap,
}


def _finalize(value: object) -> object:
    """Keep out of every document what none can carry; markup is already checked."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return fold.printable(value)
    return value


@cache
def environment(kind: Kind) -> Environment:
    """Return the environment for markup or for plain text; made once."""
    made = Environment(
        loader=PackageLoader("templates", ""),
        autoescape=kind == "markup",
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters.update(_FILTERS)
    return made


def fill(name: str, kind: Kind, **context: object) -> str:
    """Return a template filled in; raise RenderError with file, line and what is wrong."""
    try:
        return environment(kind).get_template(name).render(**context)
    except TemplateError as exc:
        line = getattr(exc, "lineno", None) or _line(exc, name)
        raise RenderError(
            f"template {getattr(exc, 'name', None) or name}, line {line}: "
            f"{exc.message or type(exc).__name__}",
            template=name,
        ) from exc


def _line(exc: BaseException, name: str) -> int:
    """Return the line of the innermost template in a traceback; 0 where none is in it."""
    folder = name.split("/", maxsplit=1)[0]
    frames = traceback.extract_tb(exc.__traceback__)
    inside = [f.lineno for f in frames if f"/{folder}/" in f.filename and f.lineno is not None]
    return inside[-1] if inside else 0
