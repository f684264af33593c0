"""Lag is measured in seconds."""

from pipeline.lag import Lag


def test_a_reader_that_is_up_to_date_has_none() -> None:
    lag = Lag()
    lag.took(1_000)
    assert lag.seconds(behind=False, now_ms=900_000) == 0


def test_a_reader_that_is_behind_shows_the_age_of_what_it_took_last() -> None:
    lag = Lag()
    lag.took(1_000)
    assert lag.seconds(behind=True, now_ms=61_000) == 60


def test_the_first_message_after_a_quiet_night_is_no_nights_lag() -> None:
    lag = Lag()
    lag.took(1_000)
    lag.seconds(behind=False, now_ms=30_000_000)
    assert lag.seconds(behind=True, now_ms=30_002_000) == 2


def test_clocks_that_disagree_give_no_negative_lag() -> None:
    lag = Lag()
    lag.took(5_000)
    assert lag.seconds(behind=True, now_ms=4_000) == 0
