"""What reading a feed loads, loaded: imported by the fork server of `feeds.worker`, for its effect.

The processes that it forks then share the libraries and the language model, which each of them
would otherwise load with its first feed, and again after every 250, in longer than most feeds
take to read. Nothing else imports this module.
"""

from datetime import UTC, datetime

from feeds.dates import moment
from feeds.items import items

_NOW = datetime(2000, 1, 1, tzinfo=UTC)
#: In none of the languages that are told without the model.
_TEXT = "Les ministres se sont rencontrés hier pour parler des échanges entre les deux pays."

items(
    f"<rss version='2.0'><channel><item><description>&lt;p&gt;{_TEXT}</description></item>"
    "</channel></rss>".encode(),
    url="https://localhost/",
    now=_NOW,
)
moment("3 janvier 1999", now=_NOW)
