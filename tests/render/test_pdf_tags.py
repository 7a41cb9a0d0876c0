"""The tag tree of the PDF: roles, languages, and nothing that is printed outside of it."""

import io
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2
import pytest

from service.render import charts, finish, pdf
from tests import builders

#: What a reader of structure knows; `NonStruct` is passed over.
ROLES = {
    *("/Document", "/Part", "/Art", "/Sect", "/Div", "/NonStruct", "/P", "/Span", "/Link"),
    *("/H1", "/H2", "/H3", "/H4", "/L", "/LI", "/LBody"),
    *("/Table", "/Caption", "/THead", "/TBody", "/TR", "/TH", "/TD", "/Figure"),
}


class Tree:
    """The structure elements of a document, each with its text and the language it is read in."""

    def __init__(self, data: bytes) -> None:
        self.document = pikepdf.open(io.BytesIO(data))
        self.default = str(self.document.Root.Lang)
        self.shown: dict[Any, dict[int, str]] = {}
        for page in self.document.pages:
            self.shown[page.objgen] = dict(_texts(page))
        (root,) = self.document.Root.StructTreeRoot.K
        self.rows = list(self._walk(root, self.default))

    def _walk(self, element: pikepdf.Object, around: str) -> Iterator[tuple[str, str, str]]:
        """Yield (role, language, text) of an element and all below it."""
        language = str(element.get("/Lang", around))
        text = ""
        below = []
        kids: list[Any] = list(element.get("/K", ()))
        for kid in kids:
            if isinstance(kid, int):
                text += self.shown[element.Pg.objgen][kid]
            elif kid.get("/Type") == "/StructElem":
                below += list(self._walk(kid, language))
        yield str(element.S), language, text
        yield from below

    def by_language(self) -> dict[str, str]:
        """Return all text in order, by the language in which it is read aloud."""
        found: dict[str, str] = {}
        for _, language, text in self.rows:
            found[language] = found.get(language, "") + text
        return found


def _texts(page: pikepdf.Page) -> Iterator[tuple[int, str]]:
    """Yield the marked pieces of a page's content with their text."""
    maps = {name: _unicode(font) for name, font in page.Resources.Font.items()}
    font, mark, text = "", -1, ""
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        if str(operator) == "BDC":
            mark, text = int(operands[1]["/MCID"]), ""
        elif str(operator) == "EMC" and mark >= 0:
            yield mark, text
            mark = -1
        elif str(operator) == "Tf":
            font = str(operands[0])
        elif str(operator) in ("TJ", "Tj"):
            pieces = operands[0] if str(operator) == "TJ" else operands
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    codes = bytes(piece)
                    pairs = [codes[n : n + 2].hex() for n in range(0, len(codes), 2)]
                    text += "".join(maps[font].get(code, "") for code in pairs)


def _unicode(font: pikepdf.Object) -> dict[str, str]:
    """Return what each glyph of a font stands for, by its code of four hex digits."""
    found = {}
    for row in font.ToUnicode.read_bytes().decode("ascii").splitlines():
        parts = row.replace("<", " ").replace(">", " ").split()
        if row.startswith("<") and len(parts) == 2 and len(parts[0]) == 4:
            found[parts[0].lower()] = bytes.fromhex(parts[1]).decode("utf-16-be")
    return found


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def tree(made: dict[str, bytes]) -> Tree:
    return Tree(made["pdf"])


def test_every_sentence_and_headline_is_read_in_its_own_language(tree: Tree) -> None:
    brief = builders.brief()
    texts = {language: squeezed(text) for language, text in tree.by_language().items()}
    assert set(texts) == {"en", "zh", "ru"}
    told = [(line.language, line.text) for line in brief.lines()]
    told += [(item.language, item.headline) for item in brief.told()]
    told += [(source.language, source.title) for source in brief.sources]
    told += [(quote.line.language, quote.speaker.text) for quote in brief.quotes]
    assert {language for language, _ in told} == {"en", "zh", "ru"}
    for language, text in told:
        assert squeezed(text) in texts[language]


def test_what_this_service_says_is_read_in_the_language_of_the_issue(tree: Tree) -> None:
    said = squeezed(tree.by_language()["en"])
    for words in ("Bottom line", "What the source says", "Coverage and gaps", "Method"):
        assert squeezed(words) in said


def test_a_language_is_marked_where_it_changes_and_on_elements_with_a_role(tree: Tree) -> None:
    marked = [
        element
        for element in tree.document.objects
        if isinstance(element, pikepdf.Dictionary)
        and element.get("/Type") == "/StructElem"
        and "/Lang" in element
    ]
    assert marked
    assert {str(element.Lang) for element in marked} == {"zh", "ru"}
    assert "/NonStruct" not in {str(element.S) for element in marked}


