"""The steps of the service, and what becomes of those that fail."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from service import publishing
from service.app import App
from service.delivery.base import Outcome
from service.errors import StoreError
from service.serving.jobs import FOLDERS, Jobs
from service.store import Store, beats, deliveries, ledger, periods, sources
from service.store.tables import condensed
from tests.serving.given import (
    Hands,
    Way,
    add,
    ask,
    chosen,
    jobs_of,
    made,
    open_app,
    slots,
    told,
)

READER = {"address": "reader@example.org", "editions": ["daily"], "attach": []}


@pytest.fixture
def app(place: Path, hands: Hands) -> Iterator[App]:
    with open_app(chosen(place, recipient=[READER]), hands) as found:
        yield found


def _beats(app: App) -> dict[str, Any]:
    with app.store.read() as db:
        return {name: beat.at for name, beat in beats.listing(db).items()}


def _reads(app: App) -> int:
    with app.store.read() as db:
        return len(sources.readings(db))


def test_a_day_from_the_tick_to_the_mail(place: Path, hands: Hands) -> None:
    from service.delivering import setup
    from service.store import recipients

    with open_app(chosen(place, recipient=[READER]), hands) as app:
        with app.store.write() as db:
            recipients.sync(db, setup.wanted(app.settings), {}, now=hands.wall)
        jobs, way = jobs_of(app, hands), Way()
        courier: Any = jobs._courier
        courier._channels = {"mail": way}
        asyncio.run(jobs.tick())
        hands.go(hours=1, seconds=5)
        asyncio.run(jobs.tick())
        asyncio.run(jobs.publish())
        asyncio.run(courier.run())
        asyncio.run(jobs.tick())
        asyncio.run(jobs.publish())
        asyncio.run(courier.run())
        (head,) = made(app.store)
        assert slots(app.store)["2026-11-18"].issue == head.id
        assert [one.to for one in way.sent] == ["reader@example.org"]
        assert {"tick", "collect", "publish"} <= _beats(app).keys()


def test_what_a_job_raises_is_told_and_ends_nothing(app: App, hands: Hands) -> None:
    ended: list[tuple[str, bool]] = []
    jobs = jobs_of(app, hands, ran=lambda name, well: ended.append((name, well)))

    async def stumbles() -> None:
        raise StoreError("locked")

    async def bug() -> None:
        raise KeyError("nobody foresaw this")

    async def fine() -> None:
        return None

    async def go() -> list[bool]:
        return [await jobs.guarded(job.__name__, job) for job in (stumbles, bug, fine)]

    assert asyncio.run(go()) == [False, False, True]
    assert ended == [("stumbles", False), ("bug", False), ("fine", True)]
    notices = told(app.store)
    assert notices["job:stumbles"].text == "stumbles: locked"
    assert notices["job:bug"].text == "bug: KeyError: 'nobody foresaw this'; the log has more"


def test_a_job_that_is_cut_off_is_no_failure_to_tell_of(app: App, hands: Hands) -> None:
    jobs = jobs_of(app, hands)

    async def long() -> None:
        await asyncio.Event().wait()

    async def go() -> None:
        task = asyncio.create_task(jobs.guarded("long", long))
        await asyncio.to_thread(lambda: None)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert told(app.store) == {}


def test_folders_are_looked_at_now_and_then_since_they_are_watched(
    app: App, place: Path, hands: Hands
) -> None:
    jobs = jobs_of(app, hands)
    for _ in range(5):
        asyncio.run(jobs.look())
        hands.go(minutes=1)
    assert _reads(app) == 1
    hands.wall += FOLDERS
    asyncio.run(jobs.look())
    assert _reads(app) == 2
    asyncio.run(jobs.collect(("corpus",)))
    assert _reads(app) == 3


def test_a_last_round_reads_folders_always(app: App, place: Path, hands: Hands) -> None:
    jobs = jobs_of(app, hands)
    asyncio.run(jobs.look())
    hands.go(minutes=1)
    add(place, "gas-two.txt", "Gas flows again\n\nGas flows from Russia to China again.\n")
    ask(app.store, "daily", hands)
    asyncio.run(jobs.publish())
    with app.store.read() as db:
        (state,) = sources.listing(db, name="corpus")
    assert state.items == 3


def test_nothing_more_is_claimed_once_it_is_to_stop(app: App, hands: Hands) -> None:
    ask(app.store, "daily", hands)
    asyncio.run(jobs_of(app, hands, stopping=lambda: True).publish())
    assert slots(app.store)["asked-1"].state == "due"


def test_what_came_back_by_mail_is_read_where_the_settings_say_where(
    place: Path, hands: Hands
) -> None:
    for name in ("new", "cur", "tmp"):
        (place / "bounces" / name).mkdir(parents=True)
    mail = place / "bounces" / "new" / "1.mail"
    mail.write_bytes(b"From: a@b.example\r\nSubject: on holiday\r\n\r\nBack on Monday.\r\n")
    with open_app(chosen(place, bounces={"maildir": "bounces"}), hands) as app:
        asyncio.run(jobs_of(app, hands).returns())
        assert "returns" in _beats(app)
    assert not mail.exists()


def test_a_courier_that_failed_works_again_once_the_store_does(
    app: App, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier: Any = app.courier(clock=hands.now)
    real = courier._sweep

    def fails(db: object) -> None:
        raise StoreError("the disk is full")

    courier._sweep = fails
    with pytest.raises(StoreError):
        asyncio.run(courier.run())
    courier._error = StoreError("the disk is full")
    courier._sweep = real
    asyncio.run(courier.run())


# Row 29: the database


def _impatient(app: App) -> None:
    """Wait for another writer no longer than a test does."""
    app.store.close()
    app.store = Store.open(app.settings.store_url, busy_timeout_s=0.1)


def test_a_database_that_another_program_holds_costs_a_job_and_no_half_state(
    app: App, hands: Hands
) -> None:
    _impatient(app)
    ask(app.store, "daily", hands)
    jobs = jobs_of(app, hands)
    with Store.open(app.settings.store_url) as other, other.write():
        assert not asyncio.run(jobs.guarded("tick", jobs.tick))
        assert not asyncio.run(jobs.guarded("publish", jobs.publish))
    assert slots(app.store)["asked-1"].state == "due"
    assert asyncio.run(jobs.guarded("tick", jobs.tick))
    assert asyncio.run(jobs.guarded("publish", jobs.publish))
    assert slots(app.store)["asked-1"].state == "published"


def _with_pragma(app: App, pragma: str) -> Callable[[], None]:
    """Let every new connection have a pragma; return what ends that."""
    engine: Any = app.store._engine

    def connect(connection: Any, _: object) -> None:
        connection.execute(pragma)

    engine.dispose()
    event.listen(engine, "connect", connect)

    def end() -> None:
        event.remove(engine, "connect", connect)
        engine.dispose()

    return end


@pytest.mark.parametrize(
    ("pragma", "words"),
    [
        ("PRAGMA query_only = ON", "cannot be written"),
        ("PRAGMA max_page_count = 1", "disk is full"),
    ],
)
def test_a_database_that_cannot_grow_or_be_written_loses_nothing_and_recovers(
    app: App, hands: Hands, pragma: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.run(jobs_of(app, hands).collect())
    ask(app.store, "daily", hands)
    with app.store.write() as db:
        held = periods.claim(db, "one", now=hands.wall, lease=timedelta(minutes=3))
    assert held is not None
    mended = _with_pragma(app, pragma)
    from service.progress import Silent
    from service.serving.desk import Editions

    failed = publishing.made(Editions(app).publishing(), held, hands.wall, Silent())
    assert failed.error is not None
    assert words in failed.error
    jobs: Jobs = jobs_of(app, hands)
    if "query" in pragma:
        assert not asyncio.run(jobs.guarded("tick", jobs.tick))
        assert "notice not written" in caplog.text
    mended()
    assert made(app.store) == ()
    assert asyncio.run(jobs.guarded("tick", jobs.tick))
    again = publishing.made(Editions(app).publishing(), held, hands.wall, Silent())
    assert [head.id for head in made(app.store)] == [again.issue]


def test_a_write_ahead_log_that_was_cut_off_leaves_whole_transactions_only(
    app: App, place: Path, hands: Hands, tmp_path: Path
) -> None:
    import shutil

    from service.delivering import setup
    from service.store import recipients

    with app.store.write() as db:
        recipients.sync(db, setup.wanted(app.settings), {}, now=hands.wall)
    ask(app.store, "daily", hands)
    asyncio.run(jobs_of(app, hands).publish())
    log = app.store.path.with_name("briefing.db-wal")
    whole = log.read_bytes()
    copy = tmp_path / "copy.db"
    seen = set()
    for part in range(0, 11):
        for end in ("-wal", "-shm"):
            copy.with_name(copy.name + end).unlink(missing_ok=True)
        shutil.copy(app.store.path, copy)
        copy.with_name("copy.db-wal").write_bytes(whole[: len(whole) * part // 10])
        try:
            with Store.open(f"sqlite:///{copy}") as store, store.read() as db:
                found = {slot.key: slot.state for slot in periods.listing(db)}
                sent = sum(deliveries.counts(db).values())
                state = found.get("asked-1", "none")
                count = len(made(store))
        except StoreError:
            # Nothing of it had been written yet: it is said, in words.
            continue
        assert (state == "published") == (count == 1) == (sent == 1)
        seen.add(state)
    assert "published" in seen


def test_a_delivery_goes_out_only_on_a_claim_that_was_committed(app: App, hands: Hands) -> None:
    from service.delivering import setup
    from service.store import recipients

    with app.store.write() as db:
        recipients.sync(db, setup.wanted(app.settings), {}, now=hands.wall)
    ask(app.store, "daily", hands)
    asyncio.run(jobs_of(app, hands).publish())
    _impatient(app)
    way = Way(Outcome(result="sent", code=250))
    courier: Any = app.courier(clock=hands.now)
    courier._channels = {"mail": way}
    with Store.open(app.settings.store_url) as other, other.write(), pytest.raises(StoreError):
        asyncio.run(courier.run())
    assert way.sent == []
    asyncio.run(courier.run())
    assert len(way.sent) == 1
    with app.store.read() as db:
        assert deliveries.counts(db)["sent"] == 1


@pytest.mark.slow
def test_a_day_with_a_fast_clock_leaves_memory_and_open_files_flat(
    place: Path, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    import gc
    import os

    from service.delivering import setup
    from service.store import recipients

    hourly = {"name": "daily", "cron": "0 * * * *", "formats": ["txt"]}

    def size() -> tuple[float, int]:
        gc.collect()
        with open("/proc/self/statm", encoding="ascii") as statm:
            pages = int(statm.read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len(os.listdir("/proc/self/fd"))

    with open_app(chosen(place, hourly, recipient=[READER]), hands) as app:
        with app.store.write() as db:
            recipients.sync(db, setup.wanted(app.settings), {}, now=hands.wall)
        jobs, way = jobs_of(app, hands), Way()
        courier: Any = jobs._courier
        courier._channels = {"mail": way}

        async def go() -> list[tuple[float, int]]:
            sizes = []
            async with app.reading():
                for minute in range(24 * 60):
                    hands.go(minutes=1)
                    if minute % 60 == 30:
                        text = f"Train {minute}\n\nRussia and China run train {minute} to Harbin.\n"
                        add(place, f"train-{minute}.txt", text)
                    for job in (jobs.tick, jobs.look, jobs.publish, jobs.operator):
                        assert await jobs.guarded(job.__name__, job)
                    await courier.run()
                    if minute % 60 == 59:
                        sizes.append(size())
            return sizes

        sizes = asyncio.run(go())
        heads = made(app.store)
    with capsys.disabled():
        first, last = sizes[5], sizes[-1]
        print(  # noqa: T201 - the measurement is what is asked for
            f"\n24 h, {len(heads)} issues, {len(way.sent)} mails: {first[0]:.0f} MB and {first[1]} "
            f"files after 6 h, {last[0]:.0f} MB and {last[1]} files after 24 h"
        )
    assert len(heads) == len(way.sent) == 24
    assert last[1] <= first[1] + 1
    assert last[0] < first[0] * 1.15 + 10


def test_the_lease_of_a_dead_service_is_taken_over(app: App, hands: Hands) -> None:
    ask(app.store, "daily", hands)
    with app.store.write() as db:
        assert periods.claim(db, "dead", now=hands.wall, lease=timedelta(minutes=3)) is not None
    asyncio.run(jobs_of(app, hands).publish())
    assert slots(app.store)["asked-1"].state == "running"
    with app.store.write() as db:
        db.execute(update(ledger.period).values(lease_until=hands.wall))
    asyncio.run(jobs_of(app, hands).publish())
    assert slots(app.store)["asked-1"].state == "published"


def test_articles_are_worked_out_before_an_issue_asks_for_them(app: App, hands: Hands) -> None:
    def kept() -> int:
        with app.store.read() as db:
            return db.scalar(select(func.count()).select_from(condensed)) or 0

    stopping = True
    jobs = jobs_of(app, hands, stopping=lambda: stopping)
    asyncio.run(jobs.look())
    hands.go(minutes=1)
    asyncio.run(jobs.condense())
    assert kept() == 0, "it began while the service stopped"
    stopping = False
    asyncio.run(jobs.condense())
    assert kept() == 2
    assert _beats(app)["condense"] == hands.wall
