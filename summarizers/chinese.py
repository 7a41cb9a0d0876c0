"""Where sentences of Chinese begin and end, within one paragraph."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_OPENING = {"“": "”", "「": "」", "『": "』", "（": "）", "(": ")", "《": "》", "‘": "’"}
_ZH_END = re.compile(r"[。！？!?]+|……|(?<=[a-z\u4e00-\u9fff)”])\.(?=\s+[A-Z\u4e00-\u9fff“])")
_ZH_CLOSERS = "”’」』）)》\"'"
_ZH_SAID = re.compile(
    r"[^。！？，；“]{0,16}?(?:说|表示|称|指出|强调|道|认为|写道|回应|补充|介绍|告诉|透露|坦言|问)"
)
#: A quotation that is not closed within so many characters is taken as never closed.
_ZH_QUOTE_MAX = 600


def scan(paragraph: str) -> Iterator[Span]:
    """Yield the sentences of one paragraph of Chinese.

    A quotation holds together; where it opens the sentence and a clause of saying follows
    ("“…。”他说。"), the clause belongs to it.
    """
    shut = _quoted(paragraph)
    start = 0
    ends = list(_ZH_END.finditer(paragraph))
    for index, mark in enumerate(ends):
        if mark.start() < start or mark.start() in shut:
            continue
        end = mark.end()
        while end < len(paragraph) and paragraph[end] in _ZH_CLOSERS and end not in shut:
            end += 1
        closing = index + 1 == len(ends)
        if mark[0] == "……" and not closing and end == mark.end():
            continue
        if mark[0][0] in "!?" and end < len(paragraph) and paragraph[end].isalnum():
            following = paragraph[end]
            if following.isascii():
                continue  # an address: "?id=3"
        yield start, end
        start = end
    if start < len(paragraph):
        yield start, len(paragraph)


def _quoted(paragraph: str) -> set[int]:
    """Return the positions of sentence marks that do not end a sentence, being in a quotation.

    The last mark of a quotation does end one, unless a clause goes on after the closing mark.
    """
    inside: set[int] = set()
    closed_until = -1
    for match in re.finditer(r"[“「『（《(‘]", paragraph):
        if match.start() < closed_until:
            continue
        closing = _OPENING[match[0]]
        end = paragraph.find(closing, match.end(), match.end() + _ZH_QUOTE_MAX)
        if end < 0:
            continue
        closed_until = end
        marks = [m.start() for m in _ZH_END.finditer(paragraph, match.end(), end)]
        if not marks:
            continue
        inside.update(marks)
        final = paragraph[end - 1] in "。！？!?…" and match[0] in "“「『‘"
        rest = paragraph[end + 1 : end + 40]
        opens = match.start() == 0 or paragraph[match.start() - 1] in "。！？!?”」 \u3000"
        goes_on = rest[:1] in tuple("，、；：。！？的和与及等—") or (opens and _ZH_SAID.match(rest))
        if final and not goes_on:
            inside.discard(marks[-1])
    return inside
