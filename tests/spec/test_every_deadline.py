"""The last day to upload, for every day of service from 2015 to 2035 (R-1, validation.md section 5).

The calculator here shares nothing with the product: month lengths and leap years by hand.
"""

from claims.deadlines import upload_deadline, upload_window
from claims.periods import day_of, iso_text

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def length_of(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return LENGTHS[month - 1] + (month == 2 and leap)


def following(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def sixtieth_day(year: int, month: int) -> str:
    """The 60th day when the first of the month after ``month`` is the first."""
    at, rest = following(year, month), 60
    while rest > length_of(*at):
        rest -= length_of(*at)
        at = following(*at)
    return f"{at[0]:04d}-{at[1]:02d}-{rest:02d}"


def test_the_deadline_of_every_service_date_of_21_years() -> None:
    days = 0
    for year in range(2015, 2036):
        for month in range(1, 13):
            last = sixtieth_day(year, month)
            opens = "{:04d}-{:02d}-01".format(*following(year, month))
            for number in range(1, length_of(year, month) + 1):
                visit = day_of(year, month, number)
                assert iso_text(upload_deadline(visit)) == last
                assert iso_text(upload_window(visit).first) == opens
                days += 1
    assert days == 7670
