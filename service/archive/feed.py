"""The issues of an edition as Atom, for feed readers."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.archive.place import Place, edition_path, place
from service.render import phrases
from service.store import issues, tellings
from service.store.issues import IssueHead

#: Issues in a feed.
MOST = 30
_ENDING = ".atom"


def atom(request: Request) -> Response:
    """The last issues of an edition, each with its headlines."""
    desk, said = place(request), request.path_params["name"]
    if not said.endswith(_ENDING):
        raise HTTPException(404)
    edition = said.removesuffix(_ENDING)
    with desk.store.read() as db:
        rows = issues.listing(db, edition, limit=MOST)
        told = {head.id: tellings.of_issue(db, head.id) for head in rows}
    if not rows:
        raise HTTPException(404)
    base = desk.public_url or str(request.base_url).rstrip("/")
    data = _written(desk, edition, rows, told, base)
    headers = {"Cache-Control": desk.kept}
    return Response(data, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _written(
    desk: Place,
    edition: str,
    rows: tuple[IssueHead, ...],
    told: dict[int, tuple[tuple[int, str, str, str], ...]],
    base: str,
) -> bytes:
    from feedgen.feed import FeedGenerator

    made = FeedGenerator()
    address = f"{base}/feeds/{edition_path(edition)}{_ENDING}"
    made.id(address)
    made.title(_xml(f"{desk.title}: {edition}"))
    made.author({"name": _xml(desk.title)})
    made.link(href=address, rel="self", type="application/atom+xml")
    made.link(href=f"{base}/editions/{edition_path(edition)}", rel="alternate", type="text/html")
    made.language(desk.language)
    made.updated(max(head.created for head in rows))
    made.generator("briefing-digest")
    for head in rows:
        if head.state != "published":
            continue
        entry = made.add_entry(order="append")
        # Where it is read may change; what it is, not.
        entry.id(f"tag:{_host(base)},2026:{edition}/{head.number}/{head.id}")
        entry.title(_xml(f"{head.title} {head.number}, {phrases.day(head.cutoff, desk.zone)}"))
        entry.updated(head.created)
        entry.published(head.created)
        entry.link(href=f"{base}/issues/{head.id}", rel="alternate", type="text/html")
        headlines = [headline for _, _, headline, _ in told[head.id]]
        entry.summary(_xml("\n".join(headlines) or head.title))
    data: bytes = made.atom_str(pretty=False)
    return data


def _host(base: str) -> str:
    return base.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"


def _xml(text: str) -> str:
    """Return a text without what XML cannot carry."""
    from service.render.fold import printable

    return printable(text)
