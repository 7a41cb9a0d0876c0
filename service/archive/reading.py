"""The pages for readers: issues, editions, files, stories, sources."""

import logging
import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.archive import answers
from service.archive.issue import framed
from service.archive.place import Place, place, visitor
from service.errors import StoreError
from service.render.environment import fill
from service.store import files, gave, issues, tellings
from service.store import sources as known_sources
from service.store.issues import IssueHead

log = logging.getLogger(__name__)

#: Rows on one page of a list.
ROWS = 25
#: Past this a list is not leafed through: every engine reads all the rows before.
_MOST_PAGE = 4_000
#: What every engine takes as an id.
_MOST_ID = 2**31 - 1
#: Headlines that the front page shows of an issue.
_HEADLINES = 3

_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "eml": "message/rfc822",
    "json": "application/json",
}
#: What a browser shows by itself, without running anything of it.
_SHOWN = ("pdf", "txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A part of a list, and where it stands in it."""

    number: int
    more: bool

    @property
    def offset(self) -> int:
        return (self.number - 1) * ROWS


def leaf(request: Request, total: int | None = None) -> Leaf:
    """Return which part of a list is asked for; 404 for none that there is.

    total: rows of the whole list; None: it is not known yet whether there are more.
    """
    said = request.query_params.get("page", "1")
    number = int(said) if re.fullmatch(r"[0-9]{1,6}", said) else 0
    last = _MOST_PAGE if total is None else max(1, -(-total // ROWS))
    if not 1 <= number <= min(last, _MOST_PAGE):
        raise HTTPException(404)
    return Leaf(number=number, more=number < last)


def front(request: Request) -> Response:
    """The last issue of each edition."""
    desk = place(request)
    with desk.store.read() as db:
        found = issues.latest(db)
        rows = [(head, tellings.of_issue(db, head.id)[:_HEADLINES]) for head in found]
        recent = issues.listing(db, limit=ROWS)
    return desk.page(request, "front.html", editions=rows, recent=recent)


def edition(request: Request) -> Response:
    """The issues of an edition, a part at a time."""
    desk, name = place(request), request.path_params["name"]
    with desk.store.read() as db:
        total = issues.count(db, name)
        if not total:
            raise HTTPException(404)
        part = leaf(request, total)
        rows = issues.listing(db, name, limit=ROWS, offset=part.offset)
    return desk.page(request, "edition.html", edition=name, rows=rows, part=part, total=total)


def _head(request: Request, desk: Place) -> IssueHead:
    ident = request.path_params["ident"]
    if ident > _MOST_ID:
        raise HTTPException(404)
    with desk.store.read() as db:
        head = issues.heads(db, (ident,)).get(ident)
    if head is None:
        raise HTTPException(404)
    return head


def issue(request: Request) -> Response:
    """An issue: its stored page under a bar."""
    desk = place(request)
    head = _head(request, desk)
    if head.state != "published":
        return desk.page(request, "failed.html", issue=head)
    with desk.store.read() as db:
        files = issues.files(db, head.id)
        before, after = issues.beside(db, head)
        digest = next((file.sha256 for file in files if file.format == "html"), "")
    stored = _page_of(desk, head, digest)
    bar = fill(
        "archive/bar.html",
        "markup",
        language=desk.language,
        desk=desk,
        visitor=visitor(request),
        issue=head,
        files=files,
        before=before,
        after=after,
    )
    made = framed(stored, bar.encode("utf-8"), desk.bar_style)
    headers = {"Content-Security-Policy": made.policy, "Cache-Control": desk.kept}
    return Response(made.data, media_type="text/html", headers=headers)


def _page_of(desk: Place, head: IssueHead, digest: str) -> bytes:
    """Return the stored page of an issue; made from its brief where none was stored."""
    if digest:
        found = desk.pages.get(digest)
        if found is not None:
            return found
        try:
            data = files.artifact_of(desk.store, head.id, "html").data
        except StoreError as error:
            # Its place does not answer, or has lost it: the issue is to be read all the same.
            log.warning("page made again issue=%d reason=%s", head.id, error)
        else:
            if desk.store.artifacts is not None:
                desk.pages.put(digest, data)
            return data
    with desk.store.read() as db:
        stored = issues.get(db, head.id)
    key = stored.sha256 or ""
    page = desk.pages.get(key)
    if page is None:
        page = _made(stored.brief or "")
        desk.pages.put(key, page)
    return page


def _made(brief: str) -> bytes:
    from service.brief import codec
    from service.render import charts, html

    read = codec.loads(brief)
    # Pictures take a second to draw; their tables say the same.
    return html.page(read, charts.unpictured(read))


def file(request: Request) -> Response:
    """A file of an issue, by its name."""
    desk = place(request)
    head, name = _head(request, desk), request.path_params["name"]
    with desk.store.read() as db:
        found = next((file for file in issues.files(db, head.id) if file.name == name), None)
    if found is None:
        raise HTTPException(404)
    etag = f'W/"{found.sha256[:24]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": desk.kept,
        "Content-Disposition": _disposition(found.format, found.name),
    }
    if answers.fresh(request, etag):
        return Response(b"", headers=headers)
    data = files.artifact_of(desk.store, head.id, found.format).data
    if found.format == "html":
        # Read alone it is a page of ours: it must not do more here than under its bar.
        headers["Content-Security-Policy"] = framed(data, b"", b"").policy
    media = _TYPES.get(found.format, "application/octet-stream")
    return Response(data, headers={**headers, "Content-Type": media})


def _disposition(form: str, name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._@+-]", "_", name)
    return f'{"inline" if form in _SHOWN else "attachment"}; filename="{plain}"'


def issue_stories(request: Request) -> Response:
    """The stories of an issue, each with the way to its history."""
    desk = place(request)
    head = _head(request, desk)
    with desk.store.read() as db:
        rows = tellings.of_issue(db, head.id)
        counts = tellings.counts(db, (story for _, story, _, _ in rows))
    return desk.page(request, "stories.html", issue=head, rows=rows, counts=counts)


def story(request: Request) -> Response:
    """A story as the issues told it, the last first."""
    desk, ident = place(request), request.path_params["ident"]
    with desk.store.read() as db:
        total = tellings.counts(db, (ident,)).get(ident, 0)
        if not total:
            raise HTTPException(404)
        part = leaf(request, total)
        rows = tellings.of_story(db, ident, limit=ROWS, offset=part.offset)
    return desk.page(request, "story.html", rows=rows, part=part, total=total)


def sources(request: Request) -> Response:
    """Every source, and how it is doing."""
    desk = place(request)
    return desk.page(request, "sources.html", rows=desk.sources())


def source(request: Request) -> Response:
    """One source: how it is doing, and what it gave."""
    desk, name = place(request), request.path_params["name"]
    with desk.store.read() as db:
        found = known_sources.listing(db, name=name)
        if not found:
            raise HTTPException(404)
        total = gave.count(db, name)
        part = leaf(request, total)
        rows = gave.articles(db, name, limit=ROWS, offset=part.offset)
        readings = gave.readings(db, name, limit=10)
        problems = known_sources.problems(db, name)[:ROWS]
    return desk.page(
        request,
        "source.html",
        source=found[0],
        rows=rows,
        part=part,
        total=total,
        readings=readings,
        problems=problems,
    )


def style(request: Request) -> Response:
    """The style sheet; its address names its content."""
    desk = place(request)
    if request.url.path != desk.style_path:
        return RedirectResponse(desk.style_path, status_code=307)
    headers = {"Cache-Control": answers.FOR_EVER}
    return Response(desk.style, media_type="text/css", headers=headers)


def robots(request: Request) -> Response:
    """What programs may read: nothing, where the settings do not say otherwise."""
    listed = place(request).web.indexed
    lines = "Disallow: /search\nDisallow: /desk\n" if listed else "Disallow: /\n"
    headers = {"Cache-Control": answers.ASK}
    return Response(f"User-agent: *\n{lines}", media_type="text/plain", headers=headers)
