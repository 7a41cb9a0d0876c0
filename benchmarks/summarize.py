"""The time of our summarizers beside sumy's, on the same tokens, in one run.

Each method is timed in pairs, ours and sumy's in turn, and the ratio is the median of the pairs'
ratios, so that a busy machine slows both. Texts are drawn by Zipf's law from a seed.
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from statistics import median

import numpy as np

from benchmarks.references import TASKS, rows
from summarizers import get, summarize
from summarizers.base import Text, Unit
from summarizers.text import sentences, stems

SIZES = (25, 125, 400)
#: Pairs for each size; sumy's KL takes a minute for each at 400 sentences.
PAIRS = {25: 11, 125: 5, 400: 3}
#: Least ratios asked for, by method and size.
ASKED = {
    ("lexrank", 25): 2, ("lexrank", 125): 40, ("lexrank", 400): 100,
    ("textrank", 25): 2, ("textrank", 125): 40, ("textrank", 400): 100,
    ("kl", 400): 500,
}  # fmt: skip
METHODS = ("lexrank", "textrank", "lsa", "luhn", "kl", "sumbasic", "reduction")
_LARGE = 20_000


def drawn(count: int, seed: int, vocabulary: int) -> Text:
    """Return a text of `count` sentences of 6 to 30 words."""
    generator = np.random.default_rng(seed)
    odds = 1.0 / np.arange(8, vocabulary + 8)
    odds /= odds.sum()
    units = []
    for position in range(count):
        size = int(generator.integers(6, 31))
        words = tuple(f"w{w}" for w in generator.choice(vocabulary, size, p=odds))
        units.append(Unit(text=" ".join(words), words=words, position=position))
    return Text(units=tuple(units), titles=((),))


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def pairs(name: str, text: Text, count: int) -> tuple[float, float, float]:
    """Return the median seconds of ours and of sumy's, and the median of the ratios."""
    ours, theirs = get(name), get(f"sumy:{name}")
    ours.scores(text)  # the first call imports
    found = [
        (seconds(lambda: ours.scores(text)), seconds(lambda: theirs.scores(text)))
        for _ in range(count)
    ]
    return (
        median(pair[0] for pair in found),
        median(pair[1] for pair in found),
        median(pair[1] / pair[0] for pair in found),
    )


def against_sumy() -> None:
    """Print a line for each method and size."""
    print(f"{'method':<12}{'sentences':>10}{'ours ms':>10}{'sumy ms':>11}{'ratio':>8}  asked")
    for name in METHODS:
        for size in SIZES:
            text = drawn(size, seed=size, vocabulary=40 + 8 * size)
            count = PAIRS[size]
            ours, theirs, ratio = pairs(name, text, count)
            asked = ASKED.get((name, size))
            note = "" if asked is None else f"{asked} times: {'ok' if ratio >= asked else 'MISSED'}"
            times = f"{1000 * ours:>10.2f}{1000 * theirs:>11.1f}{ratio:>8.0f}"
            print(f"{name:<12}{size:>10}{times}  {note}", flush=True)


def large() -> None:
    """Print the time and the greatest memory so far at 20,000 sentences."""
    text = drawn(_LARGE, seed=1, vocabulary=30_000)
    print(f"\n{_LARGE:,} sentences in one call (asked: 10 s, 1 GB)")
    for name in ("lexrank", "lexrank-continuous", *METHODS[1:], "news", "coverage"):
        taken = seconds(lambda n=name: get(n).scores(text))  # type: ignore[misc]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1 << 20 if sys.platform == "darwin" else 1 << 10
        )
        print(f"  {name:<20}{taken:>8.2f} s   peak {peak:>6.0f} MB")


def stories() -> None:
    """Print the time of `coverage` on ten articles beside sumy's LexRank."""
    task = next(t for t in TASKS if t.words)
    if not task.path.exists():
        print(f"\nno {task.path}: the time of ten articles is not measured")
        return
    found = [row.text for row in rows(task)]
    documents: list[list[Unit]] = []
    for text in found:
        for number in sorted({u.document for u in text.units}):
            documents.append([u for u in text.units if u.document == number])
    tens = [documents[start : start + 10] for start in range(0, 100, 10)]
    ours, theirs = [], []
    for ten in tens:
        units = tuple(
            Unit(text=u.text, words=u.words, document=number, position=u.position)
            for number, document in enumerate(ten)
            for u in document
        )
        text = Text(units=units, titles=((),) * 10)
        ours.append(seconds(lambda t=text: summarize("coverage", t, words=220)))  # type: ignore[misc]
        theirs.append(seconds(lambda t=text: get("sumy:lexrank").scores(t)))  # type: ignore[misc]
    ratio = median(b / a for a, b in zip(ours, theirs, strict=True))
    print(
        f"\nten articles: coverage {1000 * median(ours):.0f} ms (asked: 200),"
        f" sumy's LexRank {1000 * median(theirs):.0f} ms, ratio {ratio:.1f} (asked: 10)"
    )


def tokens() -> None:
    """Print the speed of splitting and tokenising, beside sumy's tokenizer on our sentences."""
    task = next(t for t in TASKS if t.words)
    if not task.path.exists():
        return
    texts = ["\n\n".join(u.text for u in row.text.units) for row in rows(task)]
    size = sum(len(text.encode()) for text in texts) / 1e6

    def ours() -> None:
        for text in texts:
            for start, end in sentences(text, "en"):
                stems(text[start:end], "en")

    def theirs() -> None:
        # What sumy's tokenizer calls for a sentence; its own splitter needs a download.
        tokenizer = import_module("nltk.tokenize").NLTKWordTokenizer()
        stem = import_module("sumy.nlp.stemmers").Stemmer("english")
        for text in texts:
            for start, end in sentences(text, "en"):
                for word in tokenizer.tokenize(text[start:end]):
                    stem(word)

    def busy(work: Callable[[], None]) -> float:
        """Return the processor's seconds: "on one core", whatever else the machine does."""
        begin = time.process_time()
        work()
        return time.process_time() - begin

    ours()
    rate = median(size / busy(ours) for _ in range(5))
    other = size / busy(theirs)
    print(
        f"\nsplitting, words and stems of {size:.1f} MB of English: {rate:.1f} MB/s (asked: 5),"
        f" with nltk's words and sumy's stems {other:.2f} MB/s"
    )


def main(words: Sequence[str]) -> None:
    """Print all tables."""
    against_sumy()
    stories()
    tokens()
    large()
