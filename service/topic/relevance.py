"""How far an article is about the topic: a sum of named parts, each of which can be printed.

What counts most is how densely the side that is named *less* is named: an article about two parties
keeps coming back to both, while one about a third party names them together once. The rest refines
the order. The weights are plain numbers, chosen on 118 graded articles that all name China and
Russia (`benchmarks/stories.py` measures them again). Tried and left out: the share of the two among
all countries named, and the balance between the two, which both rank worse than chance would have
it once density is in; and the first 600 characters as the lead, since a list of great powers stands
there, and a teaser of three sentences that names both in the last was in by it.

Short reports are decided by their first sentence: ten sentences are the least that density is taken
over, so that one mention of each side is too little alone, and the lead, shared with the third
countries in it, makes it enough.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import fsum

from service.model import Part, Relevance
from service.topic.gazetteer import Hit, hits
from service.topic.profile import Profile

#: Weights of the parts; each part is its weight times a value in [0, 1].
DENSITY = 2.0
TITLE = 0.7
PAIRS = 0.5
LEAD = 0.2
ACTORS = 0.1
TRACKS = 0.1
#: The highest score that there is: a threshold above it would take nothing.
HIGHEST = fsum((DENSITY, TITLE, PAIRS, LEAD, ACTORS, TRACKS))

#: Mentions of the lesser side a sentence, from which on density is full.
_FULL_DENSITY = 0.5
#: Share of sentences that name all sides, from which on pairs are full.
_FULL_PAIRS = 0.5
#: A text shorter than this is taken as this long: one passing mention in a teaser is no argument.
_MIN_SENTENCES = 10
#: The lead is the first sentence, and what follows it while it is shorter than this, in code points
#: (a Chinese character counts as three): an abbreviation, a cry, a rubric.
_SHORT = 20

_SENTENCE = re.compile(r"[^.!?。！？\n]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_STOP = re.compile(r"[.!?](?=\s|$)|[。！？\n]")


def relevance(title: str, text: str, profile: Profile) -> Relevance:
    """Return the score of an article with its parts, and whether it is about the topic.

    It is about the topic when it names every side and its score reaches the profile's threshold.
    """
    return judged(title, text, hits(f"{title}\n{text}", profile), profile)


def judged(title: str, text: str, found: Sequence[Hit], profile: Profile) -> Relevance:
    """Do as `relevance` does. found: the hits of the title, a line feed and the text."""
    whole = f"{title}\n{text}"
    names = [h for h in found if h.target.role == "entity"]
    sides = [side.id for side in profile.sides]
    count = Counter(side for h in names for side in h.target.sides)
    lesser = min(count[side] for side in sides)
    body = len(title) + 1
    pieces = _pieces(whole, body, names, sides)
    length = max(pieces[0], _MIN_SENTENCES)
    in_title = _all_named([h for h in names if h.start < body], sides)
    opening = [h for h in names if h.start < body + _lead(text)]
    in_lead = _all_named(opening, sides)
    crowd = len(_thirds(opening))
    actors = {h.target.id for h in names if h.target.sides and h.target.kind != "country"}
    # Words of tracks count where a side is named: an article on oil is not one on the two.
    near = lesser > 0
    tracks = Counter(h.target.id for h in found if h.target.role == "track") if near else Counter()
    parts = (
        Part(
            name="density",
            value=DENSITY * min(1.0, lesser / length / _FULL_DENSITY),
            detail=", ".join(f"{side.name} {count[side.id]} times" for side in profile.sides)
            + f" in {pieces[0]} sentences",
        ),
        Part(
            name="title",
            value=TITLE * in_title,
            detail="the title names " + ("every side" if in_title else "not every side"),
        ),
        Part(
            name="lead",
            value=LEAD * in_lead / (1 + crowd),
            detail=f"title and first sentence name every side, third countries {crowd}"
            if in_lead
            else "title and first sentence name not every side",
        ),
        Part(
            name="one sentence",
            value=PAIRS * min(1.0, pieces[1] / length / _FULL_PAIRS),
            detail=f"{pieces[2]} sentences name every side, {pieces[3]} of them no third country",
        ),
        Part(
            name="actors",
            value=ACTORS * min(1.0, len(actors) / 4) * near,
            detail=", ".join(sorted(actors)),
        ),
        Part(
            name="tracks",
            value=TRACKS * min(1.0, fsum(tracks.values()) / length),
            detail=", ".join(f"{track} {n}" for track, n in sorted(tracks.items())),
        ),
    )
    score = fsum(part.value for part in parts)
    return Relevance(score=score, relevant=lesser > 0 and score >= profile.threshold, parts=parts)


def _all_named(names: Sequence[Hit], sides: Sequence[str]) -> bool:
    return set(sides) <= {side for h in names for side in h.target.sides}


def _pieces(
    whole: str, body: int, names: Sequence[Hit], sides: Sequence[str]
) -> tuple[int, float, int, int]:
    """Count sentences, roughly: (all, weight of those that name every side, those, pure ones).

    The weight of a sentence is one over one plus the third countries that it names. The cut is by
    end marks only; an abbreviation makes two of one, which moves a density by little and costs
    nothing.
    """
    total, weight, joint, pure = 0, 0.0, 0, 0
    at = 0
    for match in _SENTENCE.finditer(whole):
        inside = []
        while at < len(names) and names[at].start < match.end():
            inside.append(names[at])
            at += 1
        piece = match[0]
        if match.start() >= body and len(piece) + len(_HAN.findall(piece)) > 20:
            total += 1
        if _all_named(inside, sides):
            others = _thirds(inside)
            joint += 1
            pure += not others
            weight += 1 / (1 + len(others))
    return total, weight, joint, pure


def _thirds(names: Sequence[Hit]) -> set[str]:
    """Return the ids of the third countries named, and of their people."""
    kinds = ("country", "official", "leader", "minister")
    return {h.target.id for h in names if not h.target.sides and h.target.kind in kinds}


def _lead(text: str) -> int:
    """Return the length of a text's lead, in code points."""
    for match in _STOP.finditer(text):
        begun = text[: match.end()].strip()
        if len(begun) + 2 * len(_HAN.findall(begun)) >= _SHORT:
            return match.end()
    return len(text)
