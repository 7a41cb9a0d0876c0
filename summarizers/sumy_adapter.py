"""sumy's own algorithms behind our interface; the only module that imports sumy.

sumy keys ratings by a sentence's text, tokenises with NLTK (a download), and gives sentences back.
Here each sentence's text is its index ("17") and the tokenizer that sumy is given turns an index
into our words: equal sentences stay apart, the words are ours, and nothing is downloaded. The
ratings come through sumy's own door: the count of sentences may be a callable, which is handed the
rated sentences.
"""

import warnings
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from summarizers.base import Scores, Text
from summarizers.text import content

_CLASSES = {
    "lexrank": ("sumy.summarizers.lex_rank", "LexRankSummarizer"),
    "textrank": ("sumy.summarizers.text_rank", "TextRankSummarizer"),
    "lsa": ("sumy.summarizers.lsa", "LsaSummarizer"),
    "luhn": ("sumy.summarizers.luhn", "LuhnSummarizer"),
    "kl": ("sumy.summarizers.kl", "KLSummarizer"),
    "sumbasic": ("sumy.summarizers.sum_basic", "SumBasicSummarizer"),
    "reduction": ("sumy.summarizers.reduction", "ReductionSummarizer"),
    "edmundson": ("sumy.summarizers.edmundson", "EdmundsonSummarizer"),
}

#: Edmundson's cue words (1969: comparatives, superlatives, words of value; and of detail), ours.
_BONUS = {
    "en": "significant important major key largest first record agreement decision warned announced"
    " agreed signed sanctions",
    "ru": "важный главный крупнейший первый решение соглашение подписали договорились объявил"
    " рекорд санкции",
    "zh": "重要 重大 首次 最大 关键 决定 协议 签署 宣布 同意 制裁",
}
_STIGMA = {
    "en": "perhaps example joked picture photo click subscribe",
    "ru": "возможно например фото подписывайтесь читайте",
    "zh": "例如 也许 图片 点击 订阅",
}


class Indices:
    """The tokenizer that sumy is given: the words of a unit by its index, as text."""

    def __init__(self, words: dict[str, tuple[str, ...]]) -> None:
        self._words = words

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        """Return the paragraph as it is: our splitting was done before."""
        return (paragraph,)

    def to_words(self, sentence: str) -> tuple[str, ...]:
        """Return the words of the unit whose index the sentence is."""
        return self._words[sentence]


class Sumy:
    """One of sumy's methods, by its short name.

    Scores are sumy's ratings; where sumy gives a rank (KL, SumBasic) they are minus the rank.
    Ratings that are not finite, and texts that sumy refuses, score 0. Raises ValueError for
    a name that is not one of the eight.
    """

    def __init__(self, method: str) -> None:
        if method not in _CLASSES:
            raise ValueError(f"sumy has no {method!r}; there are: {', '.join(_CLASSES)}")
        self.name = f"sumy:{method}"
        self._method = method

    def scores(self, text: Text) -> Scores:
        """Return sumy's rating of each unit."""
        scores = np.zeros(len(text.units))
        if not any(unit.words for unit in text.units):
            return scores
        module, attribute = _CLASSES[self._method]
        summarizer = getattr(import_module(module), attribute)()
        if self._method == "edmundson":
            summarizer.bonus_words = content(_BONUS.get(text.language, "").split(), text.language)
            summarizer.stigma_words = content(_STIGMA.get(text.language, "").split(), text.language)
            summarizer.null_words = ("",)  # ours have no stop words left; an empty set is refused
            if not summarizer.bonus_words:
                summarizer.bonus_words = summarizer.stigma_words = ("",)
        with warnings.catch_warnings():
            # LSA warns of texts with fewer words than sentences, LexRank divides by zero.
            warnings.simplefilter("ignore")
            summarizer(_document(text), _keep(scores))
        return np.nan_to_num(scores, nan=0.0, posinf=0.0, neginf=0.0)


def _keep(scores: NDArray[np.float64]) -> Callable[[Iterable[Any]], tuple[()]]:
    """Return a "count of sentences" that notes every rating and chooses none."""

    def count(rated: Iterable[Any]) -> tuple[()]:
        for sentence, _, rating in rated:
            scores[int(str(sentence))] = rating
        return ()

    return count


def _document(text: Text) -> Any:
    """Return the text as sumy's document: one paragraph an article, its title as a heading."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

    words = {str(index): unit.words for index, unit in enumerate(text.units)}
    words.update({f"title {number}": title for number, title in enumerate(text.titles)})
    tokenizer = Indices(words)
    paragraphs: dict[int, list[Any]] = {}
    for number, title in enumerate(text.titles):
        if title:
            heading = Sentence(f"title {number}", tokenizer, is_heading=True)
            paragraphs.setdefault(number, []).append(heading)
    for index, unit in enumerate(text.units):
        paragraphs.setdefault(unit.document, []).append(Sentence(str(index), tokenizer))
    return ObjectDocumentModel([Paragraph(found) for _, found in sorted(paragraphs.items())])
