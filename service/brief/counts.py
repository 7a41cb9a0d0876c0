"""What the period held, counted for the charts: fields of the relationship, and who is named.

Both count everything that is about the topic, printed or not, so that a chart shows the field and
not the choice of this issue.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from service import topic
from service.model import ActorCount, Article, Story, TrackCount
from service.topic import Profile

#: Kinds of entities that act; places, projects and outlets do not.
ACTS = frozenset(
    {"country", "leader", "minister", "official", "ministry", "force", "company", "bank", "body"}
)


def tracks(stories: Sequence[Story], profile: Profile) -> tuple[TrackCount, ...]:
    """Count stories and their articles by field, in the order of the profile.

    A story is in the field that its best article weighs most in, as in the section by field; one
    in none is not counted.
    """
    told: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for story in stories:
        best = story.articles[0]
        found = topic.tracks(best.title, best.text, profile)
        if found:
            told[found[0][0]] += 1
            held[found[0][0]] += len(story.articles)
    return tuple(
        TrackCount(id=track.id, name=track.title, stories=told[track.id], articles=held[track.id])
        for track in profile.tracks
        if told[track.id]
    )


def actors(
    articles: Iterable[Article],
    profile: Profile,
    last: Sequence[ActorCount] | None = None,
    names: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> tuple[ActorCount, ...]:
    """Count the articles that name each actor, and hold them against those of the last issue.

    An article counts once, however often it repeats a name: one long text is not a wave. The two
    sides as countries are left out. last: of the edition's last issue; None: there is none. names:
    by id, the ids of the entities that an article names, where they are known.
    Most first, of equal ones those that were more, then in the order of the profile.
    """
    acting = {e.id: e for e in profile.entities if e.kind in ACTS}
    sides = {e.id for e in profile.entities if e.kind == "country" and e.sides}
    named: Counter[str] = Counter()
    for article in articles:
        known = names.get(article.id)
        if known is None:
            found = topic.mentions(f"{article.title}\n{article.text}", profile)
            known = {mention.entity for mention in found}
        named.update(known)
    before = {actor.id: actor.articles for actor in last or ()}
    counted = [
        ActorCount(
            id=id_,
            name=entity.name,
            articles=named[id_],
            before=before.get(id_, 0) if last is not None else None,
        )
        for id_, entity in acting.items()
        if id_ not in sides and (named[id_] or before.get(id_))
    ]
    return tuple(sorted(counted, key=lambda a: (-a.articles, -(a.before or 0))))
