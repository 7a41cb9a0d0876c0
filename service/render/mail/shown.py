"""What of an issue the HTML of a message shows: from everything down to the bare frame. Pure.

Each kind has a list of levels, the most first; the message has the first that fits. What comes last
in the issue is left out first, and a notice names it.

digest  the bottom line, and of the top stories headline, facts and at most two sentences that the
        bottom line does not have. Left out: second sentences from the last story on, then first
        sentences, then whole stories.
full    everything. Left out: the watch list, the timeline, the quotations, the tracks, the list of
        sources; then all but the first sentence of each story, then half of the stories at a time,
        the changes.
both    at the very end the bottom line: only one of 20,000 words is not printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile

from service.model import Brief, Line, StoryItem
from service.render.fold import width

#: Left out of a full message in this order, by the name of the brief's field.
DROPPED = ("watch", "timeline", "quotes", "tracks", "sources", "changed", "bottom_line")
_PER_STORY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story, and those of its sentences that are shown."""

    item: StoryItem
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A level: the stories told, and the sections that there is room for."""

    stories: tuple[Told, ...]
    #: Of `DROPPED`.
    sections: frozenset[str]
    #: Top stories that are not told.
    more: int
    #: Whether a story lacks sentences that the issue has.
    short: bool = False
    #: Names of sections that the issue has and the message does not, in the issue's order.
    omitted: tuple[str, ...] = ()
    #: Numbers of the sources cited by what is shown.
    cited: frozenset[int] = frozenset()


def words(text: str) -> int:
    """Return the length of a text in words; where no blanks stand, five wide signs are three.

    Three English words are told in about five Chinese signs.
    """
    narrow = "".join(sign if width(sign) < 2 else " " for sign in text)
    wide = sum(width(sign) == 2 and sign.isalnum() for sign in text)
    return len([word for word in narrow.split() if any(map(str.isalnum, word))]) + -(-wide * 3 // 5)


def digests(brief: Brief, *, most_words: int) -> tuple[Shown, ...]:
    """Return the levels of a digest, the most first; none whose sentences alone are too many."""
    said = {line.number for line in brief.bottom_line}
    fresh = [[n for n in item.lines if n.number not in said] for item in brief.stories]
    # Story by story the headlines, then the first sentences, then the second ones.
    steps = [(index, 0) for index in range(len(fresh))]
    texts = [item.headline for item in brief.stories]
    for rank in range(1, _PER_STORY + 1):
        told_here = [index for index, lines in enumerate(fresh) if len(lines) >= rank]
        steps += [(index, rank) for index in told_here]
        texts += [fresh[index][rank - 1].text for index in told_here]
    # Only as far as they can fit: there may be hundreds of long ones.
    spent = accumulate(words(text) for text in texts)
    steps = steps[: sum(1 for _ in takewhile(lambda total: total <= most_words, spent))]
    top = frozenset({"bottom_line"})
    levels = []
    for taken in range(len(steps), -1, -1):
        ranks = dict(steps[:taken])
        told = tuple(
            Told(item=brief.stories[index], lines=tuple(fresh[index][:rank]))
            for index, rank in sorted(ranks.items())
        )
        more = len(brief.stories) - len(told)
        levels.append(Shown(stories=told, sections=top, more=more, short=True))
    bare = Shown(
        stories=(),
        sections=frozenset(),
        more=len(brief.stories),
        short=True,
        omitted=("bottom_line",) if brief.bottom_line else (),
    )
    return (*levels, bare)


def fulls(brief: Brief) -> tuple[Shown, ...]:
    """Return the levels of a full message, the most first."""
    return tuple(_full(brief, *level) for level in _levels(len(brief.stories)))


def _levels(stories: int) -> Iterator[tuple[int, int | None, int]]:
    """Yield (stories, sentences of each or None for all, sections dropped)."""
    for dropped in range(DROPPED.index("changed")):
        yield stories, None, dropped
    dropped = DROPPED.index("changed")
    yield stories, None, dropped
    while stories:
        yield stories, 1, dropped
        stories //= 2
    yield 0, 1, dropped
    yield 0, 1, dropped + 1
    yield 0, 1, dropped + 2


def _full(brief: Brief, stories: int, sentences: int | None, dropped: int) -> Shown:
    sections = frozenset(DROPPED[dropped:])
    told = tuple(Told(item=item, lines=item.lines[:sentences]) for item in brief.stories[:stories])
    kept: list[Line] = [line for one in told for line in one.lines]
    numbers = {one.item.source for one in told}
    if "bottom_line" in sections:
        kept += brief.bottom_line
    if "changed" in sections:
        numbers |= {change.source for change in brief.changed if change.source is not None}
    if "tracks" in sections:
        for item in (item for track in brief.tracks for item in track.items):
            kept += item.lines
            numbers.add(item.source)
    if "quotes" in sections:
        kept += [quote.line for quote in brief.quotes]
    for name, events in (("timeline", brief.timeline), ("watch", brief.watch)):
        if name in sections:
            kept += [event.line for event in events]
    numbers |= {line.source for line in kept}
    return Shown(
        stories=told,
        sections=sections,
        more=len(brief.stories) - stories,
        short=any(len(one.lines) < len(one.item.lines) for one in told),
        omitted=tuple(
            name for name in reversed(DROPPED) if name not in sections and getattr(brief, name)
        ),
        cited=frozenset(numbers),
    )
