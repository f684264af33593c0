"""Ages, in the four ways the rules count them (and in days).

source: validation.md section 6; Civil Code art. 121 and 124 for the completed units.
"""

from collections.abc import Callable

from claims.periods import date_of


def year_age(born: int, visit: int) -> int:
    """Visit year minus birth year; months and days do not count."""
    return date_of(visit).year - date_of(born).year


def month_diff(born: int, visit: int) -> int:
    """Months by year and month alone; the days do not count."""
    born_on, visit_on = date_of(born), date_of(visit)
    return (visit_on.year - born_on.year) * 12 + visit_on.month - born_on.month


def full_months(born: int, visit: int) -> int:
    """Completed months: reached on the same day number, or on the 1st of the month after a month
    that has no such day."""
    born_on, visit_on = date_of(born), date_of(visit)
    months = (visit_on.year - born_on.year) * 12 + visit_on.month - born_on.month
    return months - (visit_on.day < born_on.day)


def full_years(born: int, visit: int) -> int:
    """Completed years, by the same reading."""
    return full_months(born, visit) // 12


def days_old(born: int, visit: int) -> int:
    return visit - born


AGE_STYLES: dict[str, Callable[[int, int], int]] = {
    "year": year_age,
    "full_years": full_years,
    "month_diff": month_diff,
    "full_months": full_months,
    "days": days_old,
}
