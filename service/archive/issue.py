"""An issue's stored page under a thin bar, and the policy that just this page needs.

The stored bytes stay as they are; the bar and its style are put in between. Styles inside of the
page are allowed by their hashes, so that no other can come in with a headline.
"""

import html
import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from service.archive import answers

_STYLE = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(rb'\sstyle="([^"]*)"', re.IGNORECASE)
#: The bar comes behind the link that skips to the text, which must be the first.
_BODY = re.compile(rb'<body[^>]*>(\s*<a class="skip"[^>]*>[^<]*</a>)?', re.IGNORECASE)
_HEAD = re.compile(rb"</head>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with its policy."""

    data: bytes
    policy: str


def framed(stored: bytes, bar: bytes, style: bytes) -> Page:
    """Return a stored page with a bar at its top. style: of the bar, without its element."""
    inside = b"<style>" + style + b"</style>"
    head, body = _HEAD.search(stored), _BODY.search(stored)
    data = stored
    if body is not None:
        data = stored[: body.end()] + bar + stored[body.end() :]
    if head is not None and (body is None or head.start() < body.start()):
        data = data[: head.start()] + inside + data[head.start() :]
    styles = [answers.style_hash(found) for found in _STYLE.findall(data)]
    attributes = {html.unescape(a.decode("utf-8", "replace")) for a in _ATTRIBUTE.findall(data)}
    if attributes:
        # Templates of the desk's own may have them; ours do not.
        styles.append("'unsafe-hashes'")
        styles += [answers.style_hash(one.encode()) for one in sorted(attributes)]
    return Page(data=data, policy=answers.policy(dict.fromkeys(styles)))


class Pages:
    """Pages that were made a short while ago, by what they were made from."""

    def __init__(self, most: int = 32) -> None:
        self._most, self._lock = most, Lock()
        self._known: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def put(self, key: str, page: bytes) -> None:
        with self._lock:
            self._known[key] = page
            if len(self._known) > self._most:
                self._known.popitem(last=False)
