"""All formats together: what is asked for, what is refused, and that nothing varies."""

import re
from dataclasses import replace

import pytest

from service.brief import codec
from service.errors import RenderError
from service.render import FORMATS, render, stem
from tests import builders


def test_formats_come_once_each_and_in_the_order_asked_for() -> None:
    made = render(builders.brief(), ("txt", "json", "txt", "html"))
    assert [a.format for a in made] == ["txt", "json", "html"]
    assert all(a.data for a in made)


def test_an_unknown_format_is_refused_with_the_ones_that_exist() -> None:
    with pytest.raises(RenderError) as caught:
        render(builders.brief(), ("html", "docx"))
    assert "'docx'" in str(caught.value)
    for name in FORMATS:
        assert name in str(caught.value)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_issue_gives_the_same_bytes(name: str, made: dict[str, bytes]) -> None:
    again = {a.format: a.data for a in render(builders.brief(), FORMATS)}
    assert again[name] == made[name]


def test_another_issue_number_gives_other_bytes_in_every_format() -> None:
    formats = tuple(name for name in FORMATS if name != "pdf")
    one = render(builders.brief(number=1), formats)
    two = render(builders.brief(number=2), formats)
    assert all(a.data != b.data for a, b in zip(one, two, strict=True))


def test_json_reads_back_as_the_same_issue(made: dict[str, bytes]) -> None:
    assert codec.loads(made["json"].decode("utf-8")) == builders.brief()


def test_every_sentence_stands_in_every_format_as_it_is_in_its_source(
    made: dict[str, bytes],
) -> None:
    from service.render import readback

    for name, data in made.items():
        shown = "".join("".join(readback.pages(name, data)).split())
        for line in builders.brief().lines():
            assert "".join(line.text.split()) in shown, (name, line.number)


def test_a_sentence_that_cites_an_unlisted_source_is_refused() -> None:
    brief = builders.brief()
    with pytest.raises(RenderError, match=r"sentence 2 cites source 4"):
        render(replace(brief, sources=brief.sources[:3]), ("txt",))


def test_a_track_a_change_a_quotation_and_an_event_that_cite_nothing_listed_are_refused() -> None:
    brief = builders.brief()
    track, change, quote, event = (
        brief.tracks[1],
        brief.changed[0],
        brief.quotes[0],
        brief.watch[0],
    )
    item = replace(track.items[0], sources=(7, 99))
    for odd, place in (
        ({"tracks": (replace(track, items=(item,)),)}, "story 5, source 99"),
        ({"changed": (replace(change, source=99),)}, "change 1 cites source 99"),
        ({"quotes": (replace(quote, line=replace(quote.line, source=99)),)}, "sentence 12 cites"),
        ({"watch": (replace(event, line=replace(event.line, source=99)),)}, "sentence 19 cites"),
    ):
        with pytest.raises(RenderError, match=place):
            render(replace(brief, **odd), ("txt",))


def test_a_story_that_counts_an_unlisted_source_is_refused() -> None:
    brief = builders.brief()
    odd = replace(brief.stories[0], sources=(1, 99))
    with pytest.raises(RenderError, match=r"story 1, source 99"):
        render(replace(brief, stories=(odd,)), ("txt",))


def test_two_sources_under_one_number_are_refused() -> None:
    brief = builders.brief()
    with pytest.raises(RenderError, match="two sources"):
        render(replace(brief, sources=(*brief.sources, brief.sources[0])), ("txt",))


def test_a_zone_that_does_not_exist_is_one_clear_line() -> None:
    with pytest.raises(RenderError, match=r"Moon/Crater.*Europe/London"):
        render(builders.brief(timezone="Moon/Crater"), ("txt",))


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("china-russia", "china-russia-2026-11-21"),
        ("../../etc/My Topic", "etc-my-topic-2026-11-21"),
        ("俄中", "brief-2026-11-21"),
    ],
)
def test_the_stem_is_the_topic_and_the_local_date_and_safe_in_a_path(
    topic: str, expected: str
) -> None:
    brief = builders.brief()
    assert stem(replace(brief, method=replace(brief.method, topic=topic))) == expected


def test_each_sentence_of_the_bottom_line_names_its_outlet_and_day() -> None:
    brief = builders.brief()
    made = {a.format: a.data.decode("utf-8") for a in render(brief, ["html", "txt", "md"])}
    assert "– Border Trade Wire, 2026-11-20 [1]" in " ".join(made["txt"].split())
    for name, text in made.items():
        flat = " ".join(re.sub(r"<[^>]+>", "", text).split())
        for said in ("Border Trade Wire, 2026-11-20", "Pipeline Monitor, undated"):
            assert said in flat, name
