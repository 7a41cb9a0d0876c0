"""docs/templates.md says what the model, the filters and the templates are."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from service.model import Brief
from service.render import custom, render
from service.render import fields as reference
from tests import builders

PAGE = Path(__file__).resolve().parents[2] / "docs" / "templates.md"


def test_the_reference_is_what_the_code_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == reference.written(text), "run: python -m service.render.fields docs/templates.md"


def _reached(kind: type, found: dict[str, type]) -> dict[str, type]:
    """Return every dataclass that a template can come to from one."""
    if kind.__name__ not in found:
        found[kind.__name__] = kind
        for hint in get_type_hints(kind).values():
            for inner in _parts(hint):
                if is_dataclass(inner):
                    _reached(inner, found)
    return found


def _parts(hint: object) -> list[type]:
    inside = [part for arg in get_args(hint) for part in _parts(arg)]
    return [*inside, hint] if isinstance(hint, type) else inside


def test_every_class_that_a_template_can_reach_is_in_it() -> None:
    assert set(_reached(Brief, {})) == set(reference.CLASSES)


def test_no_example_is_of_a_field_that_is_gone() -> None:
    reached = _reached(Brief, {})
    names = {field.name for kind in reached.values() for field in fields(kind)}
    whole = {f"{name}.{f.name}" for name, kind in reached.items() for f in fields(kind)}
    assert set(reference.EXAMPLES) <= names | whole


@pytest.mark.parametrize(
    "example", re.findall(r"```jinja\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
)
def test_the_examples_of_the_page_work(example: str, tmp_path: Path) -> None:
    name = "brief/body.html" if "shipped/brief/body.html" in example else "brief/page.html"
    if "page.css" in example:
        name = "brief/page.css"
    (tmp_path / "brief").mkdir()
    (tmp_path / name).write_text(example, encoding="utf-8")
    (made,) = render(builders.brief(), ("html",), own=custom.load(tmp_path))
    assert builders.brief().stories[0].lines[0].text in made.data.decode("utf-8")
