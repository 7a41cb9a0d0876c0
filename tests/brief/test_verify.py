"""The proof of an issue fails at the first difference, wherever it is."""

import hashlib
from dataclasses import replace

import pytest

from service.brief import codec
from service.brief.verify import Printed, Report, verify
from service.errors import VerifyError
from service.model import Article, Brief, Line
from tests import builders


def _articles(brief: Brief) -> dict[str, Article]:
    named = {source.article for source in brief.sources}
    return {a.id: a for a in builders.articles() if a.id in named}


def _check(brief: Brief, articles: dict[str, Article] | None = None, *printed: Printed) -> Report:
    text = codec.dumps(brief)
    return verify(
        text, codec.digest(text), _articles(brief) if articles is None else articles, printed
    )


def _printed(*pages: str) -> Printed:
    data = "".join(pages).encode()
    return Printed(format="txt", data=data, sha256=hashlib.sha256(data).hexdigest(), pages=pages)


def _words(brief: Brief) -> str:
    lines = [line.text for line in brief.lines()]
    return "\n".join([*lines, *(item.headline for item in brief.told())])


def test_an_issue_that_is_as_stored_is_counted() -> None:
    brief = builders.brief()
    report = _check(brief, None, _printed(_words(brief)))
    assert report.sentences == len(brief.lines()) > 0
    assert report.sources == len(brief.sources)
    assert report.artifacts == ("txt",)


def test_a_changed_brief_is_found() -> None:
    brief = builders.brief()
    with pytest.raises(VerifyError, match="stored brief was changed"):
        verify(codec.dumps(brief) + " ", codec.digest(codec.dumps(brief)), _articles(brief), ())


@pytest.mark.parametrize("position", [0, 40, -1])
def test_one_changed_character_of_an_article_is_found(position: int) -> None:
    brief = builders.brief()
    stored = _articles(brief)
    first = brief.sources[0].article
    text = list(stored[first].text)
    text[position] = "x" if text[position] != "x" else "y"
    stored[first] = replace(stored[first], text="".join(text))
    with pytest.raises(VerifyError, match="stored text was changed"):
        _check(brief, stored)


def test_one_changed_character_of_an_article_that_was_left_out_is_found() -> None:
    brief = builders.brief()
    stored = _articles(brief)
    text = codec.dumps(brief)
    other = replace(next(iter(stored.values())), id="f" * 64, root="f" * 64)
    with pytest.raises(VerifyError, match="which the issue counts: the stored text was changed"):
        verify(text, codec.digest(text), {**stored, other.id: other}, (), weighed={other.id})
    with pytest.raises(VerifyError, match="which the issue counts, is not in the store"):
        verify(text, codec.digest(text), stored, (), weighed={other.id})


def test_a_missing_revision_is_found() -> None:
    brief = builders.brief()
    with pytest.raises(VerifyError, match="is not in the store"):
        _check(brief, {})


def test_a_sentence_with_another_word_is_found_and_both_texts_are_told() -> None:
    brief = builders.brief()
    line = brief.lines()[0]
    wrong = replace(line, text=line.text.replace(" ", " not ", 1))

    def swapped(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(wrong if x == line else x for x in lines)

    changed = replace(
        brief,
        bottom_line=swapped(brief.bottom_line),
        stories=tuple(replace(i, lines=swapped(i.lines)) for i in brief.stories),
    )
    with pytest.raises(VerifyError, match="printed") as caught:
        _check(changed)
    assert wrong.text in str(caught.value)
    assert line.text in str(caught.value)


def test_a_headline_that_no_source_has_is_found() -> None:
    brief = builders.brief()
    changed = replace(
        brief, stories=(replace(brief.stories[0], headline="Else"), *brief.stories[1:])
    )
    with pytest.raises(VerifyError, match="Else"):
        _check(changed)


def test_an_outlet_that_is_not_stored_is_found() -> None:
    brief = builders.brief()
    item = replace(brief.stories[0], outlets=("Nobody's Paper",))
    with pytest.raises(VerifyError, match="Nobody's Paper"):
        _check(replace(brief, stories=(item, *brief.stories[1:])))


def test_a_changed_file_is_found() -> None:
    brief = builders.brief()
    printed = replace(_printed(_words(brief)), data=b"else")
    with pytest.raises(VerifyError, match="stored file was changed"):
        _check(brief, None, printed)


def test_a_sentence_that_a_file_does_not_print_is_found() -> None:
    brief = builders.brief()
    words = _words(brief).replace(brief.lines()[-1].text, "")
    with pytest.raises(VerifyError, match="is not printed"):
        _check(brief, None, _printed(words))


def test_line_breaks_in_a_file_are_no_difference() -> None:
    brief = builders.brief()
    _check(brief, None, _printed(_words(brief).replace(" ", "\n   ")))


def test_a_sentence_may_run_over_the_foot_of_a_page() -> None:
    brief = builders.brief()
    words = _words(brief)
    middle = len(brief.lines()[0].text) // 2
    _check(brief, None, _printed(words[:middle] + "OPEN 1 of 2", "OPEN\n" + words[middle:]))


def test_a_sentence_torn_over_far_places_is_not_printed() -> None:
    brief = builders.brief()
    words = _words(brief)
    middle = len(brief.lines()[0].text) // 2
    with pytest.raises(VerifyError, match="is not printed"):
        _check(brief, None, _printed(words[:middle] + "z" * 900, words[middle:]))


def test_a_brief_comes_back_from_json_equal() -> None:
    for brief in (builders.brief(), builders.quiet()):
        assert codec.loads(codec.dumps(brief)) == brief
