"""The nouns of the service: frozen data, no behaviour that needs the outside.

Times are aware and in UTC; a naive datetime is an error. Spans are in code points. Texts are
normalised once, where they enter, and never changed afterwards: a sentence is a pair of offsets
into a revision's text, so that everything printed can be traced back and checked.
"""

from service.model.address import canonical
from service.model.article import (
    Article,
    Entry,
    Period,
    Place,
    Problem,
    ProblemKind,
    Sentence,
    Skipped,
    TextFrom,
    content_id,
    utc,
)
from service.model.brief import (
    SCHEMA,
    ActorCount,
    Artifact,
    Badge,
    Brief,
    Change,
    ChangeKind,
    Coverage,
    DayCount,
    EventItem,
    Line,
    Method,
    Phrase,
    QuoteItem,
    ReadState,
    SourceRead,
    SourceRef,
    StoryItem,
    TrackCount,
    TrackItems,
)
from service.model.health import Health, Stop
from service.model.story import Event, Part, Quote, Relevance, Span, Story, Summary

__all__ = [
    "SCHEMA",
    "ActorCount",
    "Article",
    "Artifact",
    "Badge",
    "Brief",
    "Change",
    "ChangeKind",
    "Coverage",
    "DayCount",
    "Entry",
    "Event",
    "EventItem",
    "Health",
    "Line",
    "Method",
    "Part",
    "Period",
    "Phrase",
    "Place",
    "Problem",
    "ProblemKind",
    "Quote",
    "QuoteItem",
    "ReadState",
    "Relevance",
    "Sentence",
    "Skipped",
    "SourceRead",
    "SourceRef",
    "Span",
    "Stop",
    "Story",
    "StoryItem",
    "Summary",
    "TextFrom",
    "TrackCount",
    "TrackItems",
    "canonical",
    "content_id",
    "utc",
]
