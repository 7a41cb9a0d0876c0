"""What is worked out of one article by itself, before it is held against others.

It follows from the title, the text and the profile alone, and is most of what an issue costs but
for its pages. So it can be worked out as soon as an article is there, and kept
(`service.condensing`) in the bytes that `packed` gives. Of an article that is not about the topic
no more than that is kept: nothing else of it is asked for.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from service.model import Article, Part, Relevance
from service.stories.copies import sketch
from service.stories.features import Reading, read
from service.stories.vectors import Ints
from service.topic import Profile
from service.topic.gazetteer import hits
from service.topic.relevance import judged

_NUMBERS = np.dtype("<i8")
#: Of 1, 6 and 9 the first is as small to a twentieth, and the fastest.
_LEVEL = 1
#: Bytes that say how long the first of the two parts is.
_LENGTH = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """What is known of one article."""

    relevance: Relevance
    #: Ids of the entities that the title and the text name.
    names: frozenset[str] = frozenset()
    #: What its copies are looked for by (`copies.sketch`); None: not worked out.
    sketch: Ints | None = None
    #: The reading as it is kept: it takes twenty times the memory, and is wanted once.
    words: bytes | None = None

    def reading(self) -> Reading | None:
        """Return what stands in the article; None: not worked out, or what was kept is damaged."""
        if self.words is None:
            return None
        try:
            told = _loaded(self.words)
            return Reading(words=told["words"], marks=told["marks"], named=frozenset(told["named"]))
        except (ValueError, KeyError, TypeError):
            # Whoever asks reads the text instead, at the cost of a millisecond.
            return None


#: Of every article that is not about the topic, whatever its score.
BESIDE = Study(relevance=Relevance(score=0.0, relevant=False, parts=()))
#: Nothing is known.
NONE: Mapping[str, Study] = MappingProxyType({})


def judge(article: Article, profile: Profile) -> Study:
    """Work out whether an article is about the topic, and whom it names; `BESIDE` if it is not."""
    found = hits(f"{article.title}\n{article.text}", profile)
    relevance = judged(article.title, article.text, found, profile)
    if not relevance.relevant:
        return BESIDE
    names = frozenset(hit.target.id for hit in found if hit.target.role == "entity")
    return Study(relevance=relevance, names=names)


def study(article: Article, profile: Profile) -> Study:
    """Work out all that an article says by itself; `BESIDE` if it is not about the topic."""
    known = judge(article, profile)
    if known is BESIDE:
        return BESIDE
    reading = read(article, profile)
    words = {
        # Their order counts (`Reading`).
        "words": dict(reading.words),
        "marks": dict(reading.marks),
        "named": sorted(reading.named),
    }
    return Study(
        relevance=known.relevance,
        names=known.names,
        sketch=sketch(article),
        words=_dumped(words),
    )


def packed(study: Study) -> bytes | None:
    """Return a whole study in about a kilobyte, of which `unpacked` makes it again.

    None: `BESIDE`. Raises ValueError for one that is not whole.
    """
    if study is BESIDE:
        return None
    if study.sketch is None or study.words is None:
        raise ValueError("a study that is not whole")
    head = _dumped(
        {
            "score": study.relevance.score,
            "parts": [asdict(part) for part in study.relevance.parts],
            "names": sorted(study.names),
            "sketch": study.sketch.astype(_NUMBERS).tobytes().hex(),
        }
    )
    return len(head).to_bytes(_LENGTH, "little") + head + study.words


def unpacked(data: bytes | None) -> Study:
    """Return what `packed` was given. Raises ValueError for what it never gave."""
    if data is None:
        return BESIDE
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    told = _loaded(data[_LENGTH:end])
    try:
        return Study(
            relevance=Relevance(
                score=told["score"],
                relevant=True,
                parts=tuple(Part(**part) for part in told["parts"]),
            ),
            names=frozenset(told["names"]),
            sketch=np.frombuffer(bytes.fromhex(told["sketch"]), dtype=_NUMBERS).astype(np.int64),
            words=data[end:],
        )
    except (KeyError, TypeError) as error:
        raise ValueError("not the study of an article") from error


def _dumped(told: dict[str, Any]) -> bytes:
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), _LEVEL)


def _loaded(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(zlib.decompress(data))
    except zlib.error as error:
        raise ValueError("not the study of an article") from error
    if not isinstance(told, dict):
        raise ValueError("not the study of an article")
    return told
