"""Templates of the desk's own: what they may change, and what none of them can do."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.errors import PageError, RenderError
from service.render import custom, render
from service.render.worker import Limits, Press
from tests import builders
from tests.articles import place

#: CPU is counted, so that a busy machine changes nothing.
SHORT = Limits(cpu_s=4, memory_bytes=1024 << 20)

Fill = Callable[..., str]


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(SHORT) as made:
        yield made


@pytest.fixture
def fill(press: Press, tmp_path: Path) -> Fill:
    """Write templates into a folder, and return the issue in a format by them."""

    def filled(name: str, text: str, format_: str = "html", **more: str) -> str:
        for file, content in {name: text, **more}.items():
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        own = custom.load(tmp_path)
        (made,) = render(builders.brief(), (format_,), press=press, own=own)
        return made.data.decode("utf-8")

    return filled


def test_one_block_is_written_anew_and_the_rest_stays(fill: Fill) -> None:
    made = fill(
        "brief/body.html",
        '{% extends "shipped/brief/body.html" %}{% block stories %}<h2>In short</h2>'
        "{% for item in brief.stories %}{{ story(item, loop.index, 3) }}{% endfor %}{% endblock %}",
    )
    assert "<h2>In short</h2>" in made
    assert 'id="stories"' not in made
    assert 'id="coverage"' in made
    assert builders.brief().stories[0].headline in made


def test_the_style_sheet_is_added_to(fill: Fill) -> None:
    made = fill("brief/page.css", '{% include "shipped/brief/page.css" %}h1 { color: #7a1f1f }')
    assert "h1 { color: #7a1f1f }" in made
    assert "prefers-color-scheme" in made


def test_a_whole_template_has_the_issue_and_the_filters(fill: Fill) -> None:
    made = fill("brief/brief.txt", "{{ brief.title }} {{ brief.cutoff | day('UTC') }}", "txt")
    brief = builders.brief()
    assert made == f"{brief.title} {brief.cutoff:%Y-%m-%d}"


def test_a_template_of_ones_own_is_included_by_name(fill: Fill) -> None:
    made = fill("brief/brief.txt", '{% include "head.txt" %}', "txt", **{"head.txt": "Head"})
    assert made == "Head"


def test_nothing_changes_for_formats_that_it_does_not_name(press: Press, tmp_path: Path) -> None:
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / "paper.css").write_text("@page { margin: 1cm }")
    own = custom.load(tmp_path)
    formats = ("html", "txt", "md", "json")
    assert render(builders.brief(), formats, press=press, own=own) == render(
        builders.brief(), formats
    )


def test_what_an_article_says_is_never_a_template(press: Press, tmp_path: Path) -> None:
    hostile = "{{ 4321 * 1234 }}{% include 'brief/page.css' %}<script>"
    found = builders.article("A text of an article.", "en", place(title=hostile))
    source = builders.reference(1, found)
    brief = builders.quiet(sources=(source,))
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / "body.html").write_text(
        "{% for s in brief.sources %}{{ s.title }}|{{ s.title | upper }}{% endfor %}"
        '{% set shown %}{{ brief.sources[0].title }}{% endset %}{{ shown }}{{ "a" ~ shown }}'
    )
    own = custom.load(tmp_path)
    (made,) = render(brief, ("html",), press=press, own=own)
    text = made.data.decode("utf-8")
    assert text.count("{{ 4321 * 1234 }}") == 4
    assert "<script>" not in text.lower()
    assert "5332114" not in text


@pytest.mark.parametrize(
    "text",
    [
        '{{ cycler.__init__.__globals__.os.popen("id").read() }}',
        "{{ brief.__class__.__mro__[-1].__subclasses__() }}",
        '{{ "{0.__class__.__mro__}".format(brief) }}',
        "{{ brief.told.__func__.__globals__ }}",
        '{{ brief | attr("__class__") }}',
        '{{ lipsum.__globals__["os"].system("id") }}',
        '{{ self.__init__.__globals__.__builtins__.open("/etc/passwd").read() }}',
        "{{ [].append(1) }}",
        '{% set f = "%s".format_map %}{{ f({"s": 1}).__class__ }}',
    ],
)
def test_no_way_out_of_the_sandbox(text: str, fill: Fill) -> None:
    with pytest.raises(PageError, match=r"unsafe|undefined"):
        fill("brief/body.html", text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ brief.title | safe }}", "No filter named 'safe'"),
        ("{% autoescape false %}x{% endautoescape %}", "escaping cannot be switched off"),
        ("{{ _(brief.title) }}", "'_' takes a phrase in quotation marks"),
        ("{% set f = gettext %}{{ f(brief.title) }}", "'gettext' takes a phrase"),
        ("{{ ngettext('%(num)s', brief.title, 2) }}", "'ngettext' takes a phrase"),
        ("{{ brief | picture }}", "'picture' takes a chart"),
    ],
)
def test_escaping_cannot_be_gone_around(text: str, told: str, fill: Fill) -> None:
    with pytest.raises(PageError, match=told):
        fill("brief/body.html", text)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("\n{{ brief.titel }}", 2, "'titel' is no field of Brief; did you mean 'title'"),
        ("\n\n{{ brieff.title }}", 3, "'brieff' is undefined"),
        ("{% if %}", 1, "Expected an expression"),
        ("\n{% for x in brief.sources %}", 2, "Unexpected end of template"),
        ('\n{% include "brief/none.html" %}', 2, "there is no template 'brief/none.html'"),
        ("\n{{ 1 + brief.title }}", 2, "unsupported operand"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ('{% include "brief/body.html" %}', 1, "it includes or calls itself"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", 1, "Range too big"),
        ('{{ brief.title | wrap("a", "b", "c") }}', 1, "not supported between"),
    ],
)
def test_a_fault_names_file_line_and_variable_in_one_line(
    text: str, line: int, told: str, fill: Fill, tmp_path: Path
) -> None:
    with pytest.raises(PageError) as caught:
        fill("brief/body.html", text)
    said = str(caught.value)
    assert said.startswith(
        f"the HTML was not made: template {tmp_path}/brief/body.html, line {line}: "
    )
    assert told in said
    assert "\n" not in said
    assert caught.value.format == "html"


def test_a_fault_inside_of_a_shipped_macro_names_the_call_in_the_own_file(fill: Fill) -> None:
    with pytest.raises(
        PageError, match=r"brief/brief\.txt, line 2: 'None' has no attribute|no fie"
    ):
        fill(
            "brief/brief.txt",
            '{% import "shipped/brief/words.txt" as words %}\n{{ words.issue(brief.method) }}',
            "txt",
        )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{{ "a" * 10 ** 9 }}{{ "b" * (2 * 10 ** 9) }}', "too much memory|CPU"),
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
            "{% endfor %}{% endfor %}{% endfor %}",
            "filling in its templates took more than 4 s of CPU and was stopped",
        ),
        ('{% set n = "a" * 99999999 %}{{ n ~ n ~ n ~ n ~ n ~ n ~ n ~ n ~ n ~ n }}', "memory|CPU"),
    ],
)
def test_a_bomb_ends_its_process_and_the_next_issue_is_made(
    text: str, told: str, fill: Fill
) -> None:
    begin = time.monotonic()
    with pytest.raises(PageError, match=told) as caught:
        fill("brief/body.html", text)
    assert time.monotonic() - begin < 60
    assert caught.value.format == "html"
    assert fill("brief/body.html", "whole") != ""


def test_a_process_of_its_own_is_used_where_none_is_given(tmp_path: Path) -> None:
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / "brief.txt").write_text("mine")
    own = custom.load(tmp_path)
    (made,) = render(builders.quiet(), ("txt",), own=own)
    assert made.data == b"mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="there is no such folder of templates"):
        custom.load(tmp_path / "none")


def test_a_folder_without_templates_is_told(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("x")
    with pytest.raises(RenderError, match="holds no template"):
        custom.load(tmp_path)


def test_a_file_beside_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("h1 { color: red }")
    with pytest.raises(RenderError, match=r"page\.css: takes .* did you mean brief/page\.css\?"):
        custom.load(tmp_path)


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "templates" / "brief"
    inside.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "brief.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(RenderError, match="leads out of the folder"):
        custom.load(tmp_path / "templates")


def test_a_file_that_is_not_utf_8_and_a_folder_that_is_too_large_are_told(tmp_path: Path) -> None:
    (tmp_path / "head.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(RenderError, match="is not UTF-8"):
        custom.load(tmp_path)
    (tmp_path / "head.txt").write_bytes(b"a" * (custom.MOST_BYTES + 1))
    with pytest.raises(RenderError, match="more than 200 templates or 1 MB"):
        custom.load(tmp_path)


def test_the_hash_is_that_of_names_and_texts_and_not_of_the_place(tmp_path: Path) -> None:
    found = []
    for name, text in (("a", "one"), ("b", "one"), ("c", "two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "head.txt").write_text(text)
        (tmp_path / name / ".head.txt.swp").write_text(name)
        found.append(custom.load(tmp_path / name).digest)
    assert found[0] == found[1] != found[2]
