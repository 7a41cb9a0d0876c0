"""`briefing lab`: one stage on texts of your own, JSON lines in and out.

The same functions that make an issue, so that what is measured here is what is printed there.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from feeds import documents
from feeds.worker import FOR_FEEDS, Workers
from service.cli.console import DEGRADED, new_app, say
from service.errors import BriefError, SourceError
from service.model import Article, Entry, Place, content_id

T = TypeVar("T")

app = new_app("Run one stage on texts of your own: JSON lines in, JSON lines out.")

Input = Annotated[str, typer.Option("--jsonl", metavar="IN", help="A file; - reads stdin.")]

Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]

#: When no row says: every row is taken to be collected at one moment.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@app.callback()
def group() -> None:
    """Run one stage on texts of your own: JSON lines in, JSON lines out."""


@app.command()
def summarize(
    jsonl: Input,
    summarizer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Default: the one that briefs use.")
    ] = None,
    sentences: Annotated[int | None, typer.Option(metavar="N", min=1)] = None,
    words: Annotated[int | None, typer.Option(metavar="N", min=1)] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="en, zh or ru; detected when left out.")
    ] = None,
) -> None:
    """Choose sentences: {"id","text"} or {"id","texts"} -> {"id","sentences":[…]}."""
    import summarizers
    from feeds.language import language as detect
    from service.brief.condense import AUTO
    from summarizers import text

    if sentences is None and words is None:
        raise typer.BadParameter("give one of the two", param_hint="--sentences / --words")
    known = (AUTO, *summarizers.names())
    if summarizer is not None and summarizer not in known:
        raise typer.BadParameter(
            f'"{summarizer}": choose of {", ".join(known)}', param_hint="--summarizer"
        )
    for row in _rows(jsonl, "id"):
        texts = row["texts"] if "texts" in row else [row["text"]]
        spoken = language or detect("\n".join(texts))
        titles = row.get("titles") or [row.get("title") or ""] * len(texts)
        prepared, spans = text.prepare(list(zip(titles, texts, strict=True)), spoken)
        name = summarizers.default(len(texts)) if summarizer in (None, AUTO) else summarizer
        chosen = summarizers.summarize(name, prepared, sentences=sentences, words=words)
        flat = [(doc, span) for doc, of_doc in enumerate(spans) for span in of_doc]
        _print(
            {
                "id": row["id"],
                "sentences": [
                    {"text": texts[doc][start:end], "start": start, "end": end, "doc": doc}
                    for doc, (start, end) in (flat[index] for index in chosen)
                ],
            }
        )


@app.command()
def cluster(
    jsonl: Input, topic: Annotated[str, typer.Option(metavar="NAME")] = "china-russia"
) -> None:
    """Group articles into stories: {"id","text",["title"],["published"]} -> {"id","story"}."""
    from service import stories
    from service.topic import load

    rows = list(_rows(jsonl, "id", "text"))
    told = stories.cluster([_article(row) for row in rows], load(topic))
    story = {index: number for number, group in enumerate(told) for index in group}
    for index, row in enumerate(rows):
        _print({"id": row["id"], "story": story[index]})


@app.command()
def relevance(
    jsonl: Input, topic: Annotated[str, typer.Option(metavar="NAME")] = "china-russia"
) -> None:
    """Weigh articles: {"id","title","text"} -> {"id","score","relevant","parts"}."""
    from service.topic import load
    from service.topic import relevance as weigh

    profile = load(topic)
    for row in _rows(jsonl, "id", "text"):
        found = weigh(row.get("title") or "", row["text"], profile)
        parts = {part.name: part.value for part in found.parts}
        _print({"id": row["id"], "score": found.score, "relevant": found.relevant, "parts": parts})


@app.command()
def feed(files: Files) -> None:
    """Read feeds that were saved as files: one {"entries":[…],"errors":[…]} a file."""
    from feeds.items import items

    missed = 0
    for path, found in _read(files, items, url="https://localhost/"):
        if isinstance(found, BriefError):
            missed += _missed(path, found)
            reason = {"key": "", "reason": str(found), "kind": "fault"}
            _print({"file": path, "entries": [], "errors": [reason]})
            continue
        _print(
            {
                "file": path,
                "entries": [_entry(entry) for entry in found.entries],
                "errors": [
                    {"key": key, "reason": reason, "kind": kind}
                    for key, reason, kind in found.problems
                ],
            }
        )
    if missed:
        raise typer.Exit(DEGRADED)


@app.command()
def extract(
    html: Annotated[Path, typer.Option(metavar="FILE", help="A page that was saved as a file.")],
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...")] = None,
) -> None:
    """Find the article in saved pages: one {"title","authors","published","text"} a file."""
    from feeds.documents import html as reader

    missed = 0
    for path, found in _read((html, *(files or ())), reader):
        row: dict[str, Any] = {"file": path, "title": None, "authors": [], "published": None}
        try:
            if isinstance(found, BriefError):
                missed += _missed(path, found)
                raise found
            facts, text = found
            entry = documents.entry(path, text, facts, now=datetime.now(UTC))
        except BriefError as exc:
            _print({**row, "text": "", "error": str(exc)})
            continue
        said = _entry(entry)
        _print(
            {
                "file": path,
                "title": said["title"],
                "authors": list(facts.authors),
                "published": said["published"],
                "text": said["text"],
            }
        )
    if missed:
        raise typer.Exit(DEGRADED)


def _missed(path: str, error: BriefError) -> bool:
    """Tell on stderr of a file that could not be opened, and whether it was one.

    A file that is no feed is a result, as a feed without items is.
    """
    if isinstance(error, SourceError):
        return False
    say(f"{path}: {error}")
    return True


def _read(
    paths: Iterable[Path], reader: Callable[..., T], **more: Any
) -> Iterator[tuple[str, T | BriefError]]:
    """Yield what a reader of bytes gives for each file, in order, or why it gives nothing.

    A SourceError says what is wrong with its bytes, another BriefError that there are none.
    """

    async def each() -> list[tuple[str, T | BriefError]]:
        found: list[tuple[str, T | BriefError]] = []
        async with Workers(1, preload=FOR_FEEDS) as workers:
            for path in paths:
                try:
                    data = path.read_bytes()
                    got = await workers.run(reader, data, now=datetime.now(UTC), **more)
                    found.append((str(path), got))
                except OSError as exc:
                    why = (exc.strerror or str(exc)).lower()
                    found.append((str(path), BriefError(f"cannot be read: {why}")))
                except SourceError as exc:
                    found.append((str(path), exc))
        return found

    yield from asyncio.run(each())


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "title": entry.title if entry.title_given else None,
        "url": entry.url,
        "published": entry.published.isoformat() if entry.published else None,
        "language": entry.language,
        "outlet": entry.outlet,
        "origin": entry.origin,
        "text": entry.text,
    }


def _article(row: dict[str, Any]) -> Article:
    from feeds.language import language as detect

    published = row.get("published")
    place = Place(
        source="lab",
        key=str(row["id"]),
        title=row.get("title") or "",
        collected=NO_TIME,
        published=_moment(published) if published else None,
    )
    spoken = row.get("language") or detect(row["text"])
    ident = content_id(row["text"])
    return Article(id=ident, root=ident, text=row["text"], language=spoken, places=(place,))


def _rows(name: str, *keys: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of JSON lines that have `keys`; raise BriefError at a bad one."""
    try:
        with nullcontext(sys.stdin) if name == "-" else open(name, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as exc:
                    raise BriefError(f"{name}, line {number}: is not JSON: {exc}") from exc
                wrong = _wrong(row, keys)
                if wrong:
                    raise BriefError(f"{name}, line {number}: {wrong}")
                yield row
    except OSError as exc:
        raise BriefError(f"{name}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise BriefError(f"{name}: is not UTF-8") from exc


def _wrong(row: Any, keys: Iterable[str]) -> str | None:
    """Return what is wrong with a row, in words, or None. A title may be null, or left out."""
    if not isinstance(row, dict):
        return 'is not an object with an "id"'
    missing = [key for key in keys if key not in row]
    if missing:
        return f'has no "{missing[0]}"'
    if "text" not in row and "texts" not in row:
        return 'has neither "text" nor "texts"'
    return _ill_formed(row)


def _ill_formed(row: dict[str, Any]) -> str | None:
    for key in ("text", "title", "published", "language"):
        value = row.get(key, "")
        if not isinstance(value, str) and (value is not None or key == "text"):
            return f'"{key}" must be a string'
    for key in ("texts", "titles"):
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            return f'"{key}" must be a list of strings'
    if not _whole(row):
        return "holds half of a surrogate pair, which is no character"
    if row.get("titles") and len(row["titles"]) != len(row.get("texts", ("one",))):
        return '"titles" must be as many as the texts'
    try:
        _moment(row.get("published") or "2000-01-01")
    except ValueError:
        return f'"published" is no date: "{row["published"]}"; for example "2025-05-08T10:00:00Z"'
    return None


def _whole(row: dict[str, Any]) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _moment(value: str) -> datetime:
    """Return a date of ISO 8601, one without a zone in UTC; raise ValueError if it is none."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
