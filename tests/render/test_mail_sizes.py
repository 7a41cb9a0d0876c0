"""How long a message is: about 600 words, or below 100 KB, with the foot inside whatever comes."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import RenderError
from service.model import Brief
from service.render import mail
from service.render.mail.layout import DIGEST_WORDS, MAX_HTML_BYTES, encoded
from service.render.mail.shown import digests, fulls, words
from tests import builders
from tests.render.messages import body, headings, letter, parsed, seen


def many(stories: int, sentence: str = "", headline: str = "") -> Brief:
    """Return an issue with this many top stories of three sentences each."""
    brief = builders.brief()
    first = brief.stories[0]
    number = 100
    made = []
    for _ in range(stories):
        lines = []
        for line in first.lines:
            number += 1
            lines.append(replace(line, number=number, text=sentence or line.text))
        made.append(replace(first, headline=headline or first.headline, lines=tuple(lines)))
    return replace(brief, stories=tuple(made))


def sizes(data: bytes) -> tuple[int, int]:
    """Return the HTML's length as sent and as read."""
    part: Any = parsed(data).get_body(("html",))
    assert isinstance(part, EmailMessage)
    raw = part.as_bytes()
    return len(raw), len(part.get_content().encode())


def foot_is_inside(data: bytes) -> bool:
    page = body(data, "html")
    return "Unsubscribe" in page[-2500:] and page.rstrip().endswith("</html>")


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
@pytest.mark.parametrize("stories", [4, 8, 12, 50])
def test_a_digest_is_about_600_words_at_most(stories: int, language: str) -> None:
    text = "Officials of both countries met on the border and agreed on a timetable for freight, "
    brief = many(stories, sentence=text * 2 + "the agency said.")
    data = mail.message(brief, letter(language=language))
    assert words(seen(data)) <= DIGEST_WORDS
    assert max(sizes(data)) < MAX_HTML_BYTES
    for line in brief.bottom_line:
        assert line.text in seen(data)


def test_in_a_digest_second_sentences_go_first_then_first_ones_then_stories() -> None:
    levels = digests(builders.brief(), most_words=1000)
    told = [
        tuple(len(one.lines) for one in level.stories)
        for level in levels
        if "bottom_line" in level.sections
    ]
    assert told == [
        (2, 1, 1, 1),
        (1, 1, 1, 1),
        (1, 1, 1, 0),
        (1, 1, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 0, 0),
        (0, 0, 0),
        (0, 0),
        (0,),
        (),
    ]
    assert [level.more for level in levels] == [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4]


def test_levels_of_a_digest_that_cannot_fit_are_not_even_tried() -> None:
    levels = digests(many(500, headline="one two three"), most_words=60)
    assert len(levels[0].stories) == 20
    assert levels[0].more == 480


def test_a_digest_says_how_many_stories_it_does_not_tell() -> None:
    data = mail.message(many(50, headline="Second bridge over the Amur opens " * 3), letter())
    told = body(data, "html").count("<h3")
    assert 0 < told < 50
    assert f"{50 - told} more top stories are in the plain text" in seen(data)


def test_in_a_full_message_the_last_sections_go_first_and_the_notice_names_them() -> None:
    brief = builders.brief()
    long = replace(brief.timeline[0], line=replace(brief.timeline[0].line, text="сроки " * 8000))
    data = mail.message(replace(brief, timeline=(long,)), letter(kind="full"))
    shown = headings(body(data, "html"))
    assert "In their words" in shown
    assert "Timeline" not in shown
    assert "Watch list" not in shown
    assert "Shortened." in seen(data)
    assert "Left out here, and in the plain text of this message: Timeline, Watch list." in seen(
        data
    )
    assert brief.watch[0].line.text not in seen(data)
    assert "WATCH LIST" in body(data, "plain")


def test_each_level_of_a_full_message_shows_less_than_the_one_before() -> None:
    levels = fulls(builders.brief())
    counts = [
        (len(level.sections), sum(len(one.lines) + 1 for one in level.stories)) for level in levels
    ]
    assert counts == sorted(counts, reverse=True)
    assert levels[0].omitted == ()
    assert levels[-1].omitted == (
        *("bottom_line", "changed", "sources", "tracks", "quotes", "timeline", "watch"),
    )
    assert levels[0].cited == {source.number for source in builders.brief().sources}


@pytest.mark.parametrize("kind", ["digest", "full"])
@pytest.mark.parametrize(
    "brief",
    [
        many(500, headline="头条" * 1000),
        many(500),
        many(1, sentence="слово " * 30_000),
        replace(many(3), changed=builders.brief().changed * 2000),
        replace(
            many(3),
            bottom_line=(replace(builders.brief().bottom_line[0], text="слово " * 20_000),),
        ),
    ],
    ids=["headlines", "stories", "sentence", "changes", "bottom line"],
)
def test_a_huge_issue_stays_below_the_limit_with_the_foot_inside(kind: str, brief: Brief) -> None:
    data = mail.message(brief, letter(kind=kind))
    assert max(sizes(data)) < MAX_HTML_BYTES
    assert foot_is_inside(data)
    assert "".join(brief.bottom_line[0].text.split()) in "".join(body(data, "plain").split())


def test_a_bottom_line_that_does_not_fit_is_left_out_and_named() -> None:
    long = replace(builders.brief().bottom_line[0], text="слово " * 20_000)
    data = mail.message(builders.brief(bottom_line=(long,)), letter())
    assert "Left out here, and in the plain text of this message: Bottom line." in seen(data)


def test_a_title_that_alone_is_too_long_is_an_error_and_not_a_cut() -> None:
    with pytest.raises(RenderError, match="title"):
        mail.message(builders.brief(title="Ж" * 60_000), letter())


def test_a_link_of_500_characters_keeps_the_message_below_the_limit() -> None:
    long = "https://briefs.example.org/u/" + "a" * 500
    for stories in range(20, 60, 10):
        data = mail.message(
            many(stories, headline="&" * 60), letter(kind="full", unsubscribe_url=long)
        )
        assert max(sizes(data)) < MAX_HTML_BYTES


@given(st.text(max_size=3000), st.integers(1, 6))
def test_the_encoding_is_no_longer_than_it_was_reckoned(text: str, times: int) -> None:
    from service.render.mail import parts

    whole = text.encode("utf-8", "replace").decode() * times
    made = parts.text(whole, "html")
    payload = made.split(b"\r\n\r\n", 1)[1]
    breaks = 3 * (whole.count("\n") + whole.count("\r"))
    assert len(payload) <= encoded(whole)[1] + breaks + 100


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("China and Russia opened a bridge.", 6),
        ("Через Амур открыт мост – № 12", 5),
        ("中俄两国开通大桥", 5),
        ("第12期 · 日报", 4),
        ("· – …", 0),
    ],
)
def test_words_are_counted_in_every_script(text: str, count: int) -> None:
    assert words(text) == count
