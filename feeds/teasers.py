"""Marks behind a text that goes on elsewhere: "[…]", "… Read more", "Читать далее", "阅读全文".

Feeds that give the beginning of an article end it so. The mark is no reporting and goes; that it
stood there is kept, because the text is then surely not the whole article (`feeds.fulltext`). A
plain "…" stays: it is the writer's own mark as often, and says to every reader that the sentence
has no end. So does a sentence that has lost its "[…]" and has no end: no brief prints it.

A mark stands behind the end of a sentence, behind an ellipsis, or alone, and begins with a
capital; some may stand behind half a sentence. "He wants to read more" ends with no mark.
"""

import re

#: Words of a link to the rest, by language.
MARKS = {
    "en": (
        r"(?:Read|See|View|Show|Find out|Learn) [Mm]ore(?: (?:here|of this (?:story|article)))?",
        r"(?:READ|SEE|VIEW) MORE",
        r"(?:Read|View|See) (?:the )?(?:full|whole|entire|complete|rest)(?: of)?(?: the| this)?"
        r" (?:story|article|post|report|text|piece)(?: here| (?:on|at) [\w.]{2,40})?",
        r"(?:Continue|Keep) [Rr]eading(?: [^.!?\n]{1,150})?",
        r"CONTINUE READING",
        r"\(more(?:…|\.{3})\)",
    ),
    "ru": (
        r"Читать? (?:далее|дальше|полностью|ещё|еще)",
        r"(?:Читать|Читайте) (?:(?:полный|весь) (?:текст|материал)|всю (?:статью|новость))"
        r"(?: полностью)?",
        r"ЧИТАТЬ (?:ДАЛЕЕ|ПОЛНОСТЬЮ)",
        r"Подробнее(?: на сайте)?",
        r"Полный текст(?: (?:статьи|новости|материала))?",
    ),
    "zh": (
        r"(?:点击)?(?:阅读|查看|閱讀|查閱|浏览)(?:全文|原文|更多|完整(?:内容|文章))",
        r"(?:点此|点这里|點此)(?:阅读|查看)(?:全文|原文)?",
        r"更多(?:内容|详情)请?(?:点击|查看|阅读)(?:原文|全文)?",
    ),
}
#: Those that begin with a capital in the middle of a sentence, and are its last words.
FIXED = (
    r"Read more",
    r"READ MORE",
    r"Continue reading",
    r"Read the full (?:story|article)",
    r"Читать (?:далее|дальше|полностью)",
)
#: What publishing systems put below each text of a feed, whole or not.
SIGNED = (
    r"The post [^\n]{1,300}? (?:first appeared|appeared first) on "
    r"[A-ZА-ЯЁ0-9\u4e00-\u9fff][^!?\n]{0,99}",
    r"(?:Запись|Сообщение) [^\n]{1,300}? (?:впервые появил[аио]сь|появил[аио]сь сначала) "
    r"(?:на |в )?[^!?\n]{1,99}",
)

#: Behind the words of a link.
_ARROWS = r"[\s.…»›→>＞)\]】）\xa0]*"
_ELLIPSIS = r"(?:\[\s*(?:…|\.{3}|&hellip;|&#8230;)\s*\]|\(\s*(?:…|\.{3})\s*\))"
_WORDS = "|".join(words for listed in MARKS.values() for words in listed)
#: Behind a sentence; behind half of one, where the words stand as no sentence has them; or marks.
_MARK = re.compile(
    rf"(?:(?:^|(?<=[.!?…。！？”\"»」》）)\]]))\s*[\[(【（]?(?:{_WORDS}){_ARROWS}"
    rf"|\s[\[(]?(?:{'|'.join(FIXED)}){_ARROWS}|\s*{_ELLIPSIS}{_ARROWS})$"
)
_SIGNED = re.compile(rf"(?:^|(?<=[.!?…。！？”\"»\])]))\s*(?:{'|'.join(SIGNED)})$")
#: Behind which a mark may stand; what is longer than any mark need not be looked at.
_LONGEST = 480


def without_mark(paragraph: str) -> tuple[str, bool]:
    """Return a last paragraph without the marks behind it, and whether they say that it goes on.

    What is left may be nothing.
    """
    goes_on = False
    while True:
        start = max(0, len(paragraph) - _LONGEST)
        end = paragraph[start:]
        signed = _SIGNED.search(end)
        mark = None if signed else _MARK.search(end)
        found = signed or mark
        if not found or (start and not found.start()):
            return paragraph, goes_on
        goes_on = goes_on or mark is not None
        paragraph = paragraph[: start + found.start()].rstrip()
