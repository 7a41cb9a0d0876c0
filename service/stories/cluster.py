"""Group articles into stories: articles on one event."""

from collections import defaultdict
from collections.abc import Sequence

from service.model import Article
from service.stories.copies import copies
from service.stories.linkage import Rule, average_linkage
from service.stories.similarity import Batch
from service.topic import Profile

#: When two groups of articles are one story. Chosen on ECB+ and Multi-News, whole, halved, mixed
#: and in small samples; `benchmarks/stories.py` measures it again. Thresholds from 0.09 to 0.15 are
#: within 0.013 of each other on both.
RULE = Rule(threshold=0.13, cohesion=0.7, grown=4)


def cluster(
    articles: Sequence[Article], profile: Profile, rule: Rule = RULE
) -> tuple[tuple[int, ...], ...]:
    """Return the stories as tuples of indices into `articles`; each index is in exactly one.

    The order of the articles changes the order of the result only, never what is together: they
    are numbered by id first. Copies of one text are always one story.
    """
    chosen: dict[str, Article] = {}
    for article in articles:
        other = chosen.get(article.id)
        if other is None or repr(article.places) < repr(other.places):
            chosen[article.id] = article
    alike = {group[0]: group for group in copies(chosen)}
    batch = Batch([chosen[first] for first in alike], profile)
    where: defaultdict[str, list[int]] = defaultdict(list)
    for index, article in enumerate(articles):
        where[article.id].append(index)
    groups = average_linkage(len(batch), batch.edges(), rule)
    found = [
        tuple(sorted(i for n in group for id_ in alike[batch.ids[n]] for i in where[id_]))
        for group in groups
    ]
    return tuple(sorted(found))
