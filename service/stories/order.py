"""From articles to stories in the order in which a brief prints them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from service.model import Article, Part, Relevance, Story
from service.stories.cluster import cluster
from service.stories.origins import origins
from service.stories.study import NONE, Study
from service.topic import Profile


def stories(
    articles: Sequence[Article],
    relevance: Mapping[str, Relevance],
    profile: Profile,
    cutoff: datetime,
    studies: Mapping[str, Study] = NONE,
) -> tuple[Story, ...]:
    """Return the stories of the articles, the first to be printed first.

    Stories are in the order of the parts that `place` gives. Within a story: the most relevant
    article, then one whose title was given, then the longer text, then the smaller id.
    relevance: by id; an article that it lacks counts as 0. studies: as for `cluster`.
    """
    found = []
    for group in cluster(articles, profile, studies=studies):
        members = sorted(
            (articles[i] for i in group), key=lambda article: _rank(article, relevance)
        )
        found.append(Story(articles=tuple(members), origins=len(origins(members, profile))))
    return tuple(
        sorted(
            found,
            key=lambda story: (
                *(-part.value for part in place(story, relevance, cutoff)),
                story.id,
            ),
        )
    )


def place(story: Story, relevance: Mapping[str, Relevance], cutoff: datetime) -> tuple[Part, ...]:
    """Return what a story's place in the brief rests on; more of a part is further up.

    A part decides only where all parts before it are equal: there are no weights. A story without a
    known date is older than any that has one, and a date after the cut-off is not believed. Of
    stories with equal parts the smaller id is first.
    """
    best = relevance.get(story.articles[0].id)
    dates = [a.published for a in story.articles if a.published and a.published <= cutoff]
    latest = max(dates, default=None)
    actors = next((part for part in best.parts if part.name == "actors"), None) if best else None
    languages = sorted({article.language for article in story.articles})
    outlets = f"{len(story.outlets)} outlet" + "s" * (len(story.outlets) != 1)
    return (
        Part(name="origins", value=story.origins, detail=outlets),
        Part(name="relevance", value=best.score if best else 0.0, detail="of the best article"),
        Part(
            name="recency",
            value=(latest - datetime.min.replace(tzinfo=UTC)).total_seconds() if latest else 0.0,
            detail=f"latest {latest.isoformat()}" if latest else "no known date",
        ),
        Part(
            name="actors",
            value=actors.value if actors else 0.0,
            detail=actors.detail if actors else "",
        ),
        Part(name="languages", value=len(languages), detail=", ".join(languages)),
    )


def _score(article: Article, relevance: Mapping[str, Relevance]) -> float:
    known = relevance.get(article.id)
    return known.score if known else 0.0


def _rank(
    article: Article, relevance: Mapping[str, Relevance]
) -> tuple[float, bool, int, str, str]:
    return (
        -_score(article, relevance),
        not article.places[0].title_given,
        -len(article.text),
        article.id,
        # Copies of one text with different places, in an order that the input's cannot change.
        repr(article.places),
    )
