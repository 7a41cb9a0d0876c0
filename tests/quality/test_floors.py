"""Floors under the quality of summaries, measured on the sample articles.

Each floor is what was reached when it was set, rounded down. A result below it fails: then the
change that caused it is wrong, or it is worth its price. In the second case, and in no other, the
floor is lowered, and CHANGELOG.md says why in the same commit. A floor is raised when a result is
better for good. The articles of `corpus/` are pinned by hash: who changes one measures again (with
a floor of 2 every test fails, and prints what is reached) and sets `CORPUS` and the floors anew.

The samples are few and written for this project, so these floors find what breaks, and prove no
method better than another; `benchmarks/quality.py` holds floors on some 800 texts with summaries
by people, where those lie beside the checkout.
"""

import pytest

from summarizers import summarize
from summarizers.text import stems
from tests.quality.samples import Sample, digest, samples

#: SHA-256 of the paths and bytes of the articles that the floors were measured on.
CORPUS = "68a63c09cc9355a4548371dc052c5086375d01a112ee7bff20287f86d5030157"
#: By language: share of all sentences that the guards let stand. Below it they refuse reporting.
KEPT = {"en": 0.90, "zh": 0.89, "ru": 0.88}
#: Share of the three sentences that `news` chooses on its own, with nothing forbidden, that stand.
STANDING = {"en": 0.95, "zh": 0.86, "ru": 0.83}
#: Share of the title's content words in two sentences of `news`, which is not shown the title; and
#: how much of it more than `random` finds.
TITLE = {"en": (0.60, 0.35), "zh": (0.65, 0.35), "ru": (0.65, 0.50)}
#: Positions of the sentences that a reader of the brief would want, and how many of three that
#: `news` chooses must be among them. Marked by eye, with what it chooses in view: this notices a
#: change for the worse, and proves nothing more.
MARKED = {
    "2025-05/xi-in-moscow.html": ((0, 1, 4, 5, 7, 8, 13), 2),
    "2025-08/joint-sea-drill.txt": ((0, 1, 4, 6, 7, 8, 11), 2),
    "2025-05/mosike-huitan.txt": ((0, 2, 3, 4, 5, 6, 11), 3),
    "2025-09/mianqian.html": ((0, 1, 4, 6, 9, 10), 2),
    "2025-05/peregovory-v-kremle.txt": ((0, 3, 5, 6, 8, 9, 10, 14), 3),
    "2025-09/gazoprovod.html": ((0, 1, 3, 5, 6), 2),
}
LANGUAGES = tuple(KEPT)


def of(language: str) -> tuple[Sample, ...]:
    found = tuple(sample for sample in samples() if sample.language == language)
    assert len(found) >= 4, f"{len(found)} samples in {language}"
    return found


def titled(name: str, sample: Sample) -> float:
    """Return the share of the title's words in two sentences that a method chooses."""
    chosen = summarize(name, sample.text, sentences=2, allowed=sample.stands)
    said = {word for index in chosen for word in sample.text.units[index].words}
    title = frozenset(stems(sample.title, sample.language))
    return len(title & said) / len(title)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_the_articles_are_those_that_the_floors_were_measured_on() -> None:
    assert digest() == CORPUS, "corpus/ changed: measure again (see the head of this file)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guards_let_reporting_stand(language: str) -> None:
    kept = mean([stands for sample in of(language) for stands in sample.stands])
    assert kept >= KEPT[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_news_chooses_by_itself_mostly_stands(language: str) -> None:
    standing = mean(
        [
            sample.stands[index]
            for sample in of(language)
            for index in summarize("news", sample.text, sentences=3)
        ]
    )
    assert standing >= STANDING[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_news_says_what_the_title_says_and_chance_does_not(language: str) -> None:
    news = mean([titled("news", sample) for sample in of(language)])
    chance = mean([titled("random", sample) for sample in of(language)])
    least, margin = TITLE[language]
    assert news >= least
    assert news - chance >= margin


@pytest.mark.parametrize("name", MARKED)
def test_news_chooses_what_was_marked_by_eye(name: str) -> None:
    sample = next(sample for sample in samples() if sample.name == name)
    marked, least = MARKED[name]
    chosen = summarize("news", sample.text, sentences=3, allowed=sample.stands)
    agreed = len(set(chosen) & set(marked))
    assert agreed >= least
