"""The only place that knows Jinja: two environments, one for markup and one for plain text.

Problem: a headline may hold `<script>`, and a text must not say `&amp;`. Choice: escaping is on in
one environment and off in the other, by what is rendered and never by a file's ending, because
Jinja's own guess says "no" for names such as `x.html.j2`. An undefined variable is an error, so
that a misspelt field cannot vanish from a document.

A template writes every word of its own as `_("Top stories")`, or `ngettext("%(num)s article",
"%(num)s articles", n)` where a number decides its form, and gets it in the brief's language.
Values go in by name, `_("Story %(number)s", number=3)`, and are escaped like any other; a percent
sign is written twice.

Where a desk has templates of its own (`custom`), all are filled in by the immutable sandbox. There
`safe` and `autoescape` are gone, and a phrase to be translated is a literal, since it is taken for
markup: a value can get unescaped into a document in no way.
"""

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from functools import cache
from typing import Literal

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from service.errors import RenderError
from service.model import Brief
from service.render import fold, phrases, wording
from service.render.catalogue import catalogue
from service.render.charts import picture
from service.render.custom import SHIPPED, Templates

Kind = Literal["markup", "text"]

#: A date and what may follow it: a time and an offset.
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?: UTC)?(?:[+-]\d\d:\d\d|Z)?")


def _unbroken(text: str) -> Markup:
    """Return markup in which no line ends inside a date: browsers break at a hyphen."""
    # As a plain str: `re` joins the pieces with the string's own method, and Markup's escapes them.
    escaped = str(escape(text))
    return Markup(_DATE.sub(r'<span class="unbroken">\g<0></span>', escaped))


_FILTERS = {
    "alone": phrases.alone,
    "bars": phrases.bars,
    "by_reason": phrases.by_reason,
    "changes_name": phrases.changes_name,
    "first_places": phrases.first_places,
    "flat": fold.flat,
    "lang": phrases.lang,
    "markdown": fold.markdown,
    "marks": phrases.marks,
    "numbered": phrases.numbered,
    "pad": fold.pad,
    "picture": picture,
    "safe_url": phrases.safe_url,
    "stem": phrases.stem,
    "together": phrases.together,
    "told_in": phrases.told_in,
    "unbroken": _unbroken,
    "wrap": fold.wrap,
}


def _finalize(value: object) -> object:
    """Keep out of every document what none can carry."""
    if isinstance(value, Markup):  # as a phrase has it, whose values are escaped and not checked
        return Markup(fold.printable(str(value)))
    return fold.printable(value) if isinstance(value, str) else value


#: The desk's own templates that lie over the shipped ones while a document is made.
_OWN: ContextVar[Templates | None] = ContextVar("own", default=None)
#: What a template that is not ours may raise, apart from running out of memory.
_FAULTS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
#: The values that documents are filled in with; a template sees some of them.
GIVEN = frozenset({"brief", "charts", "language", "preheader", "sent", "shown", "size"})
_GETTEXT = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})


@contextmanager
def laid_over(templates: Templates | None) -> Iterator[None]:
    """Fill in these templates of the desk's own in place of the shipped ones, in this context."""
    before = _OWN.set(templates)
    try:
        yield
    finally:
        _OWN.reset(before)


