"""The settings of a service that runs: how it stops, what it logs, whom it tells."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from service.values import Mailbox, Section, Span, length

#: An edition remembers two weeks, and one of a month looks back over its days.
_LEAST = timedelta(days=60)


class ServeSettings(Section):
    #: Seconds in which what is under way is brought to its end when the service is to stop.
    stop_s: float = Field(default=25.0, ge=1, le=600)
    #: Collecting, publishing and delivery are left to `briefing worker` (PostgreSQL only).
    workers: bool = False


class LogSettings(Section):
    #: One line an outcome: for people, or as JSON for machines.
    form: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class RetentionSettings(Section):
    """How long what is old is kept, as `briefing store prune` finds it; None: for ever."""

    articles: Span | None = None
    artifacts: Span | None = None
    deliveries: Span | None = None

    @model_validator(mode="after")
    def _is_long_enough(self) -> "RetentionSettings":
        for name in ("articles", "artifacts", "deliveries"):
            given = getattr(self, name)
            if given is not None and length(given) < _LEAST:
                raise ValueError(
                    f'{name} is "{given}": an edition remembers two weeks, and a month '
                    'looks back over its days; keep things for "60d" at least'
                )
        return self


class OperatorSettings(Section):
    #: Who is told when something wants a person; None: it is shown, and nobody is written to.
    address: Mailbox | None = None
