"""A desk's own templates: a folder that lies over the shipped one.

Problem: an operator wants another head, another order, another style sheet, and must not have to
copy what changes with the next version. And a template is a program: it can ask for two gigabytes,
run for ever, or climb from a value to the interpreter. Choice: files of the folder take the place
of the shipped ones of the same name, one by one; `{% extends "shipped/brief/body.html" %}` takes
over all but the blocks that are written anew. They are read here, once, as text, so that an issue
has one state of them and its manifest the hash of that; they are filled in by Jinja's immutable
sandbox, in the process that can be killed (`worker`), the shipped ones that they include, too.

What they get is a `Brief` and the filters of this program, and nothing else: no settings, no store,
no file. An article's text comes in as a value and is escaped; a template can neither switch that
off nor be made out of a value. A format whose template fails is left out of the issue, which is
published with the others and says so.

Rejected: a list of forbidden words (the sandbox is kept up by its authors), and filling in here
with a limit of time (a thread cannot be stopped).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from service.errors import RenderError

#: The name under which a template of the same name is reached that is shipped.
SHIPPED = "shipped/"
#: What is read: a folder named by mistake must not be read whole.
SUFFIXES = frozenset({".html", ".css", ".txt", ".md", ".mjml"})
MOST_FILES = 200
MOST_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Templates:
    """Own templates, as they were when they were read."""

    #: As messages name it.
    folder: str
    #: (name, text), in order of name: "brief/page.html".
    files: tuple[tuple[str, str], ...]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of names and texts, in hex; the folder does not count."""
        return digest(self.files)

    def path(self, name: str) -> str:
        """Return the file of a template, for messages."""
        return f"{self.folder}/{name}"


def digest(parts: Iterable[tuple[object, ...]]) -> str:
    """Return the SHA-256 of rows of values, in hex."""
    whole = hashlib.sha256()
    for row in parts:
        whole.update("".join(f"{value}\0" for value in row).encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def load(folder: Path) -> Templates:
    """Read a folder of templates; raise RenderError, in one line, where that cannot be done.

    Hidden files and those of other kinds (a licence, a picture) are passed over; a link that leads
    out of the folder is refused.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise RenderError(f"{folder}: there is no such folder of templates")
    found: list[tuple[str, str]] = []
    size = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in SUFFIXES or any(part.startswith(".") for part in Path(name).parts):
            continue
        if not path.resolve().is_relative_to(root):
            raise RenderError(
                f"{path}: leads out of the folder of templates; copy the file into it"
            )
        try:
            if not path.is_file():
                continue
            size += path.stat().st_size
            if size > MOST_BYTES or len(found) == MOST_FILES:
                raise RenderError(
                    f"{folder}: more than {MOST_FILES} templates or {MOST_BYTES >> 20} MB of them; "
                    "name a folder that holds templates only"
                )
            found.append((name, path.read_text(encoding="utf-8")))
        except OSError as exc:
            raise RenderError(f"{path}: cannot be read: {exc.strerror or exc}") from exc
        except UnicodeDecodeError as exc:
            raise RenderError(f"{path}: is not UTF-8; save it as UTF-8") from exc
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        raise RenderError(f"{folder}: holds no template ({kinds}), such as brief/page.css")
    _check_places(folder, dict(found))
    return Templates(folder=str(folder), files=tuple(found))


def _check_places(folder: Path, found: dict[str, str]) -> None:
    """Refuse a file that lies beside its place: it would change nothing, and nobody would know."""
    root = Path(str(files("templates")))
    shipped = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.suffix in SUFFIXES and path.is_file()
    }
    for name in sorted(found.keys() - shipped):
        meant = sorted(other for other in shipped if Path(other).name == Path(name).name)
        used = any(f'"{name}"' in text or f"'{name}'" in text for text in found.values())
        if meant and not used:
            raise RenderError(
                f"{folder}/{name}: takes the place of no template, and none of yours names it; "
                f"did you mean {meant[0]}?"
            )
