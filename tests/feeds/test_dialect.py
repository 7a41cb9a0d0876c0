"""What is the same for all dialects: names, bodies, and a feed that has no text at all."""

from datetime import UTC, datetime

import pytest

from feeds.dialect import MAX_ITEM, Draft, finished, is_chinese, tongue_of
from feeds.items import Unused, items
from feeds.metadata import Facts

NOW = datetime(2025, 6, 1, tzinfo=UTC)
URL = "https://example.org/feed"
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
MEDIA = "<enclosure url='https://e.org/{n}.mp3' type='audio/mpeg' length='1'/>"


def _rss(*inner: str) -> bytes:
    whole = "".join(f"<item>{one}</item>" for one in inner)
    return f"<rss version='2.0'><channel>{whole}</channel></rss>".encode()


def _draft(*markup: str, plain: tuple[str, ...] = ()) -> Draft:
    return Draft(name="n", facts=Facts(), markup=markup, plain=plain)


def _problems(*inner: str) -> tuple[Unused, ...]:
    return items(_rss(*inner), url=URL, now=NOW).problems


def test_a_feed_of_sounds_is_skipped_in_one_line_and_not_one_for_each_item() -> None:
    inner = [f"<guid>g{n}</guid><title>T {n}</title>{MEDIA.format(n=n)}" for n in range(12)]
    assert _problems(*inner) == (
        ("", "12 items without a text (podcast or video feed)", "skipped"),
    )


def test_a_feed_of_titles_is_skipped_too() -> None:
    inner = [f"<guid>g{n}</guid><title>T {n}</title>" for n in range(3)]
    assert _problems(*inner) == (("", "3 items without a text (titles only)", "skipped"),)
    assert _problems(inner[0]) == (("", "1 item without a text (titles only)", "skipped"),)


def test_sounds_between_articles_are_skipped_one_by_one() -> None:
    article = f"<guid>a</guid><description>{LEAD}</description>"
    assert _problems(article, f"<guid>g</guid>{MEDIA.format(n=1)}") == (
        ("g", "has no text, only media (audio/mpeg)", "skipped"),
    )


def test_an_item_with_nothing_but_furniture_is_skipped() -> None:
    article = f"<guid>a</guid><description>{LEAD}</description>"
    found = _problems(article, "<guid>g</guid><description>FILE PHOTO: A bridge</description>")
    assert found == (("g", "holds no text that can be read", "skipped"),)


def test_an_item_that_cannot_be_read_is_a_fault_among_those_that_are_skipped() -> None:
    large = f"<guid>a</guid><description>{'x' * (MAX_ITEM + 1)}</description>"
    silent = f"<guid>g</guid>{MEDIA.format(n=1)}"
    assert [(key, kind) for key, _, kind in _problems(large, silent)] == [
        ("a", "fault"),
        ("g", "skipped"),
    ]


def test_an_empty_feed_has_no_problem() -> None:
    assert _problems() == ()


def test_the_longest_body_is_measured_by_its_text_and_not_by_its_markup() -> None:
    teaser = "<p>Short." + "<img src='https://example.org/a-long-address.jpg'>" * 20 + "</p>"
    (found,) = finished(None, [_draft(teaser, f"<p>{LEAD}</p>")]).items
    assert found.text == LEAD


def test_plain_text_is_not_read_as_markup() -> None:
    (found,) = finished(None, [_draft(plain=("Trade &amp; <b>goods</b>.",))]).items
    assert found.text == "Trade &amp; <b>goods</b>."


def test_an_item_that_is_too_large_says_so() -> None:
    (found,) = finished(None, [_draft("x" * (MAX_ITEM + 1))]).items
    assert found.text == ""
    assert (found.reason or "").startswith("is too large: 200001 characters")


def test_a_long_name_is_hashed() -> None:
    draft = Draft(name="n" * 501, facts=Facts(), plain=("A.",))
    (found,) = finished(None, [draft]).items
    assert found.key.startswith("sha256:")


@pytest.mark.parametrize(
    ("tag", "tongue"),
    [("zh-CN", "zh"), ("EN_us", "en"), (" ru ", "ru"), ("", None), ("eng", None), (3, None)],
)
def test_a_language_tag_gives_its_language(tag: object, tongue: str | None) -> None:
    assert tongue_of(tag) == tongue


def test_a_publisher_is_chinese_by_tag_or_title() -> None:
    assert is_chinese("zh", None)
    assert is_chinese(None, "新闻")
    assert not is_chinese("en", "News")
    assert not is_chinese(None, None)
