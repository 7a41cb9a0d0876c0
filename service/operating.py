"""The settings of a service that runs: what it keeps, how it stops, what it logs, whom it tells."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from service.values import Mailbox, OneLine, Section, Span, length

#: An edition remembers two weeks, and one of a month looks back over its days.
_LEAST = timedelta(days=60)


class StoreSettings(Section):
    url: OneLine = "sqlite:///briefing.db"
    #: Where the bytes of an issue's files go: "database", a folder, or an address.
    artifacts: OneLine = "database"

    @field_validator("url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if not re.match(r"sqlite:///.|postgresql(\+psycopg)?://.", value):
            raise ValueError(f'"{value}" is the address of no database that is known here')
        return value

    @field_validator("artifacts")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        kind, found, rest = value.partition("://")
        if not found:
            return value
        if not re.fullmatch(r"[a-z][a-z0-9]*", kind) or kind == "memory" or not rest.strip("/"):
            raise ValueError(
                f'"{value}" is no place for files: it needs to be "database", the path of a '
                'folder, or an address such as "s3://bucket/briefs"'
            )
        if kind == "file" and not rest.startswith("/"):
            raise ValueError(
                f'"{value}" names no folder of this machine: it needs three slashes, as in '
                '"file:///srv/briefs"'
            )
        if re.search("[@?#]", rest):
            # It is written into rows and messages.
            raise ValueError(
                "an address of a place needs no name, key or option in it: keys come from the "
                "environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for S3)"
            )
        return value

    def place(self, anchor: Path) -> str | None:
        """Return the address of the place for files; None: the database.

        anchor: what the path of a folder is relative to.
        """
        if self.artifacts == "database":
            return None
        if "://" in self.artifacts:
            return self.artifacts.rstrip("/")
        return (anchor / Path(self.artifacts).expanduser()).absolute().as_uri()


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
