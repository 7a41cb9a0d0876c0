"""From articles to what happened: who tells of one event, and who wrote it independently.

features     words, entities and numbers of an article
vectors      features as weighted sparse rows, and the pairs that are alike
linkage      average linkage on a sparse graph
cluster      articles to stories
origins      copies and credits: how many texts were written independently
order        stories in the order of printing
"""

from service.stories.cluster import cluster
from service.stories.order import stories
from service.stories.origins import origins

__all__ = ["cluster", "origins", "stories"]