def test_an_issue_in_one_language_has_no_mark_but_the_document_s(silent: dict[str, bytes]) -> None:
    assert {language for _, language, _ in Tree(silent["pdf"]).rows} == {"en"}


def test_every_element_has_a_role_that_readers_know(tree: Tree) -> None:
    assert {role for role, _, _ in tree.rows} <= ROLES
    counted = Counter(role for role, _, _ in tree.rows)
    assert counted["/H1"] == 1
    brief = builders.brief()
    assert counted["/Art"] == len(brief.told())
    lists = (brief.sources, brief.changed, brief.coverage.problems)
    assert counted["/LI"] == sum(map(len, lists))


def test_headings_do_not_skip_a_level(tree: Tree) -> None:
    levels = [int(role[2]) for role, _, _ in tree.rows if role[:2] == "/H"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_cell_of_a_table_names_its_heads(tree: Tree) -> None:
    cells = [
        e
        for e in tree.document.objects
        if isinstance(e, pikepdf.Dictionary) and e.get("/S") in ("/TD", "/TH")
    ]
    heads = {bytes(e.ID) for e in cells if e.S == "/TH"}
    named = [{bytes(name) for name in e.A.Headers} for e in cells if e.S == "/TD" and "/A" in e]
    assert heads
    assert named
    assert all(names and names <= heads for names in named)


def test_nothing_is_printed_outside_of_the_tags(tree: Tree) -> None:
    drawing = {"Tj", "TJ", "'", '"', "f", "f*", "F", "S", "s", "B", "b", "Do", "sh"}
    drawn = 0
    for page in tree.document.pages:
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = instruction.operator
            if str(operator) in ("BDC", "BMC"):
                depth += 1
            elif str(operator) == "EMC":
                depth -= 1
            elif str(operator) in drawing:
                drawn += 1
                assert depth > 0
    assert drawn > 100


def test_lists_with_signs_and_nested_ones_keep_their_languages() -> None:
    frame = (
        '<html lang="en"><head><title>x</title></head><body>'
        '<ol><li>one<ul><li lang="ru">два</li></ul></li><li lang="zh">三</li></ol>'
        '<dl><dt lang="ru">семь</dt><dd>eight</dd></dl>'
        '<p>four <a href="#x" lang="zh">五</a> <em lang="ru">шесть</em></p>'
        '<table id="x"><caption lang="ru">девять</caption>'
        '<tr><th scope="col" lang="zh">十</th></tr></table></body></html>'
    )
    tree = Tree(
        pdf._set(frame, 'html { font-family: "Brief Sans", "Brief CJK" }', builders.quiet())
    )
    texts = {language: squeezed(text) for language, text in tree.by_language().items()}
    for word in ("два", "семь", "шесть", "девять"):
        assert word in texts["ru"]
    assert {"三", "五", "十"} <= set(texts["zh"])
    for word in ("one", "four", "eight"):
        assert word in texts["en"]


def test_a_drawing_is_a_figure_with_its_title_as_text() -> None:
    frame = (
        '<html lang="en"><head><title>x</title></head><body><p>x</p>'
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
        '<title>A square</title><rect width="9" height="9"/></svg></body></html>'
    )
    tree = Tree(pdf._set(frame, "", builders.quiet()))
    figures = [e for e in tree.document.objects if _is_figure(e)]
    assert [str(figure.Alt) for figure in figures] == ["A square"]


def test_an_issue_has_no_figure_without_a_text_in_its_place(tree: Tree) -> None:
    assert all("/Alt" in e for e in tree.document.objects if _is_figure(e))


def _is_figure(element: pikepdf.Object) -> bool:
    return isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure"


def test_a_tree_that_is_not_as_expected_is_left_unmarked_and_said_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Empty:
        objects = ()

    class Nothing:
        pages = ()

    finish.languages(pdf._weasyprint(), Nothing(), Empty())
    assert "languages not marked in the pdf" in caplog.text


def test_every_chart_is_a_figure_with_its_text_alternative(tree: Tree) -> None:
    figures = [str(e.Alt) for e in tree.document.objects if _is_figure(e)]
    assert figures == [chart.alt for chart in charts.unpictured(builders.brief())]


def test_the_words_of_a_chart_are_text_on_the_page_in_our_fonts(made: dict[str, bytes]) -> None:
    with pypdfium2.PdfDocument(made["pdf"]) as document:
        whole = "".join(page.get_textpage().get_text_range() for page in document)
    # A label is in the picture and in the table beside it.
    for words in ("Jilin Port Group", "Trade, finance and sanctions", "State media (China)"):
        assert squeezed(whole).count(squeezed(words)) >= 2
