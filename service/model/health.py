"""How a source has been doing, as far as it decides when it is asked again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.model.article import utc

#: Why a source is asked no more unless somebody asks by name.
Stop = Literal["gone", "quarantine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is remembered of a source between two readings; a new one has all defaults."""

    #: Not to be read before, by a clock; None: at once.
    next_check: datetime | None = None
    #: Readings in a row that failed.
    failures: int = 0
    #: Seconds between two readings that the feed itself asks for; kept, since an answer without a
    #: body does not repeat it.
    ttl_s: float | None = None
    #: True while the last body that came could not be parsed.
    unparsed: bool = False
    #: Where it is read since it moved for good; None: at the configured address.
    address: str | None = None
    #: Where permanent redirects lead now, and to how many answers in a row exactly there.
    moved_to: str | None = None
    moved_seen: int = 0
    #: The first of the answers in a row that it is gone for good.
    gone_since: datetime | None = None
    #: Worker processes that its content has ended since it last was read well.
    kills: int = 0
    stopped: Stop | None = None

    def __post_init__(self) -> None:
        for name in ("next_check", "gone_since"):
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, utc(moment))
        if min(self.failures, self.moved_seen, self.kills) < 0:
            raise ValueError("a count below zero")
