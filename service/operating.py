"""The settings of a service that runs: how it stops, what it logs, whom it tells."""

from typing import Literal

from pydantic import Field

from service.values import Mailbox, Section


class ServeSettings(Section):
    #: Seconds in which what is under way is brought to its end when the service is to stop.
    stop_s: float = Field(default=25.0, ge=1, le=600)


class LogSettings(Section):
    #: One line an outcome: for people, or as JSON for machines.
    form: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class OperatorSettings(Section):
    #: Who is told when something wants a person; None: it is shown, and nobody is written to.
    address: Mailbox | None = None
