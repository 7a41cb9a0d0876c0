"""Which field of the relationship an article belongs to."""

import pytest

from service.topic import load, tracks
from service.topic.profilefile import parse

PROFILE = load("china-russia")


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Gas pipeline agreed", "Oil and gas will flow by 2030, the companies said.", "energy"),
        ("Warships leave for drills", "The navy and air force took part.", "military"),
        ("Trade grows", "Exports in yuan rose; tariffs and sanctions did not bite.", "economy"),
        ("Xi receives Putin", "The leaders held talks over dinner.", "leaders"),
        ("Lunar station", "Satellites, chips and research were discussed.", "technology"),
        ("SCO meets", "BRICS and the United Nations came up.", "multilateral"),
        ("中俄签署天然气管道协议", "双方将扩大石油贸易。", "energy"),
        ("Корабли вышли на учения", "Военные моряки проведут стрельбы.", "military"),
    ],
)
def test_the_first_track_is_what_the_article_is_on(title: str, text: str, expected: str) -> None:
    assert tracks(title, text, PROFILE)[0][0] == expected


def test_shares_sum_to_one_and_fall() -> None:
    shares = [share for _, share in tracks("Gas and trade talks", "Xi met Putin.", PROFILE)]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)


def test_a_text_without_such_words_is_on_no_track() -> None:
    assert tracks("", "It rained.", PROFILE) == ()


def test_a_word_in_the_title_counts_for_more_than_one_in_the_text() -> None:
    assert tracks("Gas", "Warships and drills.", PROFILE)[0][0] == "military"
    assert tracks("Gas", "Warships.", PROFILE)[0][0] == "energy"


def test_of_equal_shares_the_first_track_of_the_profile_is_taken() -> None:
    profile = parse(
        'name = "x"\ntitle = "X"\n[[side]]\nid = "a"\nname = "A"\n'
        '[[entity]]\nid = "a"\nname = "A"\nkind = "place"\nside = "a"\nen = ["Alpha"]\n'
        '[[track]]\nid = "zinc"\ntitle = "Z"\nen = ["zinc"]\n'
        '[[track]]\nid = "iron"\ntitle = "I"\nen = ["iron"]\nkinds = ["place"]\n',
        where="x.toml",
    )
    assert tracks("", "iron and zinc", profile) == (("zinc", 0.5), ("iron", 0.5))
    assert tracks("", "Alpha", profile) == (("iron", 1.0),)
