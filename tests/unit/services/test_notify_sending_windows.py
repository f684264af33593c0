"""When a digest may go out."""

import pytest

from services.notify.sending_windows import DAY_MINUTES, Windows

USUAL = Windows(9 * 60, (20 * 60, 8 * 60))


def at(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize(
    ("time", "is_open", "is_quiet"),
    [
        ("00:00", False, True),
        ("07:59", False, True),
        ("08:00", False, False),
        ("08:59", False, False),
        ("09:00", True, False),
        ("19:59", True, False),
        ("20:00", False, True),
        ("23:59", False, True),
    ],
)
def test_a_window_is_open_from_the_hour_of_digests_to_quiet_hours(
    time: str, is_open: bool, is_quiet: bool
) -> None:
    assert (USUAL.is_open(at(time)), USUAL.is_quiet(at(time))) == (is_open, is_quiet)


@pytest.mark.parametrize(
    ("time", "to_open", "to_loud"),
    [("09:00", 0, 0), ("19:59", 0, 0), ("20:00", 13 * 60, 12 * 60), ("08:30", 30, 0)],
)
def test_the_next_window_opens_in_the_morning(time: str, to_open: int, to_loud: int) -> None:
    assert USUAL.minutes_to_open(at(time)) == to_open
    assert USUAL.minutes_to_loud(at(time)) == to_loud


def test_equal_ends_are_no_quiet_hours() -> None:
    never = Windows(0, (0, 0))

    assert all(never.is_open(minute) for minute in range(DAY_MINUTES))


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = Windows(9 * 60, (12 * 60, 13 * 60))

    assert [noon.is_open(at(time)) for time in ("11:59", "12:00", "12:59", "13:00")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_a_day_without_a_window_is_looked_at_again_on_the_next() -> None:
    assert Windows(9 * 60, (0, DAY_MINUTES)).minutes_to_open(600) == DAY_MINUTES
