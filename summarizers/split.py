"""Where sentences begin and end: spans into the text, which is never changed.

Problem: everything that is printed must be traceable to code points of a stored text, and the text
comes in three scripts, from pages, feeds and files that break lines in their own ways.
Choice: paragraphs first (ours), then sentencex within a paragraph (it keeps offsets, knows
abbreviations and quotation marks of some hundred languages, and runs at about 40 MB/s), then
repairs of what it was seen to get wrong on news in English and Russian. Chinese has its own short
scanner, since there the quotation marks decide: sentencex ends a sentence at the full stop of "1.".
Rejected: NLTK's Punkt (needs a download, gives no Chinese), one large regular expression (quotes).

A line is a paragraph, unless its block was wrapped at a fixed width: pages and feeds come with one
paragraph to a line, old text files with hard breaks.
"""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

import sentencex

from summarizers.abbreviations import MAYBE, OPENERS, TITLES
from summarizers.chinese import scan

Span = tuple[int, int]

#: A text whose longest line is outside these was not wrapped: its lines are paragraphs.
_WRAP_LEAST, _WRAP_MOST = 40, 130
#: sentencex needs time by length and quotation marks of a paragraph, multiplied: a minute for
#: 300,000 opening marks. So it is given pieces: short ones where marks are dense, which no text
#: for reading is (then 4 s a million characters at worst), otherwise long ones, which few
#: paragraphs fill.
_CHUNK, _DENSE_CHUNK = 40_000, 4_000
#: Marks in a long piece that make it a dense one: one in 40 characters.
_DENSE = 1_000
#: What `_joined` looks at of the sentence before.
_TAIL_LENGTH = 32

_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIST_MARK = re.compile(r"\s*(?:[-•*–—·▪]\s|\(?\d{1,2}[.)、]\s|[①-⑳])")
_SOFT_CUT = re.compile(r"[.!?。！？][\"”»’)]*\s+|[。！？]")
_PAIRED = re.compile("[\"'“”‘’„«»‹›「」『』《》〈〉()（）\\[\\]]")


def split(text: str, language: str) -> tuple[Span, ...]:
    """Return the spans of the sentences, in order.

    Disjoint, trimmed of white space, never empty, never across a paragraph break; together they
    hold every character that is not white space. Headings and list lines are spans of their own.
    language: ISO 639-1; any other value gets sentencex's default rules.
    Time grows with the length of the text, whatever stands in it.
    """
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)  # of the same length; sentencex encodes to UTF-8

    found: list[Span] = []
    for start, end in paragraphs(text):
        paragraph = text[start:end]
        cut = scan(paragraph) if language == "zh" else _alphabetic(paragraph, language)
        for a, b in cut:
            span = _trim(text, start + a, start + b)
            if span[0] < span[1]:
                found.append(span)
    return tuple(found)


def paragraphs(text: str) -> Iterator[Span]:
    """Yield the spans of the paragraphs: blocks between blank lines, or their single lines."""
    gaps = [match.span() for match in _BLANK.finditer(text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    width = 0
    folded = []
    for start, end in zip(starts, ends, strict=True):
        lines = text[start:end].rstrip("\n").split("\n")
        folded.append((start, lines))
        if len(lines) > 1:
            width = max(width, *(len(line.rstrip()) for line in lines))
    for start, lines in folded:
        yield from _lines(start, lines, width)


def _lines(start: int, lines: list[str], width: int) -> Iterator[Span]:
    """Yield the paragraphs of one block, joining lines that were wrapped at `width`.

    A line was wrapped if the first word of the next one would not have fitted on it.
    """
    first = position = start
    for line, following in pairwise(lines):
        position += len(line) + 1
        if not _wrapped(line.rstrip(), following, width):
            yield first, position - 1
            first = position
    yield first, position + len(lines[-1])


def _wrapped(line: str, following: str, width: int) -> bool:
    if not _WRAP_LEAST <= width <= _WRAP_MOST or len(line) * 2 <= width:
        return False
    head = "".join(following.split(maxsplit=1)[:1])
    return len(line) + 1 + len(head) > width and not _LIST_MARK.match(following)


def _pieces(paragraph: str) -> Iterator[tuple[int, int, bool]]:
    """Yield a paragraph in pieces of bounded size; True for one that is cut off within a sentence.

    A piece ends behind the last mark that may end a sentence, or anywhere if it holds none.
    """
    start, stop = 0, len(paragraph)
    while stop - start > _DENSE_CHUNK:
        marks = islice(_PAIRED.finditer(paragraph, start, start + _CHUNK), _DENSE, None)
        size = _CHUNK if next(marks, None) is None else _DENSE_CHUNK
        if stop - start <= size:
            break
        ends = [m.end() for m in _SOFT_CUT.finditer(paragraph, start + size // 2, start + size)]
        end = ends[-1] if ends else start + size
        yield start, end, not ends
        start = end
    yield start, stop, False


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


_AFTER_CLOCK = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:[ECMPB][SD]?T|GMT|UTC|MSK|CET|CEST|JST)\b"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?\s+\d|local time|eastern|pacific|central",
    re.IGNORECASE,
)
_CLOCK = frozenset(("a.m", "p.m", "am", "pm"))
_NUMBERED = frozenset(("no", "nos", "art", "fig", "vol", "pp", "стр", "рис", "табл"))
_FIRST_WORD = re.compile(r"[^\W_]+")
_TAIL = re.compile(r"(?:^|[\s(\[“\"«‘'/—–-])([^\W_]+(?:\.[^\W_]+)*)\.$")
_SAID = re.compile(
    r"(?:(?:he|she|they|it|we|i|the [a-z]+|one [a-z]+)\s)?(?:said|says|say|told|tells|asked|asks|"
    r"added|adds|wrote|writes|tweeted|replied|explained|recalled|insisted|joked|warned|noted)\b"
)
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[a-zа-я]|[IVX]{1,4})[.)]$")
_CAPITAL = re.compile(r"[\"“«‘'(\[]*[^\W\d_a-zа-яё]")
_INNER_END = re.compile(r"[.!?]['’]?\s+(?=['‘]?[A-Z])")
_OPEN_SINGLE = re.compile(r"(?<![^\s(\[—–-])['‘](?=\w)")
_CLOSE_SINGLE = re.compile(r"(?<=[\w.,!?…])['’](?![\w])")


