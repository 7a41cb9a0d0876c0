"""Search: in three languages, verbatim, and with no question that breaks it."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.archive.seeking import loosened, snippet
from service.store import search
from tests import builders
from tests.archive.given import Desk
from tests.postgres.given import ENGINES


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


_QUERIES = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="\"'*()-+^:{}ANDORNOT \x00\ue000中俄ё", max_size=40),
)


def _shown(page: str) -> list[str]:
    """Return the texts of hits as a reader sees them."""
    found = re.findall(r"(?s)<p(?: lang=\"\w+\")?>(.*?)</p></li>", page)
    return [html.unescape(re.sub(r"</?mark>", "", text)).strip(" …") for text in found]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("rail bridge", builders.RAIL_EN),
        ("AMUR", builders.RAIL_EN),
        ("铁路", builders.RAIL_ZH),
        ("俄", builders.RAIL_ZH),
        ("патрулирование", builders.DRILL_RU),
        ("патрулированием", builders.DRILL_RU),
        ("ЯПОНСКОМ море", builders.DRILL_RU),
    ],
)
def test_articles_are_found_in_three_languages(desk: Desk, question: str, text: object) -> None:
    with desk.client() as browser:
        page = browser.get("/search", params={"q": question, "in": "articles"}).text
    shown = _shown(page)
    assert shown
    assert "<mark>" in page
    texts = [one.text for one in builders.articles()]
    assert all(any(part in one for one in texts) for part in shown)
    found = next(a for a in builders.articles() if text in (a, a.text))
    assert any(part in found.text for part in shown)


def test_an_issue_is_found_by_a_sentence_and_leads_to_it(desk: Desk) -> None:
    line = builders.brief().bottom_line[0]
    with desk.client() as browser:
        page = browser.get("/search", params={"q": f'"{line.text[:30]}"'}).text
    assert f'href="/issues/2#s{line.number}"' in page
    assert f'href="/issues/1#s{line.number}"' in page
    assert line.text in _shown(page)


def test_words_that_nothing_has_find_nothing(desk: Desk) -> None:
    with desk.client() as browser:
        assert "Nothing was found." in browser.get("/search?q=zebra").text
        assert "Nothing was found." in browser.get("/search?q=rail zebra").text
        assert "There is no more." in browser.get("/search?q=rail&page=3").text
        assert "Write what you look for" in browser.get("/search?q=%22").text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=_QUERIES, kind=st.sampled_from(["articles", "issues", "x"]))
def test_no_question_breaks_the_page(desk: Desk, question: str, kind: str) -> None:
    with desk.client() as browser:
        said = question.encode("utf-8", "replace").decode("utf-8")
        answer = browser.get("/search", params={"q": said, "in": kind})
    assert answer.status_code == 200
    assert len(re.findall(r"<h1>", answer.text)) == 1


@given(text=st.text(max_size=400), question=_QUERIES)
def test_what_is_shown_is_the_text_itself(text: str, question: str) -> None:
    made = snippet(text, search.terms(question), width=90)
    joined = "".join(piece for piece, _ in made.pieces)
    assert text[made.start : made.start + len(joined)] == joined
    assert made.before == (made.start > 0)
    assert made.after == (made.start + len(joined) < len(text))
    assert len(joined) <= 90


@given(text=st.text(max_size=300))
def test_a_folded_text_has_the_same_length_and_is_folded_once(text: str) -> None:
    low = search.folded(text)
    assert len(low) == len(text)
    assert search.folded(low) == low


def test_what_was_looked_for_is_marked_where_it_stands() -> None:
    made = snippet("Ёлка и ёлка. " * 3, ("елка",))
    assert [piece for piece, marked in made.pieces if marked] == ["Ёлка", "ёлка"] * 3
    short = snippet("The EU met in a museum.", ("eu",))
    assert [piece for piece, marked in short.pieces if marked] == ["EU"]


def test_forms_of_a_word_share_their_beginning() -> None:
    assert loosened(("газопроводами",)) == ("газопровод",)
    assert loosened(("happy",)) == ("happ",)
    assert loosened(("eu",)) == ("eu",)
    assert "天然气" in loosened(("中俄天然气谈判",))


def test_the_index_has_all_in_the_end_and_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    with desk.store.write() as db:
        assert not search.behind(db)
        assert search.catch_up(db) == 0
        hits = search.find(db, ("amur",), kind="article", limit=50)
        assert len({hit.ref for hit in hits}) == len(hits) > 0
