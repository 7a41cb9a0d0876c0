"""Articles written for the tests, in English, Chinese and Russian, and builders of others."""

from dataclasses import replace
from datetime import UTC, datetime

from service.model import Article, Place, content_id

CUTOFF = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)

RAIL_EN = (
    "China and Russia opened a second rail bridge over the Amur on Thursday. "
    "The crossing near Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear trains around the clock from December. "
    "Traders in Blagoveshchensk said that queues for lorries had reached four days in October."
)
RAIL_RU = (
    "Россия и Китай открыли в четверг второй железнодорожный мост через Амур. "
    "Пропускная способность перехода составит девять миллионов тонн грузов в год. "
    "Первый состав вёз удобрения и пиломатериалы в провинцию Хэйлунцзян."
)
RAIL_ZH = (
    "中俄两国周四开通了第二座跨黑龙江铁路大桥。"
    "新口岸每年可运送九百万吨货物，两岸海关将实行全天候通关。"
    "首趟列车满载化肥和木材，驶往黑龙江省。"
)
GAS_EN = (
    "Negotiators from Moscow and Beijing ended a third day of talks on gas prices without a deal. "
    "Both delegations agreed to meet again in Harbin before the end of the year. "
    "The pipeline under discussion would supply fifty billion cubic metres a year for thirty years."
)
DRILL_RU = (
    "Корабли двух стран завершили совместное патрулирование в Японском море. "
    "В учениях участвовали семь кораблей и два вертолёта. "
    "Следующий этап запланирован на весну."
)
TRADE_ZH = (
    "海关总署公布的数据显示，今年前十个月中俄贸易额同比下降百分之三。"
    "机电产品出口减少，而农产品进口继续增长。"
)
#: The next three each hold one quotation, with its speaker and the office.
PORT_EN = (
    "The port of Zarubino will take container trains from Jilin from 2027. "
    "“We have waited twenty years for these rails, and we shall not wait for another crane,” "
    "said Regional Transport Minister Oksana Belova. "
    "A delegation from Jilin will inspect the new berths between 1 and 3 December 2026."
)
PORT_RU = (
    "Порт Зарубино примет контейнерные поезда из провинции Цзилинь. "
    "«Мы готовим причалы к работе круглый год», — заявил начальник порта Егор Лапин. "
    "В мае 2026 года порт принял первый пробный состав."
)
PORT_ZH = (
    "扎鲁比诺港将开通吉林集装箱班列。"
    "首批设备已于11月16日运抵港口。"
    "吉林省商务厅厅长高建新表示：“新班列将把运输时间缩短一半以上。”"
)
VISA_EN = (
    "The consuls of both countries in Vladivostok met on 19 November 2026 over visas for drivers. "
    "Lorry drivers now wait eleven days for a stamp."
)
#: Its one sentence leans on a picture; no issue prints it.
PHOTO_RU = "На снимке: катера в гавани."


def place(
    source: str = "corpus",
    key: str = "rail.txt",
    title: str = "Second rail bridge opens",
    **fields: object,
) -> Place:
    """Return a place; times are before `CUTOFF`."""
    made = Place(
        source=source,
        key=key,
        title=title,
        collected=datetime(2026, 11, 20, 6, 30, tzinfo=UTC),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def article(text: str = RAIL_EN, language: str = "en", *places: Place) -> Article:
    """Return a first revision of a text, found at the places given or at one of its own."""
    identity = content_id(text)
    return Article(
        id=identity, root=identity, text=text, language=language, places=places or (place(),)
    )


def articles() -> tuple[Article, ...]:
    """Return eleven articles on seven events in English, Russian and Chinese.

    Dated and undated, with and without an address. The first six are the top stories of `brief()`.
    """
    day = datetime(2026, 11, 20, tzinfo=UTC)
    return (
        article(
            RAIL_EN,
            "en",
            place(
                "Border Trade Wire",
                "w1",
                "Second Amur rail bridge opens to freight",
                url="https://wire.example.org/amur-bridge?edition=asia&page=1",
                published=day.replace(hour=4),
                outlet="Border Trade Wire",
            ),
        ),
        article(
            RAIL_RU,
            "ru",
            place(
                "Вестник Приамурья",
                "p7",
                "Через Амур открыт второй железнодорожный мост",
                url="https://vestnik.example.net/2026/11/most",
                published=day.replace(hour=5, minute=20),
                outlet="Вестник Приамурья",
                origin="Агентство Амур",
            ),
        ),
        article(
            RAIL_ZH,
            "zh",
            place(
                "北疆日报",
                "b3",
                "第二座跨黑龙江铁路大桥开通",
                url="https://beijiang.example.com/a/3",
                published=day.replace(hour=3),
                outlet="北疆日报",
            ),
        ),
        article(
            GAS_EN,
            "en",
            place(
                "corpus",
                "gas-talks.txt",
                "Gas talks end without a price",
                outlet="Pipeline Monitor",
            ),
        ),
        article(
            DRILL_RU,
            "ru",
            place(
                "corpus",
                "drill.md",
                "Совместное патрулирование завершено",
                published=datetime(2026, 11, 19, 23, 45, tzinfo=UTC),
                outlet="Морской листок",
            ),
        ),
        article(
            TRADE_ZH,
            "zh",
            place("北疆日报", "b9", "前十个月中俄贸易额下降", published=day, outlet="北疆日报"),
        ),
        article(
            PORT_EN,
            "en",
            place(
                "Border Trade Wire",
                "w2",
                "Zarubino waits for its container trains",
                url="https://wire.example.org/zarubino",
                published=day.replace(hour=2),
                outlet="Border Trade Wire",
            ),
        ),
        article(
            PORT_RU,
            "ru",
            place("corpus", "port.md", "Порт Зарубино ждёт поезда", outlet="Вестник Приамурья"),
        ),
        article(
            PORT_ZH,
            "zh",
            place("北疆日报", "b4", "扎鲁比诺港班列即将开通", published=day, outlet="北疆日报"),
        ),
        article(
            VISA_EN,
            "en",
            place(
                "Border Trade Wire",
                "w3",
                "Consuls talk about visas for lorry drivers",
                url="https://wire.example.org/visas",
                published=day.replace(day=19),
                outlet="Border Trade Wire",
            ),
        ),
        article(
            PHOTO_RU,
            "ru",
            place("corpus", "photo.md", "Катера вернулись в гавань", outlet="Морской листок"),
        ),
    )


def sentences(found: Article) -> tuple[tuple[int, int], ...]:
    """Return the spans of the builders' own sentences; not a splitter for other texts."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end, sign in enumerate(found.text, 1):
        if sign in ".。":
            spans.append((start, end))
            start = end + 1 if found.text[end : end + 1] == " " else end
    return tuple(spans)
