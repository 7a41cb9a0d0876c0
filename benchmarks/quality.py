"""ROUGE of every summarizer on the files of `benchmarks.references`, and the floors.

    ./run bench quality                 the defaults and the baselines, with the floors
    ./run bench quality --all           every method, sumy's too, and an oracle
    ./run bench quality --fit           fit the weights of `news` again, with what is held out

A result below its floor ends the run with an error. A floor is raised when a result is better for
good; it is never lowered without the reason in CHANGELOG.md.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.references import TASKS, Row, Task, rouge, rows
from summarizers import names
from summarizers.text import length

#: Shown without `--all`.
_SHORT = ("lead", "lexrank", "news", "coverage")
#: Of ROUGE-1 and ROUGE-2, for the default method of each file, and what was asked for.
FLOORS = {
    "single_cnndm": ("news", 42.3, 19.6),
    "single_writers": ("news", 0.0, 15.2),
    "multi_multinews": ("coverage", 45.0, 14.8),
    "single_zh_lcsts": ("news", 0.0, 14.9),
    "single_ru_kremlin": ("news", 0.0, 7.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Means over the rows of a file."""

    rouge: NDArray[np.float64]
    #: Standard error of ROUGE-2.
    error: float
    words: float


def measure(task: Task, name: str, found: Sequence[Row]) -> Result:
    """Return what a method reaches on a file."""
    chosen = [
        oracle(task, row) if name == "oracle" else task.summarize(name, row.text) for row in found
    ]
    values = np.array([rouge(row, c) for row, c in zip(found, chosen, strict=True)])
    sizes = [
        sum(length(row.text.units[i].text, task.language) for i in c)
        for row, c in zip(found, chosen, strict=True)
    ]
    return Result(
        rouge=values.mean(axis=0),
        error=float(values[:, 1].std(ddof=1) / len(values) ** 0.5),
        words=float(np.mean(sizes)),
    )


def oracle(task: Task, row: Row) -> tuple[int, ...]:
    """Return the sentences that a greedy choice on ROUGE-1 + ROUGE-2 takes: what is possible."""
    chosen: list[int] = []
    best = 0.0
    room = task.words if task.words is not None else sys.maxsize
    while task.sentences is None or len(chosen) < task.sentences:
        gains = []
        for index, unit in enumerate(row.text.units):
            if index in chosen or length(unit.text, task.language) > room:
                continue
            gains.append((float(rouge(row, sorted([*chosen, index]))[:2].sum()), index))
        if not gains or max(gains)[0] <= best:
            break
        best, index = max(gains)
        chosen.append(index)
        room -= length(row.text.units[index].text, task.language)
    return tuple(sorted(chosen))


def table(methods: Sequence[str], tasks: Sequence[Task]) -> list[str]:
    """Print a line for each method and file; return what fell below its floor."""
    below = []
    for task in tasks:
        if not task.path.exists():
            print(f"{task.name}: no {task.path}, not measured")
            continue
        found = list(rows(task))
        budget = f"{task.words} words" if task.words else f"{task.sentences} sentences"
        print(f"\n{task.name}, {len(found)} texts, {budget}")
        print(f"| {'method':<20}|   R-1 |   R-2 | +-   |   R-L | words |")
        print(f"| {'---':<20}| ----: | ----: | ---: | ----: | ----: |")
        for name in methods:
            if name == "oracle" and task.words is not None:
                continue  # hours: every sentence of every article, at every step
            result = measure(task, name, found)
            one, two, whole = result.rouge
            print(
                f"| {name:<20}| {one:5.2f} | {two:5.2f} | {result.error:4.2f} |"
                f" {whole:5.2f} | {result.words:5.1f} |",
                flush=True,
            )
            default, floor_one, floor_two = FLOORS[task.name]
            if name == default and (one < floor_one or two < floor_two):
                below.append(
                    f"{task.name}: {name} {one:.2f} {two:.2f}, below {floor_one} {floor_two}"
                )
    return below


def fit() -> None:
    """Print the weights of `news` as fitted now, with what they reach on articles held out."""
    from benchmarks.fit import example, report

    groups = {}
    for task in TASKS:
        if task.sentences is not None and task.path.exists():
            made = (example(row, task.sentences) for row in rows(task))
            groups[task.name] = [e for e in made if e is not None]
    english = [name for name in ("single_cnndm", "single_writers") if name in groups]
    report(english, [groups[name] for name in english], range(8))
    if "single_zh_lcsts" in groups:
        report(["single_zh_lcsts"], [groups["single_zh_lcsts"]], [2, 4, 6], penalty=0.1)


def main(words: Sequence[str]) -> None:
    """Print the tables; exit with 1 if a default fell below its floor."""
    if "--fit" in words:
        fit()
        return
    below = table((*names(), "oracle") if "--all" in words else _SHORT, TASKS)
    if below:
        sys.exit("below the floor: " + "; ".join(below))
