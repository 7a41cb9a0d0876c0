"""Moments in the database: aware, exact and in order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from service.store.moment import Moment

TABLE = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("at", Moment))

MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from((UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11)))),
)


@given(st.lists(MOMENTS, max_size=6))
def test_moments_come_back_in_utc_to_the_microsecond_and_in_order(moments: list[datetime]) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        TABLE.create(db)
        for moment in moments:
            db.execute(insert(TABLE).values(at=moment))
        found = db.scalars(select(TABLE.c.at).order_by(TABLE.c.at)).all()
    engine.dispose()
    assert found == sorted(moments)
    assert all(moment is not None and moment.tzinfo is UTC for moment in found)


def test_an_unknown_moment_stays_unknown() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        TABLE.create(db)
        db.execute(insert(TABLE).values(at=None))
        assert db.scalars(select(TABLE.c.at)).all() == [None]
    engine.dispose()


def test_a_naive_moment_is_refused() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        TABLE.create(db)
        with pytest.raises(StatementError, match="without a zone"):
            db.execute(insert(TABLE).values(at=datetime(2025, 5, 1)))  # noqa: DTZ001
    engine.dispose()


def test_an_engine_that_has_zones_is_given_aware_moments() -> None:
    east = datetime(2025, 5, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    sent = Moment().process_bind_param(east, dialect)
    assert sent is not None
    assert sent.tzinfo is UTC
    back = Moment().process_result_value(east, dialect)
    assert back == datetime(2025, 5, 1, tzinfo=UTC)
    assert back.tzinfo is UTC
