"""The column type of a moment in time."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

from service.model import utc


class Moment(TypeDecorator[datetime]):
    """An aware moment; comes back in UTC, to the microsecond. A naive one is a ValueError.

    SQLite has no type for times: there it is text of fixed width in UTC, which sorts and compares
    as the times do. PostgreSQL keeps it as `timestamptz`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
