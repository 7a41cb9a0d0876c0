"""The nouns of the service: frozen data, no behaviour that needs the outside.

Times are aware and in UTC; a naive datetime is an error. Spans are in code points. Texts are
normalised once, where they enter, and never changed afterwards: a sentence is a pair of offsets
into a revision's text, so that everything printed can be traced back and checked.
"""

from service.model.article import (
    Article,
    Entry,
    Period,
    Place,
    Problem,
    Sentence,
    content_id,
    utc,
)
from service.model.brief import (
    SCHEMA,
    Artifact,
    Badge,
    Brief,
    Coverage,
    Line,
    Method,
    ReadState,
    SourceRead,
    SourceRef,
    StoryItem,
)
from service.model.story import Part, Relevance, Story, Summary

__all__ = [
    "SCHEMA",
    "Article",
    "Artifact",
    "Badge",
    "Brief",
    "Coverage",
    "Entry",
    "Line",
    "Method",
    "Part",
    "Period",
    "Place",
    "Problem",
    "ReadState",
    "Relevance",
    "Sentence",
    "SourceRead",
    "SourceRef",
    "Story",
    "StoryItem",
    "Summary",
    "content_id",
    "utc",
]
