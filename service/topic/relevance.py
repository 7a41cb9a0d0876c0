"""How far an article is about the topic: a sum of named parts, each of which can be printed.

What counts most is how densely the side that is named *less* is named: an article about two parties
keeps coming back to both, while one about a third party names them together once. The rest refines
the order. The weights are plain numbers, chosen on 118 graded articles that all name China and
Russia (`benchmarks/stories.py` measures them again). Tried and left out: the share of the two among
all countries named, and the balance between the two, which both rank worse than chance would have
it once density is in; and a large weight for the lead, since a list of great powers stands there.
"""

import re
from collections import Counter
from collections.abc import Sequence

from service.model import Part, Relevance
from service.topic.gazetteer import Hit, hits
from service.topic.profile import Profile

#: Weights of the parts; each part is its weight times a value in [0, 1].
DENSITY = 2.0
TITLE = 0.7
PAIRS = 0.5
LEAD = 0.1
ACTORS = 0.1
TRACKS = 0.1

#: Mentions of the lesser side a sentence, from which on density is full.
_FULL_DENSITY = 0.5
#: Share of sentences that name all sides, from which on pairs are full.
_FULL_PAIRS = 0.5
#: A text shorter than this is taken as this long: one passing mention in a teaser is no argument.
_MIN_SENTENCES = 8
#: The lead of a text, in code points; a Chinese text says the same in a third of them.
_LEAD = 600
_LEAD_HAN = 200

_SENTENCE = re.compile(r"[^.!?。！？\n]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


def relevance(title: str, text: str, profile: Profile) -> Relevance:
    """Return the score of an article with its parts, and whether it is about the topic.

    It is about the topic when it names every side and its score reaches the profile's threshold.
    """
    whole = f"{title}\n{text}"
    found = hits(whole, profile)
    names = [h for h in found if h.target.role == "entity"]
    sides = [side.id for side in profile.sides]
    count = Counter(side for h in names for side in h.target.sides)
    lesser = min(count[side] for side in sides)
    body = len(title) + 1
    pieces = _pieces(whole, body, names, sides)
    length = max(pieces[0], _MIN_SENTENCES)
    lead = _LEAD_HAN if len(_HAN.findall(text[:_LEAD])) > _LEAD_HAN // 2 else _LEAD
    in_title = _all_named([h for h in names if h.start < body], sides)
    in_lead = _all_named([h for h in names if body <= h.start < body + lead], sides)
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
            value=LEAD * in_lead,
            detail="the lead names " + ("every side" if in_lead else "not every side"),
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
            value=TRACKS * min(1.0, sum(tracks.values()) / length),
            detail=", ".join(f"{track} {n}" for track, n in sorted(tracks.items())),
        ),
    )
    score = sum(part.value for part in parts)
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
            others = {h.target.id for h in inside if not h.target.sides and _is_third(h)}
            joint += 1
            pure += not others
            weight += 1 / (1 + len(others))
    return total, weight, joint, pure


def _is_third(hit: Hit) -> bool:
    return hit.target.kind in ("country", "official", "leader", "minister")
