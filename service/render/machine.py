"""What the bytes of a document depend on besides its data: programs, libraries, fonts, templates.

Everything is read without importing what it is about, because every issue records it: packages by
their metadata, system libraries by asking them for their version, the rest by its hash.
"""

import ctypes
import hashlib
import platform
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from service.errors import RenderError
from service.render import fonts

#: Distributions that decide on a sentence, a number or a glyph; one that is not there is left out.
PACKAGES = (
    "ahocorasick-rs",
    "babel",
    "cffi",
    "cssselect2",
    "fonttools",
    "jinja2",
    "lxml",
    "markupsafe",
    "matplotlib",
    "mrml",
    "numpy",
    "pillow",
    "pydantic",
    "pydyf",
    "pyphen",
    "pystemmer",
    "rensa",
    "rjieba",
    "scipy",
    "sentencex",
    "sumy",
    "tinycss2",
    "tinyhtml5",
    "tzdata",
    "uharfbuzz",
    "weasyprint",
)
#: Our own code on which an issue depends, and what it is written with.
CODE = ("service", "summarizers")


def versions(*, drawn: bool = True) -> dict[str, str]:
    """Return names and versions or hashes, as the manifest of an issue keeps them.

    drawn: with the fonts, and the libraries that set pages; plain text needs none of them.
    """
    return {**_program(), **_packages(), **(_libraries() if drawn else {})}


@cache
def _program() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "program": digest(
            (f"{name}/{path.relative_to(root).as_posix()}", path.read_bytes())
            for name in CODE
            for root in (Path(str(files(name))),)
            for path in sorted(root.rglob("*"))
            if path.suffix in (".py", ".toml")
        ),
        "templates": digest(
            (path.relative_to(root).as_posix(), path.read_bytes())
            for root in (Path(str(files("templates"))),)
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.suffix not in (".py", ".pyc")
        ),
    }


@cache
def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def _libraries() -> dict[str, str]:
    """Return the versions of the system's libraries, and the hash of the fonts."""
    found = {
        name: told(library)
        for name, (soname, number, told) in _SYSTEM.items()
        if (library := _open(soname, number)) is not None
    }
    try:
        folder = fonts.ensure().parent
    except RenderError:
        # Whoever sets a page is told so; other formats need none.
        return found
    kept = sorted(path for path in folder.rglob("*") if path.suffix in (".ttf", ".otf"))
    found["fonts"] = digest((path.name, path.read_bytes()) for path in kept)
    return found


def digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return the beginning of the SHA-256 of named contents, in the order given."""
    whole = hashlib.sha256()
    for name, data in parts:
        whole.update(f"{name}\0{len(data)}\0".encode())
        whole.update(data)
    return whole.hexdigest()[:32]


def _open(library: str, number: int) -> ctypes.CDLL | None:
    mac = sys.platform == "darwin"
    name = f"lib{library}.{number}.dylib" if mac else f"lib{library}.so.{number}"
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def _pango(library: ctypes.CDLL) -> str:
    return _dotted(library.pango_version(), 10_000, 100)


def _harfbuzz(library: ctypes.CDLL) -> str:
    library.hb_version_string.restype = ctypes.c_char_p
    told: bytes = library.hb_version_string()
    return told.decode("ascii")


def _fontconfig(library: ctypes.CDLL) -> str:
    return _dotted(library.FcGetVersion(), 10_000, 100)


def _dotted(number: int, major: int, minor: int) -> str:
    return f"{number // major}.{number // minor % 100}.{number % minor}"


#: Name -> (library, number of its interface, how it tells its version).
_SYSTEM: dict[str, tuple[str, int, Callable[[ctypes.CDLL], str]]] = {
    "pango": ("pango-1.0", 0, _pango),
    "harfbuzz": ("harfbuzz", 0, _harfbuzz),
    "fontconfig": ("fontconfig", 1, _fontconfig),
}
