"""The files of summaries by people, where they exist, and the scores of ours against them.

They are read from `../shared/bench` beside the checkout, never copied; the product never sees a
reference. Scores are those of rouge-score, as the scorer beside the files reckons them: stemmed
English, stems of Russian, characters of Chinese.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from summarizers import summarize
from summarizers.base import Text
from summarizers.text import prepare

FOLDER = Path(__file__).resolve().parents[1] / "../shared/bench"


class Tokenizer(Protocol):
    """What rouge-score calls a tokenizer."""

    def tokenize(self, text: str) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One file and how long its summaries are."""

    name: str
    language: str
    sentences: int | None = None
    words: int | None = None

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.jsonl"

    def summarize(self, name: str, text: Text) -> tuple[int, ...]:
        """Return what a summarizer chooses within this task's budget."""
        return summarize(name, text, sentences=self.sentences, words=self.words)


TASKS = (
    Task(name="single_cnndm", language="en", sentences=3),
    Task(name="single_writers", language="en", sentences=3),
    Task(name="multi_multinews", language="en", words=220),
    Task(name="single_zh_lcsts", language="zh", sentences=1),
    Task(name="single_ru_kremlin", language="ru", sentences=2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text and what people wrote of it."""

    text: Text
    references: tuple[str, ...]

    def tokens(self, sentence: str) -> list[str]:
        """Return the words that ROUGE compares."""
        return tokenizer(self.text.language).tokenize(sentence)


def rows(task: Task) -> Iterator[Row]:
    """Yield the rows of a file."""
    with task.path.open(encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            documents = found.get("texts") or [found["text"]]
            text, _ = prepare([("", document) for document in documents], task.language)
            yield Row(text=text, references=tuple(found["references"]))


@cache
def tokenizer(language: str) -> Tokenizer:
    """Return the scorer's tokenizer of a language."""
    if language == "zh":
        return _Characters()
    if language == "ru":
        return _Stems()
    from rouge_score.tokenizers import DefaultTokenizer

    found: Tokenizer = DefaultTokenizer(use_stemmer=True)
    return found


class _Characters:
    def tokenize(self, text: str) -> list[str]:
        return re.findall(r"[a-z0-9]+|[\u3400-\u9fff]", text.lower())


class _Stems:
    def __init__(self) -> None:
        import snowballstemmer

        self._stem = snowballstemmer.stemmer("russian").stemWord

    def tokenize(self, text: str) -> list[str]:
        return [self._stem(word) for word in re.findall(r"\w+", text.lower())]


@cache
def _scorer(language: str) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=tokenizer(language))


def rouge(row: Row, chosen: Sequence[int]) -> NDArray[np.float64]:
    """Return ROUGE-1, 2 and L F1, times 100, mean over the references: (3,)."""
    printed = "\n".join(row.text.units[i].text for i in chosen)
    scorer = _scorer(row.text.language)
    found = [scorer.score(reference, printed) for reference in row.references]
    names = ("rouge1", "rouge2", "rougeL")
    return np.array([100 * np.mean([f[name].fmeasure for f in found]) for name in names])
