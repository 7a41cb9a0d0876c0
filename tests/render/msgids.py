"""Every message id: of templates, `service.render`, the shipped profile, the default settings."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

import templates
from service import render, topic
from service.settings import Desk

TEMPLATES = Path(templates.__path__[0])
LOCALE = TEMPLATES / "locale"
#: What a template looks like from outside.
ENDINGS = (".css", ".html", ".md", ".mjml", ".txt")
#: Our own name for gettext's, and the mark of ids that are looked up elsewhere.
_KEYWORDS = DEFAULT_KEYWORDS | {"say": None, "msgid": None}
_OPTIONS = {
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}


def sources() -> tuple[Path, ...]:
    """Return every template."""
    return tuple(p for p in sorted(TEMPLATES.rglob("*.*")) if p.suffix in ENDINGS)


def wanted() -> Catalog:
    """Return a catalogue of every message id, none of them translated."""
    found = Catalog(domain="brief", fuzzy=False)
    for place, message, context in _messages():
        found.add(message, context=context, locations=((place, 1),))
    return found


def kept(language: str) -> Catalog:
    """Return the catalogue of a language as it is in the templates' package."""
    with (LOCALE / language / "LC_MESSAGES" / "brief.po").open("rb") as file:
        return read_po(file, locale=language, domain="brief", abort_invalid=True)


def _messages() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    for path in sources():
        method = "jinja2.ext:babel_extract"
        for _, message, _, context in extract_from_file(method, path, options=_OPTIONS):
            yield f"templates/{path.relative_to(TEMPLATES)}", message, context
    folder = Path(render.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        for _, message, _, context in extract_from_file("python", path, keywords=_KEYWORDS):
            yield f"service/render/{path.relative_to(folder)}", message, context
    for profile in sorted((Path(topic.__path__[0]) / "profiles").glob("*.toml")):
        for track in tomllib.loads(profile.read_text(encoding="utf-8")).get("track", ()):
            yield f"service/topic/profiles/{profile.name}", track["title"], None
    desk = Desk()
    for default in (desk.title, desk.marking):
        yield "service/settings.py", default, None
