"""The sample articles of `corpus/`, as summarizers read them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from feeds import documents
from summarizers import guards
from summarizers.base import Text
from summarizers.text import prepare

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
#: Bounds the dates that are believed; no measure depends on it.
_NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One article, its furniture removed."""

    #: Path below `corpus/`.
    name: str
    title: str
    language: str
    #: Prepared without its title, which is what the summary is measured against.
    text: Text
    #: For each sentence, whether it may stand alone.
    stands: tuple[bool, ...]


def files() -> tuple[Path, ...]:
    """Return the files of the corpus, by path."""
    return tuple(sorted(path for path in CORPUS.rglob("*") if path.is_file()))


def digest() -> str:
    """Return the SHA-256 of the paths and bytes of all files."""
    found = sha256()
    for path in files():
        name = path.relative_to(CORPUS).as_posix()
        found.update(f"{name} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


@cache
def samples() -> tuple[Sample, ...]:
    """Return every article of the corpus, by path."""
    return tuple(_sample(path) for path in files())


def _sample(path: Path) -> Sample:
    name = path.relative_to(CORPUS).as_posix()
    entry = documents.read(name, path.read_bytes(), now=_NOW)
    text, _ = prepare([("", entry.text)], entry.language)
    return Sample(
        name=name,
        title=entry.title,
        language=entry.language,
        text=text,
        stands=tuple(guards.fault(unit.text, entry.language) is None for unit in text.units),
    )
