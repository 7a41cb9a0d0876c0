"""From articles to what happened: who tells of one event, who wrote independently, what is new.

    dates        days that a text names
    features     an article as words, and as marks that have no language
    vectors      features as weighted sparse rows, and the pairs of rows that are alike
    similarity   how alike articles are, over time and across languages, and why
    study        what is worked out of one article by itself, and can be kept
    linkage      average linkage on a sparse graph
    cluster      articles to stories, and what is kept for the next time
    matching     a few new rows against many known ones
    known        stories that a few new articles are added to
    origins      copies, credits, outlets: how many texts were written independently
    order        stories in the order of printing, and what their places rest on
    continuity   stories against those of earlier issues: new, updated, continuing, gone quiet

Problem: articles on one event are alike, but so are those on two events of one kind, and how alike
depends on the batch: in twenty articles on one topic nearly every word is shared, in five hundred
on any topic hardly one is. With a threshold on TF-IDF and average linkage alone the best value
moves from 0.13 to 0.33 between such sets, and look-alikes (two quakes in one country, two arrests
of players of one team) are joined before the last report of one event is.

Choice, measured by `benchmarks/stories.py`:
  - Weights adapt to the batch and language: rarity is counted in it, and words that one article
    alone has lengthen it, the more the smaller the batch (`vectors.weighted`).
  - One threshold for all sets, and cohesion (`linkage.Rule`): two groups of four or more that hold
    together much better inside than with each other stay two. ECB+ rises from 0.86 to 0.94 B-cubed
    F1 by it, and small stories are not touched.
  - Languages are joined by marks only: names of the profile, figures with their scale, days. There
    a day or two figures must be shared, since the same people meet every month.
  - Dates count: a week between two publications leaves nine tenths of a similarity, eighteen days
    half, a month a seventh. Halving every fortnight tore stories apart that last three weeks.
  - Only the beginning of a text is read (`features`): the background at the end of articles on one
    topic joined a call and a visit of the same two people.
Rejected: single linkage (chains through a round-up of the day), k-means (asks for the number of
stories), sentence embeddings (a download, and no link that can be explained), translation, and
adding marks to words within a language (worse on Multi-News, by 0.02 at a weight of a fifth),
counting words with a capital twice (worse by 0.01 on both sets), a higher threshold for few
articles (loses more reports of one event than look-alikes), and counting words of the lead three
times (worse by 0.01 on Multi-News).
Limit: in a batch of ten thousand or more the commonest features propose no pairs, so that a story
of many hundred articles that share nothing rarer may come out in parts.

Cost on one core, `benchmarks/stories.py` (grow, add): 0.7 s for a thousand articles of 270 words,
7 s for ten thousand, 74 s and 1.4 GB for a hundred thousand, four to six times what tokenising
costs; with a hundred new articles on ten thousand that were grouped before (`cluster`) a
twenty-second of the whole.

Everything here is pure: no clock, no I/O; neither the order of the articles given nor what was
grouped before changes a story.
"""

from service.stories.cluster import cluster
from service.stories.continuity import Changes, Continued, Told, continue_from
from service.stories.order import place, stories
from service.stories.origins import origins
from service.stories.study import BESIDE, NONE, Study, judge, packed, study, unpacked

__all__ = [
    "BESIDE",
    "NONE",
    "Changes",
    "Continued",
    "Study",
    "Told",
    "cluster",
    "continue_from",
    "judge",
    "origins",
    "packed",
    "place",
    "stories",
    "study",
    "unpacked",
]
