"""What the algorithms read of a text: sentences as spans, words, stems of content words.

English, Russian and Chinese are first-class. Another language gets sentencex's default splitting,
words by letters and digits, its own Snowball stemmer where there is one, and no stop words.
Nothing here is downloaded, ever. Words are lower case, with a straight apostrophe and "е" for "ё".
"""

import re
import threading
from collections.abc import Iterable, Sequence
from functools import cache

from summarizers.base import Text, Unit
from summarizers.split import Span, split
from summarizers.stopwords import STOP_WORDS

#: ISO 639-1 to the name of a Snowball stemmer.
_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish",
    "nl": "dutch", "en": "english", "et": "estonian", "fi": "finnish", "fr": "french",
    "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian",
    "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

#: A word or figure with what is inside it, and a per cent sign: "5.2%", "u.s", "su-35", "china's".
#: One alternative only: with three, tokenising took twice the time.
_WORD = re.compile(r"[^\W_]+(?:['.,:-][^\W_]+)*%?")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HAN_OR_WORD = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|[^\W_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+(?:['.,:-][^\W_\u3400-\u9fff]+)*"
)
#: Apostrophe and hyphen as typed; no soft hyphen, no stress mark; "е" for "ё".
_FOLD = (("’", "'"), ("ё", "е"), ("‑", "-"), ("\u00ad", ""), ("\u0301", ""))
#: A word longer than this is not a word (a hash, a line without blanks) and is cut.
_MAX_WORD = 60
#: Stems kept for reuse in one thread and language; news in one language has fewer distinct words.
_MAX_CACHE = 200_000


def sentences(text: str, language: str) -> tuple[Span, ...]:
    """Return the spans of the sentences in code points: see `summarizers.split.split`."""
    return split(text, language)


def words(text: str, language: str) -> tuple[str, ...]:
    """Return the words in order, lower case; punctuation is left out.

    Chinese is segmented by jieba's dictionary, without its guesses for unknown words in Latin
    script, which keep their hyphens and figures as in the other languages.
    """
    folded = text.lower()
    if not text.isascii():
        for mark, plain in _FOLD:
            folded = folded.replace(mark, plain)
    if language == "zh" or (not text.isascii() and _HAN.search(folded) is not None):
        found = list(_segmented(folded))
    else:
        found = _WORD.findall(folded)
    if max(map(len, found), default=0) > _MAX_WORD:
        found = [word[:_MAX_WORD] for word in found]
    return tuple(found)


def content(tokens: Iterable[str], language: str) -> tuple[str, ...]:
    """Return the stems of the words that are not stop words, in order.

    tokens: as `words` gives them. Figures are kept as they are.
    """
    stem = _stems(language)
    return tuple([found for token in tokens if (found := stem[token])])


def stemmed(tokens: Iterable[str], language: str) -> tuple[str, ...]:
    """Return the stems of all words in order, stop words as they are."""
    stem = _stems(language)
    return tuple([stem[token] or token for token in tokens])


def stems(text: str, language: str) -> tuple[str, ...]:
    """Return the stemmed content words of a text, in order."""
    return content(words(text, language), language)


def stop_words(language: str) -> frozenset[str]:
    """Return the stop words of a language, lower case; empty where none are known."""
    return STOP_WORDS.get(language, frozenset())


def length(text: str, language: str) -> int:
    """Return how many words a reader counts: for Chinese, characters and Latin words."""
    if language == "zh":
        return len(_HAN_OR_WORD.findall(text))
    return len(text.split())


def prepare(
    documents: Sequence[tuple[str, str]], language: str
) -> tuple[Text, tuple[tuple[Span, ...], ...]]:
    """Return articles as a `Text`, and for each article the spans of its units.

    documents: (title, text) of each article, the best first. The unit with document d and
    position p is the sentence `spans[d][p]` of `documents[d]`.
    """
    spans = tuple(sentences(body, language) for _, body in documents)
    units = tuple(
        Unit(
            text=(sentence := body[start:end]),
            words=stems(sentence, language),
            document=document,
            position=position,
        )
        for document, (_, body) in enumerate(documents)
        for position, (start, end) in enumerate(spans[document])
    )
    titles = tuple(stems(title, language) for title, _ in documents)
    return Text(units=units, titles=titles, language=language), spans


def _segmented(folded: str) -> Iterable[str]:
    """Yield words of text that holds Chinese characters."""
    for match in re.finditer(
        r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+",
        folded,
    ):
        run = match[0]
        if _HAN.match(run):
            yield from _jieba().cut(run)
        else:
            yield from _WORD.findall(run)


@cache
def _jieba():  # type: ignore[no-untyped-def]  # the package has no types
    import rjieba

    return rjieba


class _Stems(dict[str, str]):
    """Word to stem, filled on demand; "" for a stop word or a word without letter or digit."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._stop = stop_words(language)
        self._stem = _stemmer(language)

    def __missing__(self, word: str) -> str:
        if len(self) >= _MAX_CACHE:
            self.clear()
        kept = word not in self._stop and any(map(str.isalnum, word))
        # A stemmer takes the "s" of "u.s" for an ending.
        found = self[word] = (word if "." in word else self._stem(word)) if kept else ""
        return found


def _stemmer(language: str):  # type: ignore[no-untyped-def]
    name = _STEMMERS.get(language)
    if name is None:
        return str
    import Stemmer

    return Stemmer.Stemmer(name, 0).stemWord


class _Local(threading.local):
    """One table of stems a language and thread: a Snowball stemmer holds state."""

    def __init__(self) -> None:
        self.tables: dict[str, _Stems] = {}


_LOCAL = _Local()


def _stems(language: str) -> _Stems:
    table = _LOCAL.tables.get(language)
    if table is None:
        table = _LOCAL.tables[language] = _Stems(language)
    return table
