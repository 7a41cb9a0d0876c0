"""From articles to stories in the order in which a brief prints them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from service.model import Article, Relevance, Story
from service.stories.cluster import cluster
from service.stories.origins import origins
from service.topic import Profile


def stories(
    articles: Sequence[Article],
    relevance: Mapping[str, Relevance],
    profile: Profile,
    cutoff: datetime,
) -> tuple[Story, ...]:
    """Return the stories of the articles, the first to be printed first.

    Order of stories: most independent origins; then the relevance of the best article; then the
    latest publication that is not after `cutoff`; then the most languages; then the smallest id.
    Order within a story: relevance, then a title that was given, then the longer text, then the
    id. An article without a known date is the oldest; a date after the cut-off is not believed.
    Each step decides only where those before it are equal: there are no weights.
    relevance: by id; an article that it lacks counts as 0.
    """
    found = []
    for group in cluster(articles, profile):
        members = sorted(
            (articles[i] for i in group), key=lambda article: _rank(article, relevance)
        )
        found.append(Story(articles=tuple(members), origins=len(origins(members))))
    return tuple(sorted(found, key=lambda story: _place(story, relevance, cutoff)))


def _score(article: Article, relevance: Mapping[str, Relevance]) -> float:
    known = relevance.get(article.id)
    return known.score if known else 0.0


def _rank(article: Article, relevance: Mapping[str, Relevance]) -> tuple[float, bool, int, str]:
    return (
        -_score(article, relevance),
        not article.places[0].title_given,
        -len(article.text),
        article.id,
    )


def _place(
    story: Story, relevance: Mapping[str, Relevance], cutoff: datetime
) -> tuple[int, float, float, int, str]:
    dates = [a.published for a in story.articles if a.published and a.published <= cutoff]
    return (
        -story.origins,
        -_score(story.articles[0], relevance),
        -max(dates).timestamp() if dates else 0.0,
        -len({article.language for article in story.articles}),
        story.id,
    )
