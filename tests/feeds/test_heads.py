"""Head lines: every field is read, and a sentence is never one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import moment
from feeds.documents import read
from feeds.furniture import clean
from feeds.heads import LABELS, MAX, head
from service.model import Entry

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = datetime(2026, 11, 19, tzinfo=UTC)
TIME = datetime(2026, 11, 19, 8, 30, tzinfo=UTC)

EN = (
    "The two ministers met in the capital on Monday and spoke of trade for three hours.",
    "They agreed that talks on the pipeline would go on in the autumn, officials said.",
)
ZH = (
    "两国外长周四在首都举行会谈,就能源和运输合作交换意见,会谈持续了三个小时。",
    "双方同意在秋季继续就管道项目进行磋商,有关声明将在第二天会谈之后公布。",
)
RU = (
    "Министры двух стран встретились в столице в четверг и три часа говорили о торговле.",
    "Стороны договорились продолжить осенью переговоры о трубопроводе, сообщили чиновники.",
)

#: (line, when, whose)
LINES = [
    # Chinese
    ("2026年11月19日 来源：新华社", DAY, "Xinhua"),
    ("2026年11月19日08:30 来源：新华网 作者：张三 李四", TIME, "Xinhua"),
    ("2026-11-19 08:30 来源: 北方日报 作者：张三", TIME, "北方日报"),
    ("2026/11/19 08:30:00 来源：人民网", TIME, "People's Daily"),
    ("发布时间：2026-11-19 08:30 来源：中国新闻网 责任编辑：王五", TIME, "China News Service"),
    ("发布时间：2026年11月19日 08时30分", TIME, None),
    ("发布时间：2026年11月19日 16:30（北京时间）", TIME, None),
    ("北京时间2026年11月19日 16:30 来源：北方日报", TIME, "北方日报"),
    ("2026年11月19日 星期四 08:30 | 来源：北方日报 | 阅读：1234", TIME, "北方日报"),
    ("来源：新华社 | 2026年11月19日 08:30 字号：大 中 小", TIME, "Xinhua"),
    ("更新时间：2026-11-20 09:00 发布时间：2026-11-19 08:30", TIME, None),
    ("（来源：北方日报 责任编辑：张三 李四）", None, "北方日报"),
    ("作者：尼古拉·伊万诺夫 来源：北方日报", None, "北方日报"),
    # Russian
    ("19.11.2026 | ТАСС", DAY, "TASS"),
    ("19 ноября 2026, 08:30", TIME, None),
    ("19 ноября 2026 года, 11:30 (МСК)", TIME, None),
    ("19 ноября 2026 г. в 11:30 по московскому времени", TIME, None),
    ("08:30, 19 ноября 2026", TIME, None),
    ("08:30 19.11.2026", TIME, None),
    ("Четверг, 19 ноября 2026", DAY, None),
    ("Опубликовано: 19.11.2026 08:30 | Источник: РИА Новости", TIME, "RIA Novosti"),
    ("Источник: ТАСС, 19 ноября 2026", DAY, "TASS"),
    ("Источник: «Восточный вестник» | 19.11.2026", DAY, "«Восточный вестник»"),
    ("Автор: Иван Петров Источник: ТАСС", None, "TASS"),
    ("ТАСС, 19 ноября 2026", DAY, "TASS"),
    ("Дата публикации: 19.11.2026 Просмотров: 1 234", DAY, None),
    # English
    ("Published 19 November 2026", DAY, None),
    ("Published: Nov 19, 2026 08:30", TIME, None),
    ("Updated: Nov 19, 2026 08:30", TIME, None),
    ("Published Nov 19, 2026 3:30 AM EST | Updated Nov 20, 2026", TIME, None),
    ("November 19, 2026 at 8:30 am", TIME, None),
    ("By Jane Person | November 19, 2026", DAY, None),
    ("Reuters | Nov 19, 2026", DAY, "Reuters"),
    ("Source: Xinhua | 2026-11-19 08:30:00", TIME, "Xinhua"),
    (
        "Thursday, November 19, 2026 | Author: Jane Person | Source: Harbour Wire",
        DAY,
        "Harbour Wire",
    ),
]

#: Sentences, headlines and crossheads.
STAY = [
    "2026年11月19日，两国外长在北京会谈。",
    "2026年11月19日两国外长在北京会谈",
    "2026年11月19日 两国外长在北京会谈",
    "2026-11-19 08:30 来源不明的货物在边境被扣押。",
    "时间：2026年11月19日 地点：北京",
    "18 ноября 2026 года стороны подписали соглашение",
    "18 ноября 2026, 10:15. Стороны подписали соглашение.",
    "18 ноября 2026, Москва",
    "18.11.2026 | Стороны подписали соглашение",
    "ТАСС, 18 ноября 2026, сообщил о визите.",
    "Источник: стороны договорились, 18 ноября 2026",
    "Источник: Путин посетит Пекин в мае",
    "19 November 2026 was a long day",
    "Published on 19 November 2026, the figures show growth.",
    "On November 19, 2026 the ministers met",
    "By Friday: talks go on",
    "Updated: the talks go on",
    "Reuters reported on Nov 19, 2026",
    "The deal (November 19, 2026)",
    "19.11.2026 19:00 (",
]

#: Lines that other rules take, or the lines above a text, and that are none here.
OTHERS = [
    "Date: May 2026",
    "Source: Russia to buy more trains, 19 November 2026",
    "Фото: на снимке 18 ноября 2026 министры",
    "来源：据了解，两国外长周四会谈",
    "Source: Xinhua",
    "作者：张三",
]


def _read(text: str) -> Entry:
    return read("a.txt", text.encode(), now=NOW)


@pytest.mark.parametrize(("line", "when", "whose"), LINES)
def test_every_field_of_a_head_line_is_read(
    line: str, when: datetime | None, whose: str | None
) -> None:
    found = head(line)
    assert found is not None
    assert (found.date and moment(found.date, now=NOW), found.origin) == (when, whose)


@pytest.mark.parametrize("line", [*STAY, *OTHERS])
def test_what_is_no_row_of_fields_is_no_head_line(line: str) -> None:
    assert head(line) is None


@pytest.mark.parametrize(("line", "when", "whose"), LINES)
@pytest.mark.parametrize("body", [EN, ZH, RU])
def test_a_head_line_above_the_text_dates_it_and_leaves_it(
    line: str, when: datetime | None, whose: str | None, body: tuple[str, str]
) -> None:
    found = _read("\n\n".join((line, *body)))
    assert (found.text, found.published, found.origin) == ("\n\n".join(body), when, whose)


@pytest.mark.parametrize("line", [line for line, _, _ in LINES])
def test_a_head_line_below_a_headline_is_found(line: str) -> None:
    found = _read("\n\n".join(("Ministers Meet in the North", line, *EN)))
    assert (found.title, found.text) == ("Ministers Meet in the North", "\n\n".join(EN))


@pytest.mark.parametrize("line", STAY)
@pytest.mark.parametrize("body", [EN, ZH, RU])
def test_a_line_that_only_looks_like_one_stays_at_the_top(line: str, body: tuple[str, str]) -> None:
    assert clean((line, *body), title="A headline of its own").paragraphs == (line, *body)


def test_a_date_without_a_label_in_the_middle_or_at_the_end_is_a_crosshead() -> None:
    for texts in (
        (*EN, "19 ноября 2026", *EN),
        (EN[0], "19.11.2026 | ТАСС", EN[1]),
        (*EN, "2026-11-19"),
    ):
        assert clean(texts).paragraphs == texts


def test_a_labelled_line_at_the_end_goes() -> None:
    found = clean((*ZH, "（来源：北方日报 责任编辑：张三）"))
    assert (found.paragraphs, found.origin) == (ZH, "北方日报")


def test_several_head_lines_are_one_head() -> None:
    found = _read("\n\n".join(("2026年11月19日 08:30", "来源：新华社", "责任编辑：张三", *ZH)))
    assert (found.text, found.published, found.origin) == ("\n\n".join(ZH), TIME, "Xinhua")


def test_a_head_line_below_a_title_line_is_read_as_one() -> None:
    head_lines = "标题：两国外长会谈\n发布时间：2026-11-19 08:30 来源：北方日报 作者：张三"
    found = _read("\n\n".join((head_lines, *ZH)))
    assert (found.title, found.published, found.origin) == ("两国外长会谈", TIME, "北方日报")
    assert found.text == "\n\n".join(ZH)


def test_chinese_standard_time_in_a_chinese_text_is_china_s() -> None:
    found = _read("\n\n".join(("2026-11-19 16:30 CST 来源：北方日报", *ZH)))
    assert found.published == TIME


def test_a_time_without_a_zone_is_utc_as_everywhere() -> None:
    assert _read("\n\n".join(("2026-11-19 08:30 来源：北方日报", *ZH))).published == TIME


def test_a_markdown_and_a_web_page_have_heads_too() -> None:
    line = "19.11.2026 08:30 | Источник: ТАСС"
    written = read("a.md", f"# Встреча\n\n{line}\n\n{RU[0]}\n\n{RU[1]}\n".encode(), now=NOW)
    page = "".join(f"<p>{text}</p>" for text in (line, *RU, *RU[::-1]))
    html = read("a.html", f"<article><h1>Встреча</h1>{page}</article>".encode(), now=NOW)
    for found in (written, html):
        assert (found.published, found.origin) == (TIME, "TASS")
        assert line not in found.text


@pytest.mark.parametrize(("meaning", "language"), [(m, lang) for m in LABELS for lang in LABELS[m]])
def test_every_label_is_read(meaning: str, language: str) -> None:
    value = {"person": "张三" if language == "zh" else "Иван Петров", "counter": "12"}.get(meaning)
    value = value or ("ТАСС" if meaning == "origin" else "2026-11-19")
    words = LABELS[meaning][language]
    for label in words.split(" " if language == "zh" else "|"):
        found = head(f"{label}: {value} | 2026-11-18")
        assert found is not None, label
        assert found.labelled is (meaning != "counter"), label
        assert found.fields == 2


@given(
    st.sampled_from([line for line, _, _ in LINES]),
    st.sampled_from(["", " ", ", ", " | ", " — ", ". "]),
    st.sampled_from([*EN, *ZH, *RU]),
)
def test_a_sentence_behind_a_head_line_keeps_the_whole_paragraph(
    line: str, between: str, sentence: str
) -> None:
    assert head(line + between + sentence) is None


@given(st.lists(st.sampled_from([*EN, *ZH, *RU, *STAY]), min_size=1, max_size=6))
def test_a_paragraph_that_is_no_head_line_is_never_removed_as_one(texts: list[str]) -> None:
    removed = clean(texts).removed
    assert not [gone for gone in removed if gone.rule in ("head line", "date line")]


@given(st.text(alphabet="2026年11月9日 -.:：|,ТАССисточникSource来源By作者A/«", max_size=MAX))
def test_no_line_takes_long(text: str) -> None:
    found = head(text)  # hypothesis fails what takes more than its deadline of 0.2 s
    assert found is None or found.fields > 0


@pytest.mark.parametrize(
    "unit", ["A/", "Source: A ", "By A, ", "2026-11-19 ", "来源：张三 ", "张三 ", "1:11 "]
)
def test_a_hostile_line_costs_no_more_than_another(unit: str) -> None:
    line = ("Source: " + unit * MAX)[: MAX - 1] + "?"
    assert head(line) is None
