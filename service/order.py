"""What is asked of an issue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.model import utc
from service.render.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of an issue."""

    title: str
    marking: str
    edition: str
    language: str
    timezone: str
    summarizer: str
    version: str
    max_stories: int
    formats: tuple[str, ...]
    sender: str
    #: Articles first collected from here on; None: from the first.
    since: datetime | None
    #: Articles first collected before; None: all that are there.
    until: datetime | None
    cutoff: datetime
    #: None: the next one of the edition.
    number: int | None = None
    components: tuple[tuple[str, str], ...] = ()
    #: What the PDF is printed on; None: A4.
    sheet: Sheet | None = None
    #: The topic as the settings name it: shipped, or a path; "": by the profile's own name.
    topic: str = ""
    #: A folder with templates of the desk's own; None: those that are shipped.
    templates: str | None = None
    #: How much of the issue the HTML of a mail holds.
    mail: Literal["digest", "full"] = "digest"

    def __post_init__(self) -> None:
        # What was read back from a manifest must be the same in every way, down to its zone.
        for name in ("since", "until", "cutoff"):
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, utc(moment))
