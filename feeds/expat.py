"""A driver of expat for feedparser that gives text in one piece; it asks for `create_parser`.

Python's own driver lets expat call back for each line and each reference to a character: a feed of
escaped HTML comes in pieces of 25 characters, each of which goes through four functions of Python.
"""

from typing import TYPE_CHECKING
from xml.sax.expatreader import ExpatParser

if TYPE_CHECKING:
    from pyexpat import XMLParserType

#: Characters that are gathered before they are handed on.
_BUFFER = 1 << 16


class BufferedParser(ExpatParser):
    """Python's driver, with expat's buffer for text switched on."""

    #: Python's driver makes one for each document.
    _parser: "XMLParserType"

    def reset(self) -> None:
        """Begin a document."""
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = _BUFFER


def create_parser() -> BufferedParser:
    """Return a new parser, as `xml.sax.make_parser` wants it."""
    return BufferedParser()
