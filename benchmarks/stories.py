"""Relevance and stories on labelled articles, and how their cost grows.

    ./run bench stories             quality, where the labelled articles are beside the checkout
    ./run bench stories grow [N …]  time and memory at N articles; 1,000 and 10,000 unless told
    ./run bench stories add [N]     100 new articles on N known ones, 10,000 unless told

Quality: B-cubed F1 of the shipped setting and of thresholds around it, so that what was gained by
the choice can be seen; average precision of relevance. The articles of `grow` are made of invented
words with the frequencies of a language, in stories of one to fifteen. Seconds are of the
processor, so that other work on the machine does not count; all of it is one thread.
"""

import itertools
import json
import random
import resource
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from service.model import Article, Place, Relevance, content_id
from service.stories import cluster
from service.stories.cluster import forget
from service.stories.linkage import RULE
from service.topic import load, relevance
from summarizers.text import stems

BENCH = Path(__file__).resolve().parents[1] / "../shared/bench"
PROFILE = load("china-russia")
DAY = datetime(2025, 1, 1, tzinfo=UTC)
THRESHOLDS = (0.09, 0.11, 0.13, 0.15, 0.17)


def main(words: list[str]) -> None:
    """Print quality, growth, or what new articles cost."""
    if words and words[0] == "grow":
        grow([int(word) for word in words[1:]] or [1_000, 10_000])
    elif words and words[0] == "add":
        add(int(words[1]) if len(words) > 1 else 10_000)
    elif not BENCH.exists():
        print(f"no labelled articles in {BENCH}")
    else:
        rank(BENCH / "relevance.jsonl")
        for name in ("stories_ecbplus.jsonl", "multi_multinews.jsonl"):
            group(BENCH / name)


def rank(file: Path) -> None:
    """Print how well relevance ranks graded articles, and what the threshold takes."""
    rows = read(file)
    found = [relevance(row["title"], row["text"], PROFILE) for row in rows]
    grades = [row["grade"] for row in rows]
    taken = [grade for grade, f in zip(grades, found, strict=True) if f.relevant]
    print(
        f"relevance  {len(rows)} articles  average precision, grade 2 "
        f"{average_precision(grades, found, 2):.3f}, grade 1 "
        f"{average_precision(grades, found, 1):.3f}  taken {len(taken)}: "
        f"grade 2 {taken.count(2)} of {grades.count(2)}, 1 {taken.count(1)} of {grades.count(1)}, "
        f"0 {taken.count(0)} of {grades.count(0)}"
    )


def average_precision(grades: Sequence[int], found: Sequence[Relevance], grade: int) -> float:
    """Return the mean, over the articles of at least this grade, of the precision down to each."""
    hits, total = 0, 0.0
    order = sorted(range(len(grades)), key=lambda i: -found[i].score)
    for place, i in enumerate(order, 1):
        if grades[i] >= grade:
            hits += 1
            total += hits / place
    return total / max(1, hits)


def group(file: Path) -> None:
    """Print B-cubed F1 on labelled stories, by threshold and without cohesion."""
    pairs = [
        (article(text), row.get("story", row["id"]))
        for row in read(file)
        for text in row.get("texts", [row.get("text")])
    ]
    found, gold = [a for a, _ in pairs], [story for _, story in pairs]
    begin = time.perf_counter()
    groups = cluster(found, PROFILE)
    seconds = time.perf_counter() - begin
    precision, recall, f1 = b_cubed(gold, groups)
    print(
        f"{file.stem}  {len(found)} articles, {len(set(gold))} stories  found {len(groups)}  "
        f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  {seconds:.2f} s"
    )
    for threshold in THRESHOLDS:
        rules = replace(RULE, threshold=threshold), replace(RULE, threshold=threshold, cohesion=0.0)
        with_it, without = (b_cubed(gold, cluster(found, PROFILE, rule))[2] for rule in rules)
        print(f"    threshold {threshold:.2f}  F1 {with_it:.3f}  without cohesion {without:.3f}")


def b_cubed(gold: Sequence[str], groups: Sequence[Sequence[int]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 (Bagga & Baldwin 1998)."""
    wanted = defaultdict(set)
    for i, name in enumerate(gold):
        wanted[name].add(i)
    got = {i: set(members) for members in groups for i in members}
    shared = [len(wanted[name] & got[i]) for i, name in enumerate(gold)]
    precision = mean(n / len(got[i]) for i, n in enumerate(shared))
    recall = mean(n / len(wanted[name]) for n, name in zip(shared, gold, strict=True))
    return precision, recall, 2 * precision * recall / (precision + recall)


def grow(sizes: Sequence[int]) -> None:
    """Print seconds and memory of grouping, beside those of tokenising alone."""
    before = 0.0
    for size in sizes:
        found = invented(size)
        begin = time.process_time()
        for one in found[:2_000]:
            stems(one.text, "en")
        words = (time.process_time() - begin) * size / min(size, 2_000)
        begin = time.process_time()
        groups = cluster(found, PROFILE)
        seconds = time.process_time() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{size:>7} articles  {len(groups):>6} stories  {seconds:7.1f} s, "
            f"{seconds / words:4.1f} times tokenising"
            + (f", {seconds / before:.1f} times the size before" if before else "")
            + f"  peak {peak} MB"
        )
        before = seconds


def add(size: int, new: int = 100) -> None:
    """Print what new articles cost on known ones, and that a new process has the same stories."""
    found = [
        replace(one, places=(replace(one.places[0], collected=DAY + timedelta(seconds=n)),))
        for n, one in enumerate(invented(size + new))
    ]
    seconds = []
    for articles in (found[:size], found):
        begin = time.process_time()
        groups = cluster(articles, PROFILE)
        seconds.append(time.process_time() - begin)
    forget()
    print(
        f"{size} articles {seconds[0]:.2f} s, with {new} more {seconds[1]:.3f} s: "
        f"a {seconds[0] / seconds[1]:.0f}th  the same in a new process: "
        f"{groups == cluster(found, PROFILE)}"
    )


def invented(size: int, seed: int = 1) -> list[Article]:
    """Return articles of 270 invented words, of which a story shares about sixty."""
    draw, numbers = random.Random(seed), np.random.default_rng(seed)
    letters = "bcdfghjklmnprstvz", "aeiou"
    vocabulary = [
        "".join(draw.choice(letters[i % 2]) for i in range(2 * draw.randint(2, 4)))
        for _ in range(60_000)
    ]
    weights = 1.0 / (np.arange(len(vocabulary)) + 10.0)
    cumulative = np.cumsum(weights / weights.sum())

    def usual(count: int) -> list[str]:
        places = np.searchsorted(cumulative, numbers.random(count)).clip(max=len(vocabulary) - 1)
        return [vocabulary[i] for i in places]

    made: list[Article] = []
    while len(made) < size:
        core, own = usual(60), [vocabulary[int(numbers.integers(60_000))] for _ in range(20)]
        for _ in range(draw.choice((1, 1, 2, 3, 5, 8, 15))):
            body = draw.sample(core, 45) + draw.sample(own, 15) * 2 + usual(180)
            draw.shuffle(body)
            made.append(article(" ".join(itertools.chain(body, [str(len(made))]))))
    return made[:size]


def article(text: str) -> Article:
    """Return an English article without title and date."""
    place = Place(
        source="bench", key="", title="", collected=DAY,
        title_given=False,
    )  # fmt: skip
    identity = content_id(text)
    return Article(id=identity, root=identity, text=text, language="en", places=(place,))


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
