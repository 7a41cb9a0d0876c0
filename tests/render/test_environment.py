"""Templates: what they may not do, and what an error in one says."""

from pathlib import Path

import pytest
from jinja2 import StrictUndefined, UndefinedError

import templates
from service.errors import RenderError
from service.render.environment import environment, fill


def test_markup_is_escaped_and_text_is_not() -> None:
    source = "{{ value }}"
    hostile = "<script>&"
    markup = environment("markup").from_string(source).render(value=hostile)
    assert markup == "&lt;script&gt;&amp;"
    assert environment("text").from_string(source).render(value=hostile) == hostile


def test_an_undefined_field_is_an_error_in_both() -> None:
    for kind in ("markup", "text"):
        assert environment(kind).undefined is StrictUndefined
        with pytest.raises(UndefinedError):
            environment(kind).from_string("{{ nothing }}").render()


def test_an_error_names_template_line_and_variable() -> None:
    with pytest.raises(RenderError, match=r"^template brief/brief\.txt, line \d+: 'brief' is"):
        fill("brief/brief.txt", "text")


def test_a_missing_template_is_named() -> None:
    with pytest.raises(RenderError, match=r"brief/none\.html") as caught:
        fill("brief/none.html", "markup")
    assert caught.value.template == "brief/none.html"


def test_what_no_document_can_carry_is_kept_out_of_every_value() -> None:
    made = environment("markup").from_string("{{ value }}").render(value="a\x00b\ud800")
    assert made == "a\ufffdb\ufffd"


def test_a_date_is_not_broken_and_the_rest_stays_escaped() -> None:
    template = environment("markup").from_string("{{ value | unbroken }}")
    assert template.render(value="<b> on 2026-11-20 12:00+08:00") == (
        '&lt;b&gt; on <span class="unbroken">2026-11-20 12:00+08:00</span>'
    )


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(Path(templates.__path__[0]).rglob("*.*")) if p.suffix in (".html", ".css")],
    ids=lambda p: p.name,
)
def test_no_template_fetches_anything(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("@import", "url(", "src=", "<script", "<iframe"):
        assert word not in text
    assert "| safe }}" not in text
    assert "| safe|" not in text


@pytest.mark.parametrize("name", ["paper.css", "paper.html", "body.html"])
def test_what_is_set_in_pages_is_not_laid_out_with_flex_or_grid(name: str) -> None:
    # Nested, they cost the setter of pages seconds; a browser has no trouble with them.
    text = (Path(templates.__path__[0]) / "brief" / name).read_text(encoding="utf-8")
    assert "display: flex" not in text
    assert "display: grid" not in text
