"""The interface in three languages: nothing is left out, and no word stands outside of it.

`UPDATE_CATALOGUES=1` adds new message ids to the `.po` files, without a translation, and drops
those that nothing uses; what is still to be translated then fails here.
"""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po
from jinja2 import Environment, nodes

from service.errors import RenderError
from service.render import catalogue
from service.render.environment import environment
from tests.render import msgids

TRANSLATED = catalogue.LANGUAGES[1:]
_IDLE = re.compile(
    rb'"(?:Project-Id-Version|Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team)'
)
_VALUE = re.compile(r"%\(\w+\)s|%%|%")
#: Names of programs and formats, and marks of a source's text, which no language translates.
_NAMES = re.compile(r"briefing-digest|UTC")


@pytest.fixture(params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> str:
    if os.environ.get("UPDATE_CATALOGUES"):
        _update(str(request.param))
    return str(request.param)


def _update(language: str) -> None:
    """Write the catalogue with every message id that is wanted, and no other."""
    old, new = msgids.kept(language), msgids.wanted()
    made = Catalog(locale=language, domain="brief", fuzzy=False, header_comment=old.header_comment)
    for message in new:
        if message.id:
            known = old.get(_key(message), message.context)
            made.add(message.id, known.string if known else "", context=message.context)
    written = BytesIO()
    write_po(written, made, width=100)
    # Dates and addresses that nobody keeps would differ at each update.
    lines = [n for n in written.getvalue().splitlines(keepends=True) if not _IDLE.match(n)]
    (msgids.LOCALE / language / "LC_MESSAGES" / "brief.po").write_bytes(b"".join(lines))


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _pairs(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield each message id, as it is in English, with a translation; a plural form for each."""
    for message in msgids.kept(language):
        if not message.id:
            continue
        if isinstance(message.id, str):
            yield message.id, message.id, str(message.string)
        else:
            for form in message.string or ():
                yield message.id[0], message.id[1], form


def test_a_catalogue_has_every_phrase_and_no_other(language: str) -> None:
    have = {(m.id, m.context) for m in msgids.kept(language) if m.id}
    want = {(m.id, m.context) for m in msgids.wanted() if m.id}
    assert want - have == set()
    assert have - want == set()


def test_nothing_is_fuzzy_or_untranslated(language: str) -> None:
    kept = msgids.kept(language)
    assert [m.id for m in kept if m.id and m.fuzzy] == []
    assert [one for one, _, said in _pairs(language) if not said] == []


def test_every_plural_has_as_many_forms_as_the_language(language: str) -> None:
    kept = msgids.kept(language)
    forms = {"zh": 1, "ru": 3}[language]
    assert kept.num_plurals == forms
    counted = {len(m.string or ()) for m in kept if m.id and not isinstance(m.id, str)}
    assert counted == {forms}


def test_a_translation_has_the_values_of_its_phrase(language: str) -> None:
    for one, many, said in _pairs(language):
        values = sorted(_VALUE.findall(said))
        assert values in (sorted(_VALUE.findall(one)), sorted(_VALUE.findall(many))), one


def test_a_translation_has_no_latin_words_but_names_of_its_phrase(language: str) -> None:
    for one, many, said in _pairs(language):
        bare = _VALUE.sub("", f"{one} {many}")
        latin = set(re.findall(r"[A-Za-z]{2,}", _VALUE.sub("", said)))
        assert latin <= set(re.findall(r"[A-Za-z]{2,}", bare)), one
        assert said != one or not re.search(r"[A-Za-z]{2}", bare), one


def test_chinese_has_the_punctuation_of_chinese() -> None:
    for _, _, said in _pairs("zh"):
        bare = _VALUE.sub("", said)
        assert not re.search(
            r"[\u4e00-\u9fff][,;:!?(]|[)][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?![a-z])", bare
        ), said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 материал"), (3, "3 материала"), (5, "5 материалов"), (11, "11 материалов")],
)
def test_russian_counts_in_three_forms(number: int, said: str) -> None:
    template = environment("text", "ru").from_string(
        "{{ ngettext('%(num)s article', '%(num)s articles', number) }}"
    )
    assert template.render(number=number) == said


def test_a_value_in_a_phrase_is_escaped_in_markup_and_printable() -> None:
    template = environment("markup", "zh").from_string("{{ _('Story %(number)s', number=value) }}")
    assert template.render(value="<b>\x00") == "报道&lt;b&gt;\ufffd"


def test_a_language_without_a_catalogue_is_refused_in_one_line() -> None:
    with pytest.raises(RenderError, match=r"^no interface words in the language 'de'"):
        catalogue.catalogue("de")


@pytest.mark.parametrize("path", msgids.sources(), ids=lambda p: f"{p.parent.name}-{p.name}")
def test_no_template_has_a_word_outside_of_the_catalogues(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert sorted(_bare(source, environment("markup"), path.suffix)) == []


def test_a_bare_word_is_found_wherever_it_stands() -> None:
    made = environment("markup")
    assert set(_bare("<p>Top {{ x }}</p>", made, ".html")) == {"Top"}
    assert set(_bare('<img alt="Chart {{ x }}">', made, ".html")) == {"Chart"}
    assert set(_bare('{{ "more stories" if x }}', made, ".html")) == {"more stories"}
    assert set(_bare('a::after { content: "Page " counter(page) }', made, ".css")) == {"Page"}
    assert set(_bare('<p class="a b">{{ _("Top stories") }}</p>', made, ".html")) == set()


def _bare(source: str, made: Environment, ending: str) -> Iterator[str]:
    """Yield words that a template prints without looking them up."""
    data = "".join(
        text if kind == "data" else "\0" if kind.endswith("_begin") else ""
        for _, kind, text in made.lex(source)
    )
    if ending == ".css":
        strings = re.findall(r"content:[^;}]*", data)
        shown = [text for found in strings for text in re.findall(r'"([^"]*)"', found)]
    else:
        data = re.sub(r"(?s)<(style|mj-style)\b.*?</\1>|<!--.*?-->", " ", data)
        data = data.replace('name="description" content=', "title=")
        shown = re.findall(r'\b(?:alt|aria-label|title|summary|placeholder)="([^"]*)"', data)
        shown.append(re.sub(r'&\w+;|<[^<>]*>|\]\(#[^)]*\)|[\w-]+="[^"<>]*"', " ", data))
    for text in shown:
        yield from re.findall(r"[A-Za-z]{2,}", _NAMES.sub("", text))
    for printed in made.parse(source).find_all(nodes.Output):
        yield from _constants(printed)


def _constants(node: nodes.Node) -> Iterator[str]:
    """Yield texts in quotation marks that are printed: several words, or one with a capital."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        text = re.sub(r'<[^<>]*>|[\w-]+="[^"]*"', "", node.value)
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]+", text):
            yield text
    elif isinstance(node, nodes.Filter):
        if node.node is not None:
            yield from _constants(node.node)
    elif not isinstance(node, nodes.Call | nodes.Compare | nodes.Getattr | nodes.Getitem):
        for child in node.iter_child_nodes():
            yield from _constants(child)
