"""Articles to stories: one event, look-alikes, languages, time, copies, order."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import documents
from service.model import Article
from service.stories import cluster
from service.stories.similarity import Batch
from service.topic import load
from tests.builders import DRILL_RU, GAS_EN, RAIL_EN, TRADE_ZH, article, place

PROFILE = load("china-russia")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BENCH = Path(__file__).resolve().parents[2] / "../shared/bench"

RAIL_OTHER = (
    "Freight trains began to cross the Amur by a second bridge on Thursday, when China and Russia "
    "opened the crossing near Heihe. It can carry nine million tonnes of freight a year, and "
    "customs will clear trains around the clock."
)
GAS_MEETING = {
    "en": (
        "Gazprom and CNPC signed a memorandum on 2 September for the Power of Siberia 2 pipeline. "
        "It would carry 50 billion cubic metres a year through Mongolia for 30 years. "
        "Alexei Miller said that the price would be settled separately."
    ),
    "zh": (
        "俄罗斯天然气工业股份公司与中石油9月2日签署西伯利亚力量-2管道备忘录。"
        "管道经蒙古国每年输气500亿立方米，为期30年。"
    ),
    "ru": (
        "«Газпром» и CNPC 2 сентября подписали меморандум о газопроводе «Сила Сибири – 2». "
        "По нему через Монголию 30 лет будут поставлять 50 млрд кубометров газа в год."
    ),
}


def filler(stem: str) -> str:
    """Return 2,500 characters that no other article has."""
    return " ".join(f"{stem}{number:04}" for number in range(250))


def told(found: Sequence[Article]) -> set[frozenset[str]]:
    """Return the stories as sets of texts."""
    return {frozenset(found[i].text for i in group) for group in cluster(found, PROFILE)}


def dated(text: str, day: datetime | None, language: str = "en") -> Article:
    return article(text, language, place(title="", title_given=False, published=day))


def test_no_article_makes_no_story() -> None:
    assert cluster((), PROFILE) == ()


def test_one_article_is_a_story() -> None:
    assert cluster((article(),), PROFILE) == ((0,),)


def test_two_reports_of_one_event_join_and_another_event_does_not() -> None:
    found = [dated(text, None) for text in (RAIL_EN, GAS_EN, RAIL_OTHER)]
    assert told(found) == {frozenset([RAIL_EN, RAIL_OTHER]), frozenset([GAS_EN])}


def test_articles_without_a_word_in_common_stay_apart() -> None:
    found = [dated("Alpha beta gamma.", None), dated("Delta epsilon zeta.", None)]
    assert len(cluster(found, PROFILE)) == 2


def test_empty_texts_are_stories_of_their_own_and_harm_none() -> None:
    found = [dated("", None), dated(RAIL_EN, None), dated(" ", None)]
    assert len(cluster(found, PROFILE)) == 3


def test_one_meeting_in_three_languages_is_one_story() -> None:
    day = datetime(2025, 9, 2, 12, tzinfo=UTC)
    found = [dated(text, day, language) for language, text in GAS_MEETING.items()]
    found += [dated(TRADE_ZH, day, "zh"), dated(DRILL_RU, day, "ru"), dated(RAIL_EN, day)]
    assert frozenset(GAS_MEETING.values()) in told(found)
    assert len(told(found)) == 4


def test_a_background_that_two_articles_end_with_does_not_join_them() -> None:
    """Told at length, at the end: what every article on one topic repeats."""
    lines = [f"Since accord {n} both capitals speak of a lasting bond" for n in range(11, 21)]
    background = ". ".join(lines) + "."
    call = "Xi Jinping and Vladimir Putin spoke by telephone on the anniversary of the invasion. "
    ferry = "A ferry between Heihe and Blagoveshchensk took its first lorries of the summer. "
    found = [
        dated(f"{lead}{filler(stem)} {background}", None)
        for lead, stem in ((call, "call"), (ferry, "ferry"))
    ]
    assert len(cluster([*found, dated(GAS_EN, None), dated(RAIL_EN, None)], PROFILE)) == 4


def test_two_languages_need_a_day_or_two_figures_in_common() -> None:
    day = datetime(2025, 9, 2, 12, tzinfo=UTC)
    found = [
        dated("Putin, Xi Jinping, Lavrov, Wang Yi and Shoigu met again.", None),
        dated("Путин, Си Цзиньпин, Лавров, Ван И и Шойгу вновь встретились.", None, "ru"),
        dated(TRADE_ZH, day, "zh"),
    ]
    assert len(cluster(found, PROFILE)) == 3


def test_two_languages_weeks_apart_are_two_events() -> None:
    found = [
        dated(GAS_MEETING["en"], datetime(2025, 9, 2, tzinfo=UTC)),
        dated(GAS_MEETING["ru"], datetime(2025, 9, 20, tzinfo=UTC), "ru"),
        dated(TRADE_ZH, None, "zh"),
    ]
    assert len(cluster(found, PROFILE)) == 3


def test_two_visits_a_quarter_apart_are_two_stories() -> None:
    first = "Lavrov came to Beijing for talks with Wang Yi on Ukraine, trade and the summit."
    second = "Lavrov came to Beijing on a visit and met Wang Yi to talk on trade and the summit."
    others = [dated(RAIL_EN, None), dated(GAS_EN, None)]
    day = datetime(2025, 3, 1, tzinfo=UTC)
    near = [dated(first, day), dated(second, day.replace(day=2)), *others]
    far = [dated(first, day), dated(second, day.replace(month=6)), *others]
    assert frozenset([first, second]) in told(near)
    assert frozenset([first, second]) not in told(far)


def test_an_undated_text_on_another_day_is_another_event() -> None:
    first = "Lavrov came to Beijing for talks with Wang Yi on Ukraine, trade and the summit."
    second = "Sergei Lavrov, in Beijing on 4 November, met Wang Yi and spoke of gas and a summit."
    same = second.replace("4 November", "2 March")
    day = datetime(2025, 3, 1, tzinfo=UTC)
    others = [dated(RAIL_EN, None), dated(GAS_EN, None)]
    assert frozenset([first, same]) in told([dated(first, day), dated(same, None), *others])
    assert frozenset([first, second]) not in told([dated(first, day), dated(second, None), *others])


def test_a_thousand_copies_are_one_story() -> None:
    copies = [article(RAIL_EN, "en", place(key=str(i), outlet=f"O{i}")) for i in range(1000)]
    found = cluster([*copies, dated(GAS_EN, None)], PROFILE)
    assert found == (tuple(range(1000)), (1000,))


def test_dates_in_the_future_are_dates() -> None:
    far = datetime(2199, 1, 1, tzinfo=UTC)
    assert len(cluster([dated(RAIL_EN, far), dated(RAIL_OTHER, far)], PROFILE)) == 1


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_the_order_of_input_does_not_change_the_stories(data: st.DataObject) -> None:
    day = datetime(2025, 9, 2, 12, tzinfo=UTC)
    found = [dated(text, day, language) for language, text in GAS_MEETING.items()]
    found += [dated(text, None) for text in (RAIL_EN, RAIL_OTHER, GAS_EN)]
    found += [
        article(RAIL_EN, "en", place(key="again", published=day)),
        dated(TRADE_ZH, day, "zh"),
    ]
    mixed = data.draw(st.permutations(found))
    indices = [i for group in cluster(mixed, PROFILE) for i in group]
    assert sorted(indices) == list(range(len(mixed)))
    assert told(mixed) == told(found)


def b_cubed(gold: Sequence[str], groups: Sequence[Sequence[int]]) -> float:
    """Return the F1 of B-cubed precision and recall (Bagga & Baldwin 1998)."""
    wanted = defaultdict(set)
    for i, name in enumerate(gold):
        wanted[name].add(i)
    got = {i: set(group) for group in groups for i in group}
    shared = [len(wanted[name] & got[i]) for i, name in enumerate(gold)]
    precision = mean(n / len(got[i]) for i, n in enumerate(shared))
    recall = mean(n / len(wanted[name]) for n, name in zip(shared, gold, strict=True))
    return 2 * precision * recall / (precision + recall)


def labelled(name: str) -> tuple[list[Article], list[str]]:
    file = BENCH / name
    if not file.exists():
        pytest.skip("the labelled articles are not beside this checkout")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    pairs = [
        (text, row.get("story", row["id"]))
        for row in rows
        for text in row.get("texts", [row.get("text")])
    ]
    return [dated(text, None) for text, _ in pairs], [story for _, story in pairs]


@pytest.mark.parametrize(
    ("name", "floor"), [("stories_ecbplus.jsonl", 0.935), ("multi_multinews.jsonl", 0.89)]
)
def test_labelled_stories_are_found_as_well_as_promised(name: str, floor: float) -> None:
    found, gold = labelled(name)
    assert b_cubed(gold, cluster(found, PROFILE)) >= floor


def test_undated_texts_with_nothing_but_words_in_common_are_less_alike_than_with_a_figure() -> None:
    shared = [f"usual{n}" for n in range(14)]
    plain = [dated(" ".join([*shared, f"own{n}"]), None) for n in range(2)]
    counted = [dated(one.text + " and 244.8 billion of it", None) for one in plain]
    batch = [*plain, *counted]
    parts = Batch(batch, PROFILE).explain(plain[0].id, plain[1].id)
    assert (parts[1].value, parts[1].detail) == (
        0.9,
        "a date is unknown, and no figure or day is in common",
    )
    assert Batch(batch, PROFILE).explain(counted[0].id, counted[1].id)[1].value == 1.0


def test_the_texts_of_a_users_folder_are_five_events() -> None:
    """Two of them, on a call and on a visit, end with much the same background."""
    folder = BENCH.parent / "corpus"
    if not folder.exists():
        pytest.skip("the user's texts are not beside this checkout")
    files = sorted(folder.glob("*.txt"))
    raw = [dated(file.read_text(encoding="utf-8"), None) for file in files]
    assert len(cluster(raw, PROFILE)) == len(raw) == 5
    read = [documents.read(file.name, file.read_bytes(), now=NOW) for file in files]
    found = [
        article(one.text, one.language, place(title=one.title, title_given=one.title_given))
        for one in read
    ]
    assert len(cluster(found, PROFILE)) == 5
