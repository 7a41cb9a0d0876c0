"""The reference part of docs/templates.md: every field, filter, template and block, from the code.

Problem: a list of a hundred fields that is written by hand is wrong after the next change. Choice:
types, defaults and what a field means come from the model's own declarations and comments; only
the examples stand here, by the field's name, and a field without one is an error. The page keeps
what is written by hand before the mark; what follows is written by

    python -m service.render.fields docs/templates.md
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType

from service.model import article, brief
from service.render import environment

#: What stands after it in the page is written by this module.
MARK = "<!-- From here on written by `python -m service.render.fields docs/templates.md`. -->"

#: The classes whose objects a template can reach, in the order of the page.
CLASSES = (
    *("Brief", "Period", "Line", "StoryItem", "Change", "TrackItems", "QuoteItem", "Phrase"),
    *("EventItem", "SourceRef", "Coverage", "SourceRead", "Problem", "Skipped", "DayCount"),
    *("TrackCount", "ActorCount", "Method"),
)

#: By field, or by class and field where the name alone would mislead.
EXAMPLES = {
    "actors": "(ActorCount(name='Gazprom', …), …)",
    "article": "'9f2c…' (64 hexadecimal digits)",
    "articles": "24",
    "badge": "'new'",
    "before": "3",
    "bottom_line": "(Line(number=1, …), …)",
    "by_country": "(DayCount(country='CN', …), …)",
    "changed": "(Change(kind='quiet', …), …)",
    "cited_by": "(1, 7)",
    "collected": "datetime(2026, 11, 20, 6, 0, tzinfo=UTC)",
    "components": "(('python', '3.11.7'), …)",
    "count": "2",
    "country": "'CN'",
    "coverage": "Coverage(articles=24, …)",
    "cutoff": "datetime(2026, 11, 21, 7, 0, tzinfo=UTC)",
    "day": "date(2026, 11, 20)",
    "earlier": "4",
    "edition": "'daily'",
    "end": "288",
    "Period.end": "datetime(2026, 11, 21, 7, 0, tzinfo=UTC)",
    "EventItem.end": "date(2026, 12, 3)",
    "error": "'answered 503'",
    "first": "datetime(2026, 11, 19, 8, 0, tzinfo=UTC)",
    "headline": "'Second rail bridge over the Amur opens'",
    "id": "'energy'",
    "StoryItem.id": "'9f2c…' (64 hexadecimal digits)",
    "issue": "11",
    "items": "40",
    "TrackItems.items": "(StoryItem(headline='…', …), …)",
    "key": "'2026/bridge.txt'",
    "kind": "'fault'",
    "Change.kind": "'updated'",
    "SourceRead.kind": "'feed'",
    "language": "'en'",
    "languages": "('en', 'zh')",
    "Coverage.languages": "(('en', 13), ('zh', 4))",
    "last": "datetime(2026, 11, 20, 8, 0, tzinfo=UTC)",
    "line": "Line(number=12, …)",
    "lines": "(Line(number=3, …), …)",
    "marking": "'UNCLASSIFIED – open sources'",
    "method": "Method(summarizer='auto', …)",
    "name": "'Energy'",
    "SourceRead.name": "'Harbour Wire'",
    "ActorCount.name": "'Gazprom'",
    "new": "5",
    "number": "12",
    "office": "Phrase(text='Chinese Foreign Minister', …)",
    "origin": "'Harbour Wire'",
    "origins": "2",
    "outlet": "'Amur Dispatch'",
    "outlets": "('Amur Dispatch', 'Harbour Wire')",
    "per_day": "((date(2026, 11, 20), 7), …)",
    "period": "Period(start=…, end=…)",
    "precision": "'day'",
    "printed": "18",
    "problems": "(Problem(source='corpus', …), …)",
    "published": "datetime(2026, 11, 20, 5, 30, tzinfo=UTC)",
    "quotes": "(QuoteItem(speaker=…, …), …)",
    "reason": "'is not UTF-8'",
    "relevant": "21",
    "schema": "1",
    "skipped": "(Skipped(source='corpus', …), …)",
    "source": "3",
    "SourceRef.source": "'corpus'",
    "Problem.source": "'corpus'",
    "Skipped.source": "'corpus'",
    "sources": "(3, 7)",
    "Brief.sources": "(SourceRef(number=1, …), …)",
    "Coverage.sources": "(SourceRead(name='corpus', …), …)",
    "speaker": "Phrase(text='Wang Yi', …)",
    "start": "206",
    "Period.start": "datetime(2026, 11, 20, 7, 0, tzinfo=UTC)",
    "EventItem.start": "date(2026, 12, 1)",
    "state": "'read'",
    "state_media": "9",
    "SourceRef.state_media": "'CN'",
    "stories": "(StoryItem(headline='…', …), …)",
    "TrackCount.stories": "4",
    "summarizer": "'auto'",
    "text": "'The bridge opened on Thursday.'",
    "Phrase.text": "'Wang Yi'",
    "timeline": "(EventItem(start=…, …), …)",
    "timezone": "'Asia/Shanghai'",
    "title": "'China–Russia Brief'",
    "SourceRef.title": "'Second rail bridge over the Amur opens'",
    "told": "datetime(2026, 11, 20, 7, 0, tzinfo=UTC)",
    "topic": "'china-russia'",
    "tracks": "(TrackItems(name='Energy', …), …)",
    "Coverage.tracks": "(TrackCount(name='Energy', …), …)",
    "undated": "3",
    "unread": "(('fr', 2),)",
    "url": "'https://wire.example/amur'",
    "version": "'0.1.0'",
    "watch": "(EventItem(start=…, …), …)",
}


def page() -> str:
    """Return the reference, as Markdown."""
    parts = [MARK, "", "## Every field", ""]
    for name in CLASSES:
        parts += _table(name)
    parts += ["## Filters", "", "Those of Jinja, but for `safe`, and these:", ""]
    parts += ["| filter | what it does |", "| --- | --- |"]
    parts += [f"| `{name}` | {_cell(told)} |" for name, told in environment.filters().items()]
    parts += ["", "## Templates and blocks", ""]
    parts += ["| template | what it is given | blocks |", "| --- | --- | --- |"]
    for name, (given, blocks) in environment.outline().items():
        shown = ", ".join(f"`{value}`" for value in given) or "nothing"
        parts.append(f"| `{name}` | {shown} | {', '.join(f'`{b}`' for b in blocks) or 'none'} |")
    return "\n".join([*parts, ""])


def _table(name: str) -> Iterator[str]:
    module = brief if hasattr(brief, name) and _home(brief, name) else article
    kind: type = getattr(module, name)
    if not is_dataclass(kind):
        raise TypeError(f"{name} is no dataclass")
    notes = _notes(textwrap.dedent(inspect.getsource(kind)).splitlines())
    yield from (f"### {name}", "", (kind.__doc__ or "").strip().splitlines()[0], "")
    yield from ("| field | type | example | what it is |", "| --- | --- | --- | --- |")
    for each in fields(kind):  # type: ignore[arg-type,unused-ignore]
        example = EXAMPLES.get(f"{name}.{each.name}") or EXAMPLES[each.name]
        told, type_ = notes[each.name]
        yield f"| `{each.name}` | `{_cell(type_)}` | `{example}` | {_cell(told)} |"
    for function, told in _computed(kind):
        yield f"| `{function}` | | | {_cell(told)} |"
    yield ""


def _home(module: ModuleType, name: str) -> bool:
    return bool(getattr(module, name).__module__ == module.__name__)


def _notes(source: list[str]) -> dict[str, tuple[str, str]]:
    """Return what the comments above each field say, and its type as it is written."""
    tree = ast.parse("\n".join(source)).body[0]
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        first = node.lineno - 1
        while source[first - 1].strip().startswith("#:"):
            first -= 1
        comment = " ".join(
            s.strip().removeprefix("#:").strip() for s in source[first : node.lineno - 1]
        )
        found[node.target.id] = comment, ast.unparse(node.annotation)
    return found


def _computed(kind: type) -> Iterator[tuple[str, str]]:
    """Yield the properties and methods that a template may use, with what they give."""
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield name, (member.__doc__ or "").strip().splitlines()[0]
        elif inspect.isfunction(member):
            yield f"{name}()", (member.__doc__ or "").strip().splitlines()[0]


def _cell(text: str) -> str:
    """Return a text for a cell of a table; of a function's description what it gives."""
    given = text.removeprefix("Return ")
    told = text if given == text else given[:1].upper() + given[1:]
    return told.replace("|", "\\|")


def written(before: str) -> str:
    """Return the page with its reference part as the code says it."""
    return before.partition(MARK)[0] + page()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(written(target.read_text(encoding="utf-8")), encoding="utf-8")
