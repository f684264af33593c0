"""The register of what the engine counts, and the one way to count it."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

PREFIX = "gouji_"


@dataclass(frozen=True)
class Metric:
    """Name (without the prefix), kind (gauge, counter, histogram), labels, a sentence.

    Label values come from registers, never from data: no person, no text.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    doc: str
    buckets: tuple[float, ...] = ()


_PART = ("stage", "partition")
LAG = Metric("lag_seconds", "gauge", _PART, "Age of the oldest message not yet taken; 0 when none.")
COMMIT_AGE = Metric("commit_age_seconds", "gauge", _PART, "Age of the oldest uncommitted work.")
LAST_COMMIT = Metric(
    "last_commit_timestamp_seconds", "gauge", _PART, "When the last commit was done, since 1970."
)
ROWS = Metric("rows_total", "counter", _PART, "Facts taken.")
MESSAGES = Metric("messages_total", "counter", _PART, "Messages taken.")
DEAD_LETTERS = Metric("dead_letters_total", "counter", _PART, "Messages and books set aside.")
QUARANTINED = Metric("quarantined_books", "gauge", _PART, "Books in quarantine now.")
RESTORED = Metric("restored_records_total", "counter", _PART, "Changelog records read at opening.")
RESTORE_SECONDS = Metric("restore_seconds", "gauge", _PART, "How long the last opening took.")
SWEEPS = Metric("sweep_slices_total", "counter", _PART, "Slices of sweeps done.")
COMMIT_SECONDS = Metric(
    "commit_seconds",
    "histogram",
    _PART,
    "How long a commit took.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
ENGINE = (
    LAG,
    COMMIT_AGE,
    LAST_COMMIT,
    ROWS,
    MESSAGES,
    DEAD_LETTERS,
    QUARANTINED,
    RESTORED,
    RESTORE_SECONDS,
    SWEEPS,
    COMMIT_SECONDS,
)


class Meter:
    """Counts registered metrics; anything else raises, so that a typo is no silent, empty graph."""

    def __init__(self, register: Iterable[Metric] = ENGINE) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._made: dict[Metric, Gauge | Counter | Histogram] = {}
        for metric in register:
            name, labels = PREFIX + metric.name, metric.labels
            made: Gauge | Counter | Histogram
            if metric.kind == "gauge":
                made = Gauge(name, metric.doc, labels, registry=self._registry)
            elif metric.kind == "counter":
                made = Counter(name, metric.doc, labels, registry=self._registry)
            else:
                made = Histogram(
                    name, metric.doc, labels, registry=self._registry, buckets=metric.buckets
                )
            self._made[metric] = made

    def set(self, metric: Metric, value: float, *labels: object) -> None:
        gauge = self._find(metric, labels)
        assert isinstance(gauge, Gauge)
        gauge.set(value)

    def add(self, metric: Metric, amount: float, *labels: object) -> None:
        counter = self._find(metric, labels)
        assert isinstance(counter, Counter)
        counter.inc(amount)

    def observe(self, metric: Metric, value: float, *labels: object) -> None:
        histogram = self._find(metric, labels)
        assert isinstance(histogram, Histogram)
        histogram.observe(value)

    def forget(self, metric: Metric, *labels: object) -> None:
        """A partition was given away: its gauge would stand still for ever."""
        made = self._made[metric]
        made.remove(*map(str, labels))

    def page(self) -> bytes:
        """The text format of Prometheus."""
        return generate_latest(self._registry)

    def _find(self, metric: Metric, labels: tuple[object, ...]) -> Gauge | Counter | Histogram:
        made = self._made.get(metric)
        if made is None:
            raise KeyError(f"metric {metric.name} is not registered")
        return made.labels(*labels) if metric.labels else made
