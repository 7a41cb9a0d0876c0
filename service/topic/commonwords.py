"""Words, surnames and abbreviations that make poor names, since texts use them for much else.

Compiled for this project from general knowledge; the stop words of `summarizers.stopwords` count as
well. Not complete, nor need it be: a profile that passes is not proved good, one that is doubted
shows a line to look at. A name of two words is never here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_EN_WORDS = """
may march august january june april will mark bill rose grant frank rich jack
polish turkey jordan chad georgia guinea reading nice bath cork orange
bush rice gates price stone wood forest lake hill field king queen prince duke bishop pope major
general marshal baker butcher cook miller smith taylor young long short brown green black white gray
hope joy faith grace dawn summer winter east west north south state union center centre
congress parliament senate council cabinet house party people national central bank army navy force
minister ministry president premier chairman secretary government capital federal republic
times post news press world star sun mirror guardian independent herald
apple amazon shell target visa gap mars oracle
"""
_EN_SURNAMES = """
li wang zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie
song tang han feng yu dong xiao cheng cao yuan deng shen peng lu jiang cai jia ding wei xue ye yan
pan du dai xia zhong tian ren fang shi qin hou bai kong cui qiu mao shao wan qian tan lai long gu xi
lee kim park choi jung nguyen tran singh khan ahmed ali hassan smith johnson williams jones brown
davis miller wilson moore taylor thomas jackson white harris martin thompson clark lewis walker
ivanov petrov smirnov kuznetsov popov sokolov volkov kozlov novikov morozov fedorov orlov
"""

_RU_WORDS = """
мир вера надежда любовь роман лев слава правда известия звезда труд заря восток запад север юг союз
совет дума палата банк партия народ страна город область край центр правительство президент министр
министерство республика федерация столица орёл орел белый черный новый
"""

_RU_SURNAMES = """
иванов петров смирнов кузнецов попов соколов волков козлов новиков морозов федоров орлов лебедев
семенов егоров павлов степанов николаев алексеев макаров захаров зайцев соловьев борисов ли ван чжан
лю чэнь ян хуан чжао у чжоу сунь ма чжу ху го линь хэ гао ло ким пак
"""

_ZH_WORDS = """
和平 建国 国庆 光明 东方 西方 胜利 前进 团结 友谊 发展 中心 长城 主席 总统 总理 部长 外长 政府 国家
人民 银行 公司 代表 委员 北方 南方 中央 地方 时报 日报 新闻 世界 海洋 太平 建设 文化 经济 希望
光华 志强 建华
"""

#: By language: words that name other things as well.
WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": frozenset(_EN_WORDS.split()),
        "ru": frozenset(word.replace("ё", "е") for word in _RU_WORDS.split()),
        "zh": frozenset(_ZH_WORDS.split()),
    }
)
#: By language: surnames that many people in the news have.
SURNAMES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": frozenset(_EN_SURNAMES.split()),
        "ru": frozenset(_RU_SURNAMES.split()),
        "zh": frozenset(),
    }
)
#: Abbreviations with what else they stand for.
ABBREVIATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CPC": "the Communist Party of China and the Caspian Pipeline Consortium",
        "PM": "prime minister, and hours after noon",
        "FM": "foreign minister, and radio",
        "MP": "member of parliament, and military police",
        "AI": "artificial intelligence, and Amnesty International",
        "PA": "the Palestinian Authority, and the Press Association",
        "IS": "Islamic State, and a capitalised verb",
        "IT": "information technology, and a capitalised pronoun",
        "DC": "the District of Columbia, and direct current",
        "ANC": "several parties and councils",
        "NDP": "several parties and plans",
        "FT": "the Financial Times, and feet",
    }
)
