"""Datelines and credits leave the text, and name the origin."""

from datetime import UTC, datetime

import pytest

from feeds.agencies import AGENCIES, agency, credit, without_credit, without_dateline
from feeds.documents import read
from feeds.items import items

NOW = datetime(2025, 6, 1, tzinfo=UTC)

EN = "The two ministers met on Monday."
RU = "Министры двух стран встретились в понедельник."
ZH = "两国外长星期一举行会晤。"


@pytest.mark.parametrize(
    ("dateline", "text", "origin"),
    [
        ("BEIJING, May 8 (Xinhua) -- ", EN, "Xinhua"),
        ("BEIJING, May 8, 2025 (Xinhua) -- ", EN, "Xinhua"),
        ("MOSCOW (Reuters) - ", EN, "Reuters"),
        ("WASHINGTON/MOSCOW, Feb 17 (Reuters) - ", EN, "Reuters"),
        ("WASHINGTON (AP) — ", EN, "AP"),
        ("VLADIVOSTOK, Russia (AP) — ", EN, "AP"),
        ("(Reuters) - ", EN, "Reuters"),
        ("Dec 17 (Reuters) - ", EN, "Reuters"),
        ("(CNN) -- ", EN, "CNN"),
        ("(CNN)", EN, "CNN"),
        ("Boston (CNN)", EN, "CNN"),
        ("Seoul, South Korea (CNN) ", EN, "CNN"),
        ("MOSCOW, May 8. /TASS/. ", EN, "TASS"),
        ("MOSCOW, Dec 1 - RIA Novosti. ", EN, "RIA Novosti"),
        ("CHICAGO, Nov. 30, 2018 /PRNewswire/ -- ", EN, "PRNewswire"),
        ("LANCASTER (CBSLA) — ", EN, "CBSLA"),
        ("MOSCOW, May 8 — ", EN, None),
        ("NEW DELHI — ", EN, None),
        ("МОСКВА, 8 мая. /ТАСС/. ", RU, "TASS"),
        ("ПЕКИН, 8 мая /Синьхуа/ -- ", RU, "Xinhua"),
        ("МОСКВА, 8 мая — РИА Новости. ", RU, "RIA Novosti"),
        ("Москва. 8 мая. INTERFAX.RU - ", RU, "Interfax"),
        ("ПЕКИН, 8 мая (Рейтер) - ", RU, "Reuters"),
        ("МОСКВА, 24 февраля. /Другое агентство/. ", RU, "Другое агентство"),
        ("САНКТ-ПЕТЕРБУРГ, 8 мая. ", RU, None),
        ("新华社北京5月8日电 ", ZH, "Xinhua"),
        ("新华社北京5月8日电（记者张三 李四）", ZH, "Xinhua"),
        ("（新华社北京2025年5月8日电）", ZH, "Xinhua"),
        ("据新华社莫斯科5月8日电，", ZH, "Xinhua"),
        ("中新网5月8日电 ", ZH, "China News Service"),
        ("中新社莫斯科5月8日电 （记者 张三）", ZH, "China News Service"),
        ("本报北京5月8日讯（记者张三）", ZH, None),
        ("参考消息网5月8日报道 ", ZH, "Reference News"),
        ("央视网消息：", ZH, "CCTV"),
        ("【环球时报记者 张三】", ZH, "Global Times"),
        ("北京5月8日电（记者张三）", ZH, None),
        ("BEIJING, 8th May (Xinhua) -- ", EN, "Xinhua"),
        ("MOSCOW, May 8 /TASS/. ", EN, "TASS"),
        ("TASS, May 8. ", EN, "TASS"),
        ("/TASS/. ", EN, "TASS"),
        ("MOSCOW. May 8 (Interfax) - ", EN, "Interfax"),
        ("Moscow, May 8 (Interfax) - ", EN, "Interfax"),
        ("Beijing, 8 May (dpa) - ", EN, "dpa"),
        ("Beijing (AP) — ", EN, "AP"),
        ("(ECNS) -- ", EN, "China News Service"),
        ("ТАСС, 8 мая. ", RU, "TASS"),
        ("/ТАСС/. ", RU, "TASS"),
        ("РИА Новости. ", RU, "RIA Novosti"),
        ("МОСКВА, 8 мая - РИА Новости, Иван Иванов. ", RU, "RIA Novosti"),
        ("МОСКВА, 8 мая 2025, REGNUM. ", RU, "Regnum"),
        ("Москва. 8 мая. ИНТЕРФАКС - ", RU, "Interfax"),
        ("ПЕКИН, 8 мая. /Корр. ТАСС Иван Иванов/. ", RU, "TASS"),
        ("ПЕКИН, 8 мая. /ТАСС, Иван Иванов/. ", RU, "TASS"),
        ("新华社快讯：", ZH, "Xinhua"),
        ("新华社莫斯科5月8日电 题：", ZH, "Xinhua"),
        ("新華社北京5月8日電 ", ZH, "Xinhua"),
        ("（中央社記者張三北京8日電）", ZH, "Central News Agency"),
        ("（央视新闻客户端）", ZH, "CCTV"),
        ("中国日报北京5月8日电 ", ZH, "China Daily"),
        ("本报莫斯科5月8日电 记者张三报道：", ZH, None),
    ],
)
def test_a_dateline_is_cut_off_and_its_agency_kept(
    dateline: str, text: str, origin: str | None
) -> None:
    assert without_dateline(dateline + text) == (text, origin)


