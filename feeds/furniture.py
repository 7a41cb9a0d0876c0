"""What stands on a page beside the reporting, and is removed before anything reads the text.

Problem: files and feeds are full of captions, bylines, share lines and adverts, and a summarizer
likes them: they are short, dense in names, and stand where leads stand. Printed, one such line
costs the reader's trust in all others.

Choice: rules as data (`feeds.rules`), each with a name, a pattern and where it may apply, so that
each can be tested and read on its own. Two things keep reporting safe. A pattern must match a
*whole* paragraph, never part of one; and most patterns allow nothing in it that a sentence needs.
Rules that could match a headline or a name in the text apply at its edges only; lines of fields
(`feeds.heads`) do, too. Datelines alone are cut off a paragraph, from its start
(`feeds.agencies`).

All languages' rules apply to every text: a Russian page has English buttons, and a pattern in one
script cannot match another.

Rejected: a trained classifier (its errors cannot be explained to an analyst who asks where a
paragraph went); removing by substring ("follow us"), which eats sentences.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feeds.agencies import agency, credit, without_credit, without_dateline
from feeds.heads import head
from feeds.rules import RULES, Rule
from feeds.teasers import without_mark

#: How many paragraphs from either end count as its edge, once furniture beyond them is gone.
_EDGE = 3
#: No furniture is longer; longer paragraphs are not even compared.
_MAX = 700

_SENTENCE_END = re.compile(r"[.。!！?？…][\"'”’»)）」』\]]*$")
_PLAIN = re.compile(r"[\W_]+")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A paragraph that was taken out, and why."""

    rule: str
    paragraph: str
    #: What the paragraph says of the article: whose text it is, or when it was published.
    origin: str | None = None
    date: str | None = None


class _Rules:
    """Some rules in their order, and what tells at once that none of them matches.

    Most paragraphs are reporting: one pattern that is all of them takes a third of the time that
    one after the other take to say so.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._any = re.compile("|".join(_unnamed(rule) for rule in self._rules if not rule.words))
        self._words = tuple(word for rule in self._rules for word in rule.words)

    def possible(self, paragraph: str) -> tuple[Rule, ...]:
        """Return the rules that a paragraph has to be compared with."""
        if self._any.fullmatch(paragraph):
            return self._rules
        if not self._words:
            return ()
        low = paragraph.lower()
        found = {word for word in self._words if word in low}
        if not found:
            return ()
        return tuple(rule for rule in self._rules if not found.isdisjoint(rule.words))


def _unnamed(rule: Rule) -> str:
    """Return a rule's pattern as one of several in one: with its flags, and without names."""
    flags = "si" if rule.pattern.flags & re.IGNORECASE else "s"
    return f"(?{flags}:{re.sub(r'[(][?]P<[a-z]+>', '(?:', rule.pattern.pattern)})"


_ANYWHERE = _Rules(rule for rule in RULES if rule.where == "anywhere")
_AT_EDGES = _Rules(rule for rule in RULES if rule.where == "edges")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text without its furniture."""

    paragraphs: tuple[str, ...]
    #: Whose text it is, where dateline or furniture said so.
    origin: str | None = None
    #: In order of the text.
    removed: tuple[Removed, ...] = ()
    #: True where a mark behind the text says that it goes on elsewhere.
    goes_on: bool = False


def clean(paragraphs: Sequence[str], *, title: str | None = None) -> Cleaned:
    """Return the paragraphs without furniture, repeated headline, credits and dateline.

    paragraphs: normalised. title: the article's headline where it is known; only then can a lone
    name at the beginning be taken for a byline, for else it may be the headline itself. The only
    paragraph left is never removed as a lone name.
    """
    kept: list[tuple[int, str]] = []
    gone: dict[int, Removed] = {}
    for number, paragraph in enumerate(paragraphs):
        match = _matching(paragraph, _ANYWHERE)
        if match:
            gone[number] = match
        else:
            kept.append((number, paragraph))
    goes_on = any(without_mark(removed.paragraph) == ("", True) for removed in gone.values())
    while True:
        if kept:
            number, paragraph = kept[-1]
            left, marked = without_mark(paragraph)
            goes_on |= marked
            kept[-1:] = [(number, left)] if left else []
            if not left:
                gone[number] = Removed(rule="read more", paragraph=paragraph)
                continue
        found = _edge_furniture(kept, title)
        if not found:
            break
        position, removed = found
        gone[kept.pop(position)[0]] = removed
    texts = [paragraph for _, paragraph in kept]
    origins = [gone[number].origin for number in sorted(gone)]
    if texts:
        texts[-1], last = without_credit(texts[-1])
        texts[0], first = without_dateline(texts[0])
        origins = [first, *origins, last]
    return Cleaned(
        paragraphs=tuple(texts),
        origin=next((origin for origin in origins if origin), None),
        removed=tuple(gone[number] for number in sorted(gone)),
        goes_on=goes_on,
    )


def same_line(one: str, two: str) -> bool:
    """Tell whether two lines say the same but for case, punctuation and spaces."""
    first, second = _LETTER.search(one), _LETTER.search(two)
    if not first or not second or first[0].casefold() != second[0].casefold():
        return False
    plain = _PLAIN.sub("", one).casefold()
    return plain != "" and plain == _PLAIN.sub("", two).casefold()


def _edge_furniture(
    kept: Sequence[tuple[int, str]], title: str | None
) -> tuple[int, Removed] | None:
    """Return the position of the first furniture near either end, or None."""
    count = len(kept)
    for position in (*range(min(_EDGE, count)), *range(max(_EDGE, count - _EDGE), count)):
        paragraph = kept[position][1]
        at_top = position < _EDGE
        # In a short text the two edges meet; what is in its first half is not its tail.
        tail = position >= count - _EDGE and 2 * position >= count
        if at_top and title and same_line(paragraph, title):
            return position, Removed(rule="repeated headline", paragraph=paragraph)
        lone = count > 1 and ((tail and position > 0) or (at_top and title is not None))
        who = credit(paragraph)
        if who:
            return position, Removed(rule="agency credit", paragraph=paragraph, origin=who)
        found = _head_line(paragraph, above=at_top and _is_above(kept[:position]))
        found = found or _matching(paragraph, _AT_EDGES, lone=lone)
        if found:
            return position, found
    return None


def _head_line(paragraph: str, *, above: bool) -> Removed | None:
    """Return what is removed if the paragraph is a head line; above: with those without a label."""
    found = head(paragraph)
    if not found or not (above or found.labelled):
        return None
    rule = "date line" if found.dates_only else "head line"
    return Removed(rule=rule, paragraph=paragraph, origin=found.origin, date=found.date)


def _is_above(before: Sequence[tuple[int, str]]) -> bool:
    """Tell whether no sentence stands in the paragraphs before, but headlines at most."""
    return not any(_SENTENCE_END.search(paragraph) for _, paragraph in before)


def _matching(paragraph: str, rules: _Rules, *, lone: bool = True) -> Removed | None:
    """Return what is removed by the first rule that matches; lone: with those that need context."""
    if len(paragraph) > _MAX:
        return None
    for rule in rules.possible(paragraph):
        match = rule.pattern.fullmatch(paragraph) if lone or not rule.lone else None
        if match:
            groups = match.groupdict()
            whose = (groups.get("origin") or "").rstrip(" .")
            return Removed(
                rule=rule.name,
                paragraph=paragraph,
                origin=(agency(whose) or whose) if whose else None,
                date=groups.get("date"),
            )
    return None
