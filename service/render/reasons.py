"""Why something was not read, in the reader's language.

Problem: reasons are made where the fault is found (a reader of feeds, the renderer), as one English
line for the operator's terminal, and are stored so; the reader of a Chinese brief should not meet
them in English. Choice: the frequent ones stand here as patterns, are recognised as a whole, and
are said with the same values. What is not listed is printed as it is: words of another program, or
of a case too rare to be worth a translation. Rejected: gettext inside of the readers, which have no
language, and a code for each reason in the store, which a person at the terminal could not read.

A test holds that each pattern is one that the program makes.
"""

import re
from functools import cache
from gettext import NullTranslations

from service.render.catalogue import msgid

#: A value of the name "why" is a reason itself; the others are copied.
PATTERNS = (
    msgid('is in the language "%(code)s", which is not read'),
    msgid("is of unknown language, which is not read"),
    # Documents.
    msgid("is empty"),
    msgid("holds no text that can be read"),
    msgid("is not a regular file"),
    msgid("is too large: at most %(limit)s MB are read"),
    msgid("cannot be read: %(why)s"),
    msgid("changed while it was read, twice; it will be read again next time"),
    msgid("is still being written; it will be read when it has come to rest"),
    msgid("is a symbolic link that leaves the folder; not followed"),
    msgid("is not a text: it holds control characters"),
    msgid("is not a text: it holds a NUL byte (at byte %(byte)s)"),
    msgid("is not a text but %(kind)s"),
    msgid("is not a text in %(encoding)s, nor in another usual encoding"),
    msgid("is not valid UTF-8 (byte %(byte)s), nor in another usual encoding; save it as UTF-8"),
    msgid("is not a web page: %(why)s"),
    msgid("is an old Word document or is protected by a password; save it as .docx without one"),
    msgid("is not a Word document, or a damaged one"),
    msgid("is protected by a password; save a copy of it without one"),
    msgid("is not a PDF document, or a damaged one"),
    msgid("holds no text but headers and page numbers"),
    msgid("has %(count)s pages, and at most %(limit)s are read"),
    msgid("is not a mail that was saved as text; save it as .eml"),
    msgid("is not a saved mail: it has no header lines"),
    msgid("took more than %(limit)s s and was stopped"),
    msgid("took too much memory, more than %(limit)s MB, and was stopped"),
    # Feeds.
    msgid("was never read"),
    msgid("has no text"),
    msgid("has no text, only media (%(type)s)"),
    msgid("is not a feed"),
    msgid("is not a feed: %(why)s"),
    msgid("is not a feed that can be read: %(why)s"),
    msgid("%(address)s cannot be read: %(why)s"),
    msgid("%(address)s gave no whole answer within %(limit)s seconds"),
    msgid("%(address)s is larger than %(limit)s MB"),
    msgid("%(address)s redirects more than %(limit)s times"),
    msgid("%(address)s sent compressed data that is broken"),
    msgid("%(address)s answered %(status)s: %(why)s"),
    msgid("it asks for a password"),
    msgid("it broke the connection"),
    msgid("it closed the connection without an answer"),
    msgid("it refuses us"),
    msgid("it says that this address is gone for good"),
    msgid("it says that we ask too often"),
    msgid("its answer breaks off"),
    msgid("its certificate is not valid"),
    msgid("its name cannot be found"),
    msgid("no secure connection can be made"),
    msgid("nothing answers there"),
    msgid("there is nothing at this address"),
    # Pages.
    msgid("the %(format)s was not made: %(why)s"),
    msgid("the page is nested too deeply"),
    msgid("setting its pages %(why)s and was stopped"),
    msgid("took more than %(limit)s s"),
    msgid("took more than %(limit)s s of CPU"),
    msgid("took too much memory, more than %(limit)s MB,"),
    msgid(
        "its fonts have no glyph for %(characters)s, in %(places)s; the other formats can print it"
    ),
)

#: A value in a pattern.
VALUE = re.compile(r"%\((\w+)\)s")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each pattern with the expression that recognises it, the most definite first."""

    def expression(pattern: str) -> re.Pattern[str]:
        parts = VALUE.split(pattern)
        texts = [re.escape(p) if n % 2 == 0 else f"(?P<{p}>.+)" for n, p in enumerate(parts)]
        return re.compile("".join(texts))

    definite = sorted(PATTERNS, key=lambda pattern: -len(VALUE.sub("", pattern)))
    return tuple((pattern, expression(pattern)) for pattern in definite)


def said(reason: str, words: NullTranslations) -> str:
    """Return a reason in the words of a catalogue; as it is where it is none of the patterns."""
    for pattern, expression in _patterns():
        found = expression.fullmatch(reason)
        if found is not None:
            values = found.groupdict()
            if "why" in values:
                values["why"] = said(values["why"], words)
            return words.gettext(pattern) % values
    return reason
