"""What a PDF says of itself, as far as that can be believed.

Title: programs fill it in from file names, templates and earlier documents. So a declared title
counts first only if page one prints it; then the headline, which is the largest type there; then
the declared title, unless it is of the kind that programs write.

Date: the file's own date is when it was made, which for a page that somebody printed is long after
it was published. It counts where page one prints the same day, and then is that day; else nothing
is known.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from feeds.dates import sane
from feeds.furniture import same_line
from feeds.metadata import Facts
from feeds.normal import columns, line
from feeds.pdf.paragraphs import Paragraph

#: A headline is larger than the body's type by this factor.
_LARGER = 1.15
#: Longest headline, in columns.
_LONGEST = 250

_BY_PROGRAMS = re.compile(
    r"(?i)(?:microsoft (?:word|powerpoint|excel)|adobe|untitled|document|doc|slide|layout|"
    r"presentation|презентация|документ|без (?:имени|названия)|无标题|未命名|文档|演示文稿)"
    r"[\s\d\-–—:.]*(?:-\s.*|presentation)?"
    r"|.*\.(?:docx?|odt|rtf|pdf|indd|qxd|qxp|pptx?|xlsx?|tex|dvi|html?|txt|pages|wpd|cdr)"
)
_MADE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
_MONTHS = (
    ("january jan", "января"),
    ("february feb", "февраля"),
    ("march mar", "марта"),
    ("april apr", "апреля"),
    ("may may", "мая"),
    ("june jun", "июня"),
    ("july jul", "июля"),
    ("august aug", "августа"),
    ("september sept sep", "сентября"),
    ("october oct", "октября"),
    ("november nov", "ноября"),
    ("december dec", "декабря"),
)


def facts(
    information: Mapping[str, str], paragraphs: Sequence[Paragraph], *, now: datetime
) -> Facts:
    """Return the title and the date of publication, each None where nothing tells it surely.

    information: the document's information dictionary. paragraphs: in order.
    """
    first = [paragraph for paragraph in paragraphs if paragraph.page == 0]
    declared = line(information.get("Title", ""))[:500]
    printed = next((p.text for p in first if declared and same_line(p.text, declared)), None)
    title = printed or _headline(paragraphs)
    if title is None and _is_title(declared):
        title = declared
    author = line(information.get("Author", ""))[:200]
    return Facts(
        title=title,
        published=_published(information.get("CreationDate", ""), first, now=now),
        authors=(author,) if author else (),
    )


def _headline(paragraphs: Sequence[Paragraph]) -> str | None:
    """Return the largest type of page one, if it is larger than that of the text."""
    letters = [p.size for p in paragraphs for _ in range(1 + len(p.text) // 20)]
    if not letters:
        return None
    body = median(letters)
    large = [
        p
        for p in paragraphs
        if p.page == 0
        and p.size >= _LARGER * body
        and sum(c.isalpha() for c in p.text) >= 4
        and columns(p.text) <= _LONGEST
    ]
    return max(large, key=lambda p: p.size).text if large else None


def _is_title(text: str) -> bool:
    """Tell whether a declared title can be one: no file's name, no program's phrase."""
    if _BY_PROGRAMS.fullmatch(text) or not any(c.isalpha() for c in text):
        return False
    return " " in text or columns(text) > 1.5 * len(text)


def _published(made: str, first: Sequence[Paragraph], *, now: datetime) -> datetime | None:
    """Return the day that a file was made on, if page one prints it; a day off for the zone."""
    found = _MADE.match(made)
    if not found:
        return None
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None
    text = "\n".join(paragraph.text for paragraph in first).casefold()
    for candidate in (day, day - timedelta(days=1), day + timedelta(days=1)):
        if re.search(_printed(candidate), text):
            return sane(candidate, now=now)
    return None


def _printed(day: datetime) -> str:
    """Return a pattern of the ways to print a day, in our three languages, in lower case."""
    english, russian = _MONTHS[day.month - 1]
    month = rf"(?:{'|'.join(english.split())})\.?"
    d, m, y = rf"0?{day.day}", rf"0?{day.month}", day.year
    return (
        rf"(?<!\d)(?:{d}(?:st|nd|rd|th)?\s+{month},?\s+{y}|{d}\s+{russian}\s+{y}|{d}\.{m}\.{y}|"
        rf"{d}/{m}/{y}|{m}/{d}/{y}|{y}[-./]{m}[-./]{d}|{y}\s*年\s*{m}\s*月\s*{d}\s*日)(?!\d)"
        rf"|\b{month}\s+{d}(?:st|nd|rd|th)?,?\s+{y}(?!\d)"
    )