def _alphabetic(paragraph: str, language: str) -> Iterator[Span]:
    """Yield sentencex's sentences of one paragraph, joined or parted where it errs."""
    start = end = 0
    written = 0  # where the last character before `end` that is no space ends
    within = False
    for piece_start, piece_end, cut_off in _pieces(paragraph):
        for a, b in _boundaries(paragraph[piece_start:piece_end], language):
            stop = piece_start + b
            left = paragraph[max(start, written - _TAIL_LENGTH) : written]
            right = paragraph[end:stop].lstrip()
            if end and not within and not _joined(left, right, language):
                yield start, end
                start = piece_start + a
            within = False
            end = stop
            written = end - (len(right) - len(right.rstrip())) if right else written
        within = cut_off
    if start < end:
        yield start, end


def _boundaries(piece: str, language: str) -> Iterator[Span]:
    for found in sentencex.get_sentence_boundaries(language or "und", piece):
        start, end = found["start_index"], found["end_index"]
        sentence = piece[start:end]
        if ("'" in sentence or "‘" in sentence) and _runs_on(sentence):
            # A single mark opened twice is an apostrophe or a quote over several paragraphs:
            # sentencex then swallows all up to the next mark. Without the marks it does not.
            masked = sentence.translate({0x27: "_", 0x2018: "_", 0x2019: "_"})
            for part in sentencex.get_sentence_boundaries(language or "und", masked):
                yield start + part["start_index"], start + part["end_index"]
        else:
            yield start, end


def _runs_on(sentence: str) -> bool:
    """Return whether single quotation marks hide a sentence end without being a pair."""
    if _INNER_END.search(sentence) is None:
        return False
    marks = sorted(
        [(m.start(), 1) for m in _OPEN_SINGLE.finditer(sentence)]
        + [(m.start(), -1) for m in _CLOSE_SINGLE.finditer(sentence)]
    )
    depth = 0
    for _, step in marks:
        depth += step
        if depth not in (0, 1):
            return True
    return depth != 0


def _joined(left: str, right: str, language: str) -> bool:
    """Return whether the sentence that begins with `right` goes on with the one before it.

    left: the last characters before it, all of a short sentence; both without white space between.
    """
    if not left or not right or _ENUMERATOR.fullmatch(left):
        return True
    if left[-1] in "\"”’'»" and _SAID.match(right):
        return True
    small = right[0].islower() and not right[1:2].isupper()
    if language == "ru" and small and left[-1] in ".…":
        return True
    tail = _TAIL.search(left[-24:])
    return tail is not None and _abbreviated(tail[1], right, small, language)


def _abbreviated(word: str, right: str, small: bool, language: str) -> bool:
    """Return whether the full stop after `word`, before `right`, is an abbreviation's only."""
    plain = word.lower()
    if plain in _CLOCK:
        return small or _AFTER_CLOCK.match(right) is not None
    if len(word) == 1 and word.isupper() and word.isalpha():
        return _initial(word, right)
    if plain in TITLES:
        if plain in _NUMBERED:
            return right[0].isdigit()
        if language == "ru":
            return right[0].isdigit() or (len(plain) > 1 and _CAPITAL.match(right) is not None)
        return not small and (word[0].isupper() or plain == "vs")
    if plain in MAYBE:
        first = _FIRST_WORD.match(right)
        return first is not None and (small or first[0].lower() not in OPENERS)
    return False


def _initial(letter: str, right: str) -> bool:
    """Return whether a capital with a full stop is the initial of the name that follows."""
    if letter == "I" or not right[0].isupper():
        return False
    first = _FIRST_WORD.match(right)
    return first is not None and first[0].lower() not in OPENERS
