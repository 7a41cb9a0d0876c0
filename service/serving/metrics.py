"""What Prometheus reads: how the store stands, read when it is asked for, and how long steps took.

A registry of our own, so that no library adds to it. docs/operating.md lists the names.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from service import __version__
from service.errors import StoreError
from service.progress import timed
from service.standing import Standing, states

CONTENT_TYPE = CONTENT_TYPE_LATEST
#: Seconds: a tick takes milliseconds, the last round of a thousand feeds minutes.
_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
_SOURCE_STATES = ("read", "partial", "failed", "stopped", "never")


class Metrics:
    """The numbers; hears of steps as a `Progress` does."""

    def __init__(self, standing: Callable[[], Standing], drift_s: Callable[[], float]) -> None:
        """standing: how everything stands now; may raise StoreError. drift_s: of the clock."""
        self._registry = CollectorRegistry(auto_describe=False)
        self._steps = Histogram(
            "briefing_step_seconds",
            "How long each step took.",
            ["step"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._jobs = Counter(
            "briefing_job_runs",
            "Jobs that ended, by whether they failed.",
            ["job", "result"],
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Stored(standing, drift_s))

    def step(self, name: str) -> AbstractContextManager[None]:
        """Measure a step that runs here."""
        return timed(name, self.took)

    def took(self, name: str, seconds: float) -> None:
        """Hear of a step that ran elsewhere."""
        self._steps.labels(name).observe(seconds)

    def ran(self, job: str, *, well: bool) -> None:
        """Hear of a job that ended."""
        self._jobs.labels(job, "ok" if well else "failed").inc()

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    """What the store says."""

    def __init__(self, standing: Callable[[], Standing], drift_s: Callable[[], float]) -> None:
        self._standing, self._drift_s = standing, drift_s

    def collect(self) -> Iterable[Metric]:
        yield _one("info", "The version that runs.", 1, version=__version__)
        yield _one("clock_drift_seconds", "How far the clock has leapt.", self._drift_s())
        try:
            now = self._standing()
        except StoreError:
            yield _one("store_up", "Whether the database can be read.", 0)
            return
        yield _one("store_up", "Whether the database can be read.", 1)
        yield from _counts(now)
        yield from _sources(now)
        yield from _editions(now)


def _one(name: str, text: str, value: float, **labels: str) -> Metric:
    made = Gauge(f"briefing_{name}", text, labels=tuple(labels))
    made.add_metric(tuple(labels.values()), value)
    return made


def _by(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    made = Gauge(f"briefing_{name}", text, labels=(label,))
    for key, value in values:
        made.add_metric((key,), value)
    return made


def _counts(now: Standing) -> Iterator[Metric]:
    yield _one("articles", "Revisions of articles in the store.", now.articles)
    yield _by("deliveries", "Deliveries by state.", "state", now.deliveries.items())
    yield _by("periods", "Periods of the editions by state.", "state", now.periods.items())
    yield _one("deliveries_held", "Deliveries in doubt that wait for a person.", now.doubts)
    age = (now.at - now.oldest).total_seconds() if now.oldest else 0.0
    yield _one("queue_age_seconds", "How long the oldest undelivered row has waited.", max(age, 0))
    yield _one("concerns", "What wants a person.", len(now.concerns))
    beats = ((beat.name, beat.at.timestamp()) for beat in now.beats.values())
    yield _by("beat_timestamp_seconds", "When each part last did its work.", "part", beats)


def _sources(now: Standing) -> Iterator[Metric]:
    found = states(now.sources)
    counted = ((state, found[state]) for state in _SOURCE_STATES)
    yield _by("sources", "Sources by state.", "state", counted)
    read = ((s.name, s.last_success.timestamp()) for s in now.sources if s.last_success)
    yield _by("source_success_timestamp_seconds", "When each was last read well.", "source", read)
    given = ((s.name, s.articles) for s in now.sources)
    yield _by("source_articles", "Revisions that each ever gave.", "source", given)


def _editions(now: Standing) -> Iterator[Metric]:
    issued = [(one.edition, one.issue) for one in now.editions if one.issue]
    at = ((name, head.cutoff.timestamp()) for name, head in issued)
    yield _by(
        "issue_timestamp_seconds", "When each edition's last issue was cut off.", "edition", at
    )
    numbers = ((name, head.number) for name, head in issued)
    yield _by("issue_number", "The number of each edition's last issue.", "edition", numbers)
    coming = ((one.edition, one.next.at.timestamp()) for one in now.editions if one.next)
    yield _by("next_timestamp_seconds", "When each edition is due next.", "edition", coming)
    failed = (
        (one.edition, float(one.last is not None and one.last.state == "failed"))
        for one in now.editions
    )
    yield _by("edition_failed", "Whether its last period was given up.", "edition", failed)