@pytest.mark.parametrize(
    "text",
    [
        "NATO — which has no office in Minsk — said nothing.",
        "BRICS — Brazil, Russia, India, China and South Africa — met on Monday.",
        "Beijing - the capital - was quiet on May 8.",
        "Reuters said on Monday that the two had met.",
        "The Associated Press (AP) President said so.",
        "On May 8 (Victory Day in Russia) - the leaders met.",
        "TASS reported on May 8 that the ministers had met.",
        "МИД России 8 мая сообщил о встрече министров.",
        "Москва, 8 мая принимавшая парад, готовится к саммиту.",
        "ТАСС сообщил о встрече министров.",
        "中国外交部5月8日消息，两国外长举行会晤。",
        "普京5月8日电话会晤中国领导人。",
        "国家主席5月8日电贺俄罗斯总统。",
        "新华社5月8日电视台联合报道此事。",
        "新华社记者5月8日从外交部获悉，两国外长举行会晤。",
        "据新华社报道，两国外长星期一举行会晤。",
        "央视新闻5月8日播出了采访。",
        "新华社快讯发布后，各方反应迅速。",
        "记者张三报道了会晤。",
        "ТАСС, 8 мая открывший бюро, сообщил о встрече.",
        "ТАСС и РИА Новости сообщили о встрече.",
        "Bloomberg (Reuters) reported that the two had met.",
        "Kyodo (a Japanese agency) - said so.",
    ],
)
def test_a_sentence_that_begins_like_a_dateline_is_left_whole(text: str) -> None:
    assert without_dateline(text) == (text, None)


def test_a_paragraph_that_is_only_a_dateline_is_left() -> None:
    assert without_dateline("BEIJING, May 8 (Xinhua) --")[0] == "BEIJING, May 8 (Xinhua) --"


@pytest.mark.parametrize(
    ("text", "credited", "origin"),
    [
        ("两国外长举行会晤。", "（新华社）", "Xinhua"),
        ("两国外长举行会晤。", "（完）", None),
        ("两国外长举行会晤。", "（经济参考报）", "经济参考报"),
        (EN, " (Reuters)", "Reuters"),
        (RU, " /ТАСС/", "TASS"),
        (ZH, "（来源：新华社）", "Xinhua"),
        (ZH, "（总台记者 张三）", None),
        (EN, " Enditem", None),
    ],
)
def test_a_credit_behind_the_last_sentence_is_cut_off(
    text: str, credited: str, origin: str | None
) -> None:
    assert without_credit(text + credited) == (text, origin)


@pytest.mark.parametrize(
    "text", ["The text was carried by one agency (Reuters)", "会议由两家媒体报道（新华社）等", EN]
)
def test_brackets_inside_a_sentence_are_left(text: str) -> None:
    assert without_credit(text) == (text, None)


def test_a_paragraph_that_is_only_a_credit_names_its_agency() -> None:
    assert credit("(Reuters)") == "Reuters"
    assert credit("/ТАСС/") == "TASS"
    assert credit("With inputs from AFP") == "AFP"
    assert credit("Reuters reported it.") is None


def test_no_alias_belongs_to_two_agencies() -> None:
    aliases = [alias.casefold() for group in AGENCIES.values() for alias in group]
    assert len(aliases) == len(set(aliases))
    assert all(agency(name) == name or agency(name) is None for name in AGENCIES)


@pytest.mark.parametrize(
    ("dateline", "text", "origin"),
    [
        ("BEIJING, May 8 (Xinhua) -- ", EN, "Xinhua"),
        ("(Reuters) - ", EN, "Reuters"),
        ("МОСКВА, 8 мая. /ТАСС/. ", RU, "TASS"),
        ("МОСКВА, 8 мая - РИА Новости. ", RU, "RIA Novosti"),
        ("新华社北京5月8日电 ", ZH, "Xinhua"),
    ],
)
def test_an_item_of_a_feed_loses_its_dateline_as_a_file_does(
    dateline: str, text: str, origin: str
) -> None:
    feed = f"<rss version='2.0'><channel><item><description>&lt;p&gt;{dateline}{text}"
    body = f"{feed}&lt;/p&gt;</description></item></channel></rss>".encode()
    (found,) = items(body, url="https://example.org/feed", now=NOW).entries
    file = read("a.txt", f"{dateline}{text}".encode(), now=NOW)
    assert (found.text, found.origin) == (file.text, file.origin) == (text, origin)
