"""Only what is registered can be counted."""

import pytest

from pipeline import metrics
from pipeline.metrics import ENGINE, Meter, Metric


def test_a_metric_that_is_not_registered_raises() -> None:
    with pytest.raises(KeyError, match="typo_total"):
        Meter().add(Metric("typo_total", "counter", (), "Nobody registered this."), 1)


def test_a_wrong_number_of_labels_raises() -> None:
    with pytest.raises(ValueError, match=r".+"):
        Meter().set(metrics.LAG, 1.0, "match")


def test_the_page_shows_each_kind_under_its_name() -> None:
    meter = Meter()
    meter.set(metrics.LAG, 1.5, "match", 3)
    meter.add(metrics.ROWS, 2, "match", 3)
    meter.observe(metrics.COMMIT_SECONDS, 0.02, "match", 3)
    page = meter.page().decode()
    assert 'gouji_lag_seconds{partition="3",stage="match"} 1.5' in page
    assert 'gouji_rows_total{partition="3",stage="match"} 2.0' in page
    assert 'gouji_commit_seconds_bucket{le="0.025",partition="3",stage="match"} 1.0' in page


def test_a_partition_that_was_given_away_is_forgotten() -> None:
    meter = Meter()
    meter.set(metrics.LAG, 1.5, "match", 3)
    meter.forget(metrics.LAG, "match", 3)
    meter.forget(metrics.LAG, "match", 4)
    assert 'partition="3"' not in meter.page().decode()


def test_two_meters_of_one_process_do_not_meet() -> None:
    Meter(ENGINE).set(metrics.LAG, 1.0, "match", 0)
    assert "match" not in Meter(ENGINE).page().decode()
