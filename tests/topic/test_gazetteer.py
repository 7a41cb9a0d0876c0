"""Names in texts: borders, capitals, endings, overlaps, look-alikes, offsets."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.topic import load, mentions
from service.topic.gazetteer import hits
from service.topic.profilefile import parse

PROFILE = load("china-russia")


def named(text: str) -> list[tuple[str, str]]:
    """Return (words, entity) of every mention, each span once."""
    return list(dict.fromkeys((text[m.start : m.end], m.entity) for m in mentions(text, PROFILE)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China's exports", [("China", "china")]),
        ("CHINA AND RUSSIA", [("CHINA", "china"), ("RUSSIA", "russia")]),
        ("a shelf of china", []),
        ("He said it told us nothing", []),
        ("the US said", [("US", "usa")]),
        ("Sino-Soviet ties", [("Sino-Soviet", "china-russia")]),
        ("the Bank of China paid", [("Bank of China", "bank-of-china")]),
        ("a walk in Chinatown", []),
        ("China Sunday papers", [("China", "china")]),
        ("Vladimir\nPutin", [("Vladimir\nPutin", "putin")]),
        ("St. Petersburg, Florida", []),
        ("Lan Fo’an spoke", [("Lan Fo’an", "lan-foan")]),
    ],
)
def test_english_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国家主席习近平同普京会谈", [("习近平", "xi-jinping"), ("普京", "putin")]),
        ("國家主席習近平", [("習近平", "xi-jinping")]),
        ("白俄罗斯总统", [("白俄罗斯", "belarus")]),
        ("发展中国家的声音", []),
        ("俄亥俄州", []),
        ("中俄关系", [("中俄关系", "china-russia")]),
        ("在China的公司", [("China", "china")]),
    ],
)
def test_chinese_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("российской стороной", [("российской", "russia")]),
        ("Си Цзиньпином", [("Си Цзиньпином", "xi-jinping")]),
        (
            "министерство иностранных дел Китая",
            [("министерство иностранных дел Китая", "cn-mfa")],
        ),
        ("Белоруссия", [("Белоруссия", "belarus")]),
        ("в Китай-городе", []),
        ("стаю китов", []),
        ("Королёв и Хрущёв", [("Хрущёв", "khrushchev")]),
    ],
)
def test_russian_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


def test_a_name_of_both_sides_is_a_mention_of_each() -> None:
    found = mentions("中俄", PROFILE)
    assert [(m.side, m.start, m.end) for m in found] == [("china", 0, 2), ("russia", 0, 2)]


def test_a_third_party_has_no_side() -> None:
    assert [m.side for m in mentions("NATO", PROFILE)] == [""]


def test_a_surname_counts_only_beside_the_full_name() -> None:
    assert named("Wang said no.") == []
    assert named("Wang Yi arrived. Wang said no.") == [
        ("Wang Yi", "wang-yi"),
        ("Wang", "wang-yi"),
    ]


def test_a_surname_of_two_people_of_one_text_goes_to_one_of_them_always() -> None:
    text = "Li Qiang met Dmitry Medvedev. Li left."
    assert named(text) == named(text)
    assert ("Li", "li-qiang") in named(text)


def test_a_longer_name_that_fails_does_not_hide_a_shorter_one() -> None:
    profile = parse(
        'name = "x"\ntitle = "X"\n[[side]]\nid = "a"\nname = "A"\n'
        '[[entity]]\nid = "long"\nname = "L"\nkind = "place"\nside = "a"\nen = ["China Su"]\n'
        '[[entity]]\nid = "short"\nname = "S"\nkind = "place"\nside = "a"\nen = ["China"]\n',
        where="x.toml",
    )
    assert [m.entity for m in mentions("China Sun", profile)] == ["short"]
    assert [m.entity for m in mentions("China Su.", profile)] == ["long"]


def test_offsets_hold_behind_letters_that_grow_when_lowered() -> None:
    text = "İİİ China"
    assert named(text) == [("China", "china")]


def test_words_of_tracks_may_lie_within_names() -> None:
    found = {h.target.id for h in hits("China National Offshore Oil Corporation", PROFILE)}
    assert {"cnooc"} <= found
    assert "energy" in {h.target.id for h in hits("crude oil", PROFILE)}


def test_no_word_of_a_track_counts_inside_a_look_alike() -> None:
    profile = parse(
        'name = "x"\ntitle = "X"\n[[side]]\nid = "a"\nname = "A"\n'
        '[[entity]]\nid = "a"\nname = "A"\nkind = "place"\nside = "a"\nen = ["Alpha"]\n'
        '[[track]]\nid = "t"\ntitle = "T"\nen = ["oil"]\n[exclude]\nen = ["olive oil"]\n',
        where="x.toml",
    )
    assert [h.target.id for h in hits("olive oil and oil", profile)] == ["t"]


@given(
    st.lists(
        st.sampled_from(
            ["China", "Russia", "中俄", "习近平", "росси", "Путин", " ", ".", "ё", "İ", "x", "\n"]
        ),
        max_size=30,
    )
)
def test_mentions_are_in_order_inside_the_text_and_apart(pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = list(dict.fromkeys((m.start, m.end) for m in mentions(text, PROFILE)))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    for mention in mentions(text, PROFILE):
        assert text[mention.start : mention.end].strip()