class _Named(StrictUndefined):
    """Says which field is not there, and which is meant."""

    @property
    def _undefined_message(self) -> str:
        name, owner = self._undefined_name, self._undefined_obj
        known = hasattr(owner, "__dataclass_fields__") and self._undefined_hint is None
        if not known or not isinstance(name, str):
            return super()._undefined_message
        # The public names: fields, properties and methods.
        fields = sorted(n for n in dir(owner) if not n.startswith("_"))
        close = get_close_matches(name, fields, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"it has {', '.join(fields)}"
        return f"'{name}' is no field of {type(owner).__name__}; {hint}"


@cache
def environment(kind: Kind, language: str = "en", own: Templates | None = None) -> Environment:
    """Return the environment for markup or for plain text in a language; made once.

    own: templates over the shipped ones. Raises RenderError for a language without interface words.
    """
    made = (Environment if own is None else ImmutableSandboxedEnvironment)(
        autoescape=kind == "markup",
        undefined=StrictUndefined if own is None else _Named,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(_FILTERS)
    made.filters.update(wording.filters(language))
    made.loader = PackageLoader("templates", "") if own is None else _over_shipped(made, own)
    return made


def _over_shipped(made: Environment, own: Templates) -> BaseLoader:
    """Return a loader of own templates before the shipped ones, which have a second name, too."""
    del made.filters["safe"]
    texts = dict(own.files)

    def read(name: str) -> tuple[str, str, None] | None:
        if name not in texts:
            return None
        _check(made.parse(texts[name], name, own.path(name)), name, own.path(name))
        return texts[name], own.path(name), None

    shipped = PackageLoader("templates", "")
    prefix = SHIPPED.removesuffix("/")
    return ChoiceLoader([FunctionLoader(read), PrefixLoader({prefix: shipped}), shipped])


def _check(tree: nodes.Template, name: str, path: str) -> None:
    """Raise TemplateSyntaxError where a template would print a value without escaping it."""

    def refuse(line: int, why: str) -> None:
        raise TemplateSyntaxError(why, line, name, path)

    for node in tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
        refuse(node.lineno, "escaping cannot be switched off")
    literal = {
        id(call.node)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and all(isinstance(text, nodes.Const) for text in call.args[: _phrases(call.node.name)])
    }
    for used in tree.find_all(nodes.Name):
        if used.name in _GETTEXT and id(used) not in literal:
            refuse(used.lineno, f"'{used.name}' takes a phrase in quotation marks and no value")


def _phrases(function: str) -> int:
    """Return how many arguments of a function of gettext are phrases."""
    return {"ngettext": 2, "pgettext": 2, "npgettext": 3}.get(function, 1)


def fill(name: str, kind: Kind, **context: object) -> str:
    """Return a template filled in, in the language of the brief that it is given, or `language`.

    Raises RenderError with file, line and what is wrong.
    """
    brief = context.get("brief")
    language = brief.language if isinstance(brief, Brief) else str(context.get("language", "en"))
    own = _OWN.get()
    try:
        return environment(kind, language, own).get_template(name).render(**context)
    except TemplateError as exc:
        said = exc.message or type(exc).__name__
        if isinstance(exc, TemplateNotFound):
            said = f"there is no template '{said}'"
        raise RenderError(f"{_place(exc, name, own)}: {said}", template=name) from exc
    except _FAULTS as exc:
        # A shipped template that raises these is a bug, and stays one.
        if own is None:
            raise
        fault = "it includes or calls itself" if isinstance(exc, RecursionError) else str(exc)
        raise RenderError(f"{_place(exc, name, own)}: {fault}", template=name) from exc


def _place(exc: BaseException, name: str, own: Templates | None) -> str:
    """Return "template NAME, line N": of the desk's own the file, and the innermost of those."""
    paths = {own.path(n) for n, _ in own.files} if own else set()
    if isinstance(exc, TemplateSyntaxError):
        file = exc.filename if exc.filename in paths else exc.name or name
        return f"template {file}, line {exc.lineno}"
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(exc.__traceback__) if f.lineno]
    of_own = [frame for frame in frames if frame[0] in paths]
    if of_own:
        return f"template {of_own[-1][0]}, line {of_own[-1][1]}"
    inside = [line for file, line in frames if f"/{name.split('/', maxsplit=1)[0]}/" in file]
    return f"template {getattr(exc, 'name', None) or name}, line {inside[-1] if inside else 0}"


def outline() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the shipped templates by name: the values that each is given, and its blocks."""
    made = environment("markup")
    found = {}
    for name in sorted(made.list_templates(extensions=["html", "css", "txt", "md", "mjml"])):
        # Pages of the archive are not part of an issue, and no desk lays its own over them.
        if name.startswith("archive/"):
            continue
        source, _, _ = (made.loader or PackageLoader("templates", "")).get_source(made, name)
        tree = made.parse(source)
        given = meta.find_undeclared_variables(tree) & GIVEN
        blocks = dict.fromkeys(block.name for block in tree.find_all(nodes.Block))
        found[name] = tuple(sorted(given)), tuple(blocks)
    return found


def filters() -> dict[str, str]:
    """Return the filters that come on top of Jinja's, by name: what each does, in one line."""
    told = environment("markup").filters
    return {
        name: (told[name].__doc__ or "").strip().splitlines()[0]
        for name in sorted(_FILTERS.keys() | wording.filters("en").keys())
    }
