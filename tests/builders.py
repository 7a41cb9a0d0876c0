"""Builders of model objects: every field has a sensible value, and a test names only what matters.

The articles are written for these tests, in English, Chinese and Russian. `brief()` is a full issue
whose every line really is a span of one of `articles()`; `quiet()` is an issue of a period in which
nothing was found.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from service.model import (
    ActorCount,
    Article,
    Badge,
    Brief,
    Change,
    Coverage,
    DayCount,
    EventItem,
    Line,
    Method,
    Period,
    Phrase,
    Problem,
    QuoteItem,
    SourceRead,
    SourceRef,
    StoryItem,
    TrackCount,
    TrackItems,
)
from tests.articles import (
    CUTOFF,
    DRILL_RU,
    GAS_EN,
    PHOTO_RU,
    PORT_EN,
    PORT_RU,
    PORT_ZH,
    RAIL_EN,
    RAIL_RU,
    RAIL_ZH,
    TRADE_ZH,
    VISA_EN,
    article,
    articles,
    place,
    sentences,
)

__all__ = [
    "CUTOFF",
    "DRILL_RU",
    "GAS_EN",
    "PHOTO_RU",
    "PORT_EN",
    "PORT_RU",
    "PORT_ZH",
    "RAIL_EN",
    "RAIL_RU",
    "RAIL_ZH",
    "START",
    "TRADE_ZH",
    "VISA_EN",
    "article",
    "articles",
    "brief",
    "event",
    "line",
    "place",
    "quiet",
    "quotation",
    "reference",
    "sentences",
    "story",
]

START = datetime(2026, 11, 17, 23, 0, tzinfo=UTC)


def line(number: int, found: Article, index: int, source: int) -> Line:
    """Return sentence `index` of an article as a printed line."""
    start, end = sentences(found)[index]
    return Line(
        number=number,
        text=found.text[start:end],
        language=found.language,
        article=found.id,
        start=start,
        end=end,
        source=source,
    )


def quotation(
    number: int,
    found: Article,
    source: int,
    *,
    words: str,
    speaker: str,
    office: str,
    published: datetime | None,
) -> QuoteItem:
    """Return words of an article as a printed quotation; each text must stand in it once."""

    def span(text: str) -> tuple[int, int]:
        start = found.text.index(text)
        return start, start + len(text)

    start, end = span(words)
    who, what = span(speaker), span(office)
    return QuoteItem(
        line=replace(line(number, found, 0, source), text=words, start=start, end=end),
        speaker=Phrase(text=speaker, start=who[0], end=who[1]),
        office=Phrase(text=office, start=what[0], end=what[1]),
        published=published,
        outlet=found.outlet,
    )


def event(printed: Line, start: date, end: date | None = None, *, month: bool = False) -> EventItem:
    """Return a line under the date of its event: a day, a range, or a month."""
    return EventItem(
        line=printed, start=start, end=end or start, precision="month" if month else "day"
    )


def reference(number: int, found: Article, *cited_by: int, **fields: object) -> SourceRef:
    """Return an article's entry in the list of sources."""
    made = SourceRef(
        number=number,
        article=found.id,
        title=found.title,
        outlet=found.outlet,
        language=found.language,
        source=found.places[0].source,
        key=found.places[0].key,
        collected=found.collected,
        published=found.published,
        url=found.url,
        origin=found.origin,
        cited_by=cited_by,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def story(
    best: Article, lines: tuple[Line, ...], sources: tuple[SourceRef, ...], badge: Badge | None
) -> StoryItem:
    """Return a story told by the sources given, the first of which has the headline."""
    dates = sorted(s.published for s in sources if s.published)
    return StoryItem(
        id=min(s.article for s in sources),
        headline=best.title,
        language=best.language,
        source=sources[0].number,
        lines=lines,
        outlets=tuple(sorted({s.outlet for s in sources})),
        origins=len(sources),
        languages=tuple(sorted({s.language for s in sources})),
        sources=tuple(s.number for s in sources),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        badge=badge,
    )


def brief(**fields: object) -> Brief:
    """Return a full issue with every section.

    Four top stories and three by field, eleven sources in three languages, and one failed source.
    """
    rail_en, rail_ru, rail_zh, gas, drill, trade, port_en, port_ru, port_zh, visa, photo = (
        articles()
    )
    sources = (
        reference(1, rail_en, 1, 4, 19),
        reference(2, rail_ru, 5, 18),
        reference(3, rail_zh, 6, state_media="CN"),
        reference(4, gas, 2, 7),
        reference(5, drill, 3, 8),
        reference(6, trade, 9, state_media="CN"),
        reference(7, port_en, 10, 12, 20),
        reference(8, visa, 11, 17),
        reference(9, photo),
        reference(10, port_ru, 13, 15),
        reference(11, port_zh, 14, 16, state_media="CN"),
    )
    made = Brief(
        title="China–Russia Brief",
        marking="UNCLASSIFIED – open sources",
        edition="daily",
        number=12,
        language="en",
        period=Period(start=START, end=CUTOFF),
        cutoff=CUTOFF,
        timezone="Asia/Shanghai",
        bottom_line=(line(1, rail_en, 0, 1), line(2, gas, 0, 4), line(3, drill, 0, 5)),
        stories=(
            story(
                rail_en,
                (line(4, rail_en, 1, 1), line(5, rail_ru, 2, 2), line(6, rail_zh, 1, 3)),
                sources[:3],
                "new",
            ),
            story(gas, (line(2, gas, 0, 4), line(7, gas, 1, 4)), sources[3:4], "continuing"),
            story(drill, (line(8, drill, 1, 5),), sources[4:5], "updated"),
            story(trade, (line(9, trade, 0, 6),), sources[5:6], None),
        ),
        changed=(
            Change(
                kind="updated",
                headline=drill.title,
                language="ru",
                source=5,
                told=datetime(2026, 11, 17, 23, 0, tzinfo=UTC),
                issue=9,
            ),
            Change(kind="new", headline=rail_en.title, language="en", source=1),
            Change(
                kind="quiet",
                headline="Soya quotas under review",
                language="en",
                told=datetime(2026, 11, 8, 23, 0, tzinfo=UTC),
                issue=6,
            ),
            Change(
                kind="continuing",
                headline=gas.title,
                language="en",
                source=4,
                told=datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
                issue=11,
            ),
        ),
        tracks=(
            TrackItems(
                id="military",
                name="Military",
                items=(story(photo, (), sources[8:9], None),),
            ),
            TrackItems(
                id="trade",
                name="Trade, finance and sanctions",
                items=(
                    story(
                        port_en,
                        (line(10, port_en, 0, 7),),
                        (sources[6], sources[9], sources[10]),
                        "new",
                    ),
                    story(visa, (line(11, visa, 1, 8),), sources[7:8], None),
                ),
            ),
        ),
        quotes=(
            quotation(
                12,
                port_en,
                7,
                words="We have waited twenty years for these rails, and we shall not wait for "
                "another crane,",
                speaker="Oksana Belova",
                office="Regional Transport Minister",
                published=port_en.published,
            ),
            quotation(
                13,
                port_ru,
                10,
                words="Мы готовим причалы к работе круглый год",
                speaker="Егор Лапин",
                office="начальник порта",
                published=None,
            ),
            quotation(
                14,
                port_zh,
                11,
                words="新班列将把运输时间缩短一半以上。",
                speaker="高建新",
                office="吉林省商务厅厅长",
                published=port_zh.published,
            ),
        ),
        timeline=(
            event(line(15, port_ru, 2, 10), date(2026, 5, 1), date(2026, 5, 31), month=True),
            event(line(16, port_zh, 1, 11), date(2026, 11, 16)),
            event(line(17, visa, 0, 8), date(2026, 11, 19)),
            event(line(18, rail_ru, 0, 2), date(2026, 11, 19)),
        ),
        watch=(
            event(line(19, rail_en, 2, 1), date(2026, 12, 1), date(2026, 12, 31), month=True),
            event(line(20, port_en, 2, 7), date(2026, 12, 1), date(2026, 12, 3)),
        ),
        coverage=Coverage(
            sources=(
                SourceRead(name="Border Trade Wire", kind="feed", state="read", items=40, new=6),
                SourceRead(
                    name="Harbour Gazette",
                    kind="feed",
                    state="failed",
                    items=0,
                    new=0,
                    error="the server answered 503 three times",
                ),
                SourceRead(name="corpus", kind="folder", state="partial", items=9, new=5),
                SourceRead(name="Вестник Приамурья", kind="feed", state="silent", items=20, new=0),
                SourceRead(name="北疆日报", kind="feed", state="read", items=12, new=6),
            ),
            articles=17,
            relevant=12,
            printed=11,
            languages=(("en", 5), ("ru", 4), ("zh", 3)),
            unread=(("de", 2),),
            state_media=3,
            per_day=((date(2026, 11, 18), 1), (date(2026, 11, 19), 1), (date(2026, 11, 20), 7)),
            undated=3,
            by_country=(
                DayCount(day=date(2026, 11, 18), country="", articles=1),
                DayCount(day=date(2026, 11, 19), country="CN", articles=1),
                DayCount(day=date(2026, 11, 20), country="", articles=5),
                DayCount(day=date(2026, 11, 20), country="CN", articles=2),
            ),
            tracks=(
                TrackCount(id="military", name="Military", stories=2, articles=2),
                TrackCount(id="energy", name="Energy", stories=1, articles=1),
                TrackCount(id="trade", name="Trade, finance and sanctions", stories=3, articles=7),
            ),
            actors=(
                ActorCount(id="jilin", name="Jilin Port Group", articles=4, before=1),
                ActorCount(id="mofa", name="外交部", articles=2, before=2),
                ActorCount(id="mongolia", name="Mongolia", articles=1, before=0),
                ActorCount(id="fleet", name="Pacific Fleet", articles=0, before=3),
            ),
            problems=(
                Problem(
                    source="corpus",
                    key="scan.txt",
                    reason="is not text: bytes of an image; left out",
                ),
                Problem(
                    source="Harbour Gazette",
                    key="",
                    reason="the server answered 503 three times; will be tried again",
                ),
            ),
        ),
        sources=sources,
        method=Method(
            version="0.1.0",
            summarizer="lexrank",
            topic="china-russia",
            components=(("sentencex", "1.0"), ("scipy", "1.16")),
        ),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def quiet(**fields: object) -> Brief:
    """Return an issue of a period in which every source was read and nothing was found."""
    coverage = Coverage(
        sources=(
            SourceRead(name="Border Trade Wire", kind="feed", state="silent", items=40, new=0),
            SourceRead(name="corpus", kind="folder", state="read", items=9, new=2),
        ),
        articles=2,
        relevant=0,
        printed=0,
        languages=(),
        unread=(),
        state_media=0,
        per_day=(),
        undated=0,
    )
    made = brief(
        bottom_line=(),
        changed=(),
        stories=(),
        tracks=(),
        quotes=(),
        timeline=(),
        watch=(),
        sources=(),
        coverage=coverage,
        number=13,
    )
    return replace(made, **fields)  # type: ignore[arg-type]
