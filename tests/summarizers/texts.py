"""Texts for the tests of this folder: written here, or generated from a seed."""

from collections.abc import Sequence

import numpy as np

from summarizers.base import Text, Unit
from summarizers.text import prepare

ENGLISH = (
    "Ministers of both governments opened a rail bridge across the Amur on Friday. "
    "The bridge cuts the journey for freight from the coal fields by 700 kilometres. "
    "Engineers needed six years to finish the bridge, two more than the contract allowed. "
    "Customs officers will inspect freight on both banks until a joint office is ready. "
    "Traders in the border towns expect the price of grain to fall once freight moves."
)
RUSSIAN = (
    "В пятницу министры двух стран открыли железнодорожный мост через Амур. "
    "Мост сокращает путь для грузов из угольных районов на 700 километров. "
    "Строители закончили мост за шесть лет, на два года позже срока. "
    "Таможенники будут проверять грузы на обоих берегах до открытия общего поста. "
    "Торговцы в приграничных городах ждут, что зерно подешевеет."
)
CHINESE = (
    "两国部长星期五为横跨黑龙江的铁路大桥揭幕。"
    "大桥使煤炭产区的货运里程缩短七百公里。"
    "工程师用六年时间建成大桥，比合同规定晚了两年。"
    "在联合口岸启用以前，海关人员将在两岸查验货物。"
    "边境城市的商人预计粮食价格将会下降。"
)


def article(text: str, language: str = "en", title: str = "") -> Text:
    """Return one article as units."""
    return prepare([(title, text)], language)[0]


def units(rows: Sequence[Sequence[str]], *, document: int = 0) -> Text:
    """Return a text whose units have the given content words."""
    return Text(
        units=tuple(
            Unit(text=" ".join(row), words=tuple(row), document=document, position=position)
            for position, row in enumerate(rows)
        ),
        titles=((),),
    )


def generated(count: int, *, seed: int, vocabulary: int = 0) -> Text:
    """Return `count` units of 4 to 24 words drawn by Zipf's law, as words of news are."""
    generator = np.random.default_rng(seed)
    size = vocabulary or 40 + 6 * count
    odds = 1.0 / np.arange(2, size + 2)
    odds /= odds.sum()
    rows = [
        [f"w{word}" for word in generator.choice(size, generator.integers(4, 25), p=odds)]
        for _ in range(count)
    ]
    return units(rows)
