"""`briefing explain`: why an article is in an issue, or out, part by part."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import AsJson, Config, counted, local, new_app, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.model import Article, Part, Relevance, Story

#: Members of its story that an article's links are told of.
LINKS = 10

app = new_app("Why an article is in, or out, part by part.")


@app.command()
def explain(
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE", help="Its address, file or title, or 6 digits or more of its hash."
        ),
    ],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Print an article's relevance part by part, and the story that it belongs to."""
    from service import settings
    from service.app import App
    from service.brief.coverage import READ
    from service.store import articles
    from service.stories import place as placed
    from service.stories import stories
    from service.stories.similarity import Batch
    from service.topic import relevance

    chosen = settings.load(config)
    with App(chosen) as desk:
        with desk.store.read() as db:
            found = articles.find(db, article)
            others = articles.collected(db)
        weights = {
            a.id: relevance(a.title, a.text, desk.profile)
            for a in (found, *others)
            if a.language in READ
        }
        about = [a for a in others if a.id in weights and weights[a.id].relevant]
        told = stories(about, weights, desk.profile, desk.now)
        threshold = desk.profile.threshold
    place = next(
        ((n, s) for n, s in enumerate(told, 1) if found.id in {a.id for a in s.articles}), None
    )
    weight = weights.get(found.id)
    order: tuple[Part, ...] = ()
    links: dict[str, tuple[Part, ...]] = {}
    if place is not None:
        order = placed(place[1], weights, desk.now)
        batch = Batch(about, desk.profile)
        members = [a.id for a in place[1].articles if a.id != found.id]
        links = {id_: batch.explain(found.id, id_) for id_ in members[:LINKS]}
    if as_json:
        print_json(_row(found, weight, threshold, place, order, links))
        return
    typer.echo(f"{found.title}\n{found.outlet}, {found.language}, {found.id}")
    typer.echo(f"published {local(found.published, chosen.zone) if found.published else 'undated'}")
    if weight is None:
        typer.echo(f'out: the language "{found.language}" is not read')
        return
    word = "in" if weight.relevant else "out"
    typer.echo(f"{word}: relevance {weight.score:.2f}, threshold {threshold:.2f}")
    print_table(
        ("part", "value", "found"), [(p.name, f"{p.value:+.2f}", p.detail) for p in weight.parts]
    )
    if place is not None:
        number, story = place
        typer.echo(
            f"story {number} of {len(told)}: {counted(len(story.articles), 'article')}, "
            f"{counted(story.origins, 'independent origin')}, "
            f"{counted(len(story.outlets), 'outlet')}"
        )
        typer.echo("its place, each part deciding where those before it are equal:")
        # The value of recency is in seconds, and its detail the moment.
        values = ["" if p.name == "recency" else f"{p.value:.2f}" for p in order]
        rows = [(p.name, value, p.detail) for p, value in zip(order, values, strict=True)]
        print_table(("part", "value", "of"), rows)
        for member in story.articles:
            typer.echo(f"  {member.id[:12]}  {member.language}  {member.title}")
            for part in links.get(member.id, ()):
                typer.echo(f"      {part.name} {part.value:.2f}: {part.detail}")


def _row(
    found: "Article",
    weight: "Relevance | None",
    threshold: float,
    place: "tuple[int, Story] | None",
    order: "tuple[Part, ...]",
    links: "dict[str, tuple[Part, ...]]",
) -> dict[str, object]:
    return {
        "article": found.id,
        "title": found.title,
        "language": found.language,
        "relevant": bool(weight and weight.relevant),
        "score": weight.score if weight else None,
        "threshold": threshold,
        "parts": _parts(weight.parts if weight else ()),
        "story": None
        if place is None
        else {
            "place": place[0],
            "origins": place[1].origins,
            "order": _parts(order),
            "links": {id_: _parts(parts) for id_, parts in links.items()},
            "articles": [member.id for member in place[1].articles],
        },
    }


def _parts(parts: "Iterable[Part]") -> list[dict[str, object]]:
    return [{"name": p.name, "value": p.value, "detail": p.detail} for p in parts]
