"""Programmes: which order codes belong to them, when, and what claim and result must share.

The machine twin tables/programmes.toml, read strictly, once. Nothing in it refuses a claim but the
habit rules of the oral programme.
"""

from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from claims.ages import AGE_STYLES
from claims.dated import TableError, read_table, shaped
from claims.periods import date_of

FILE = "programmes.toml"
OUT_OF_SCOPE = "out_of_scope"
UNKNOWN = "unknown"
NO_REQUIREMENT = "none"
NO_AGE = "none"


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of the twin; another key than these is an error."""


class Order(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One order code (醫令代碼). requirement: stage1, stage2, bc, visit, screen or none."""

    code: str
    programme: str
    requirement: str
    name_zh: str
    name_en: str
    card_serial: str
    serial_confirmed: bool
    result: str
    mark: str
    pair: str = ""
    companion: str = ""
    tooth: str = ""
    aliases: str = ""
    lifetime: bool = False


Mark = Literal["seed", "law", "public", "assumption", "unknown"]


class Interval(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    n: int
    unit: Literal["year", "month"]
    style: Literal["year_difference", "calendar_months"]
    against: tuple[str, ...] = ()


class Eligibility(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to be eligible; a claim is when any row valid on its visit date passes."""

    id: str
    orders: tuple[str, ...]
    age_style: str
    on_fail: Literal["block", "warn", "none"]
    mark: Mark
    valid_from: date = date.min
    valid_to: date = date.max
    age_min: int | None = None
    age_max: int | None = None
    age_max_exclusive: bool = False
    interval: Interval | None = None
    once_in_life: bool = False
    born_from: date | None = None
    born_to: date | None = None
    condition: str = ""

    def age_fits(self, born: int, visit: int) -> bool:
        """Whether age and birth year are in the band; the row's condition is not judged (R-33)."""
        born_on = date_of(born)
        if not (self.born_from or date.min) <= born_on <= (self.born_to or date.max):
            return False
        if self.age_style == NO_AGE:
            return True
        age = AGE_STYLES[self.age_style](born, visit)
        if self.age_min is not None and age < self.age_min:
            return False
        return self.age_max is None or age < self.age_max + (not self.age_max_exclusive)


class MatchKey(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What claim and result must share (比對鍵), and what is compared after the key."""

    id: str
    requirement: str
    claim: tuple[str, ...]
    result: tuple[str, ...]
    compare: tuple[str, ...]
    locked: tuple[str, ...]
    lock_from: str
    mark: str
    locked_if_positive: tuple[str, ...] = ()
    evidence_only: bool = False


class Deadline(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule behind tables/deadlines.toml; a test compares the two."""

    days: int
    start: str
    count: str
    holiday_roll: bool
    exempt_requirements: tuple[str, ...]


class Settings(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    near_miss_days: int
    fluoride_88_interval_months: int
    smoking_quit_counts_for_95: str
    case_type_preventive: str
    out_of_scope_codes: tuple[str, ...]


class HabitRule(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """菸檳行為: any of ``eligible`` must hold; ``doubtful`` satisfies with a hint.

    A condition is ``column == n`` or ``column >= n``, several joined by ``and``.
    """

    eligible: tuple[str, ...]
    doubtful: tuple[str, ...]
    on_fail: str


class Aliases(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    person_id: str
    facility_id: str


class Twin(Strict, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    version: str
    orders: tuple[Order, ...]
    eligibility: tuple[Eligibility, ...]
    match_keys: tuple[MatchKey, ...]
    deadline: Deadline
    settings: Settings
    habit_rules: dict[str, HabitRule]
    aliases: Aliases


class Placed(NamedTuple):
    """An order code at a visit date. ``warnings``: W_ALIAS, W_CODE_DATE, W_CODE (R-14)."""

    order: Order
    warnings: tuple[str, ...]


def _carried(code: str, programme: str) -> Order:
    """A code that no row lists: counted, never reconciled."""
    return Order(
        code=code,
        programme=programme,
        requirement=NO_REQUIREMENT,
        name_zh="",
        name_en="",
        card_serial="",
        serial_confirmed=False,
        result=NO_REQUIREMENT,
        mark="unknown",
    )


class Programmes:
    """The twin with its indexes. ``twin`` is the file as it stands."""

    def __init__(self, data: dict[str, Any], file: str = FILE) -> None:
        self.twin = twin = shaped(file, data, Twin)
        self.version = twin.version
        self.settings = twin.settings
        self.orders = {order.code: order for order in twin.orders}
        self.aliases = {order.aliases: order.code for order in twin.orders if order.aliases}
        self.match_keys = {key.id: key for key in twin.match_keys}
        self.habit_rules = twin.habit_rules
        self._out_of_scope = _expanded(file, twin.settings.out_of_scope_codes)
        self.check(file)
        self.order = lru_cache(maxsize=65_536)(self._order)

    def check(self, file: str) -> None:
        """TableError for codes listed twice or not at all, periods that end too early."""
        if len(self.orders) != len(self.twin.orders):
            raise TableError(file, "orders", "a code is listed twice (overlap)")
        for code in self.orders.keys() & self._out_of_scope:
            raise TableError(file, "settings.out_of_scope_codes", f"{code} is listed as an order")
        for order in self.twin.orders:
            for key in ("pair", "companion"):
                named = getattr(order, key)
                if named and named not in self.orders:
                    raise TableError(file, f"orders.{order.code}.{key}", f"{named} is not listed")
        for row in self.twin.eligibility:
            if row.valid_from > row.valid_to:
                raise TableError(file, f"eligibility.{row.id}", "ends before it begins")
            if row.age_style != NO_AGE and row.age_style not in AGE_STYLES:
                raise TableError(file, f"eligibility.{row.id}.age_style", "no such style")
            against = row.interval.against if row.interval else ()
            for code in (*row.orders, *against):
                if code not in self.orders:
                    raise TableError(file, f"eligibility.{row.id}.orders", f"{code} is not listed")
        for code in self.orders:
            _check_days(file, code, [row for row in self.twin.eligibility if code in row.orders])

    def eligibility(self, code: str, visit: int) -> tuple[Eligibility, ...]:
        """The rows for a code that are valid on a visit date; empty when no rule is known."""
        when = date_of(visit)
        return tuple(
            row
            for row in self.twin.eligibility
            if code in row.orders and row.valid_from <= when <= row.valid_to
        )

    def age_fits(self, code: str, born: int, visit: int) -> bool:
        """Whether any row valid on the visit date takes this age; True where no rule is known."""
        rows = self.eligibility(code, visit)
        if not rows or any(row.on_fail == "none" for row in rows):
            return True
        return any(row.age_fits(born, visit) for row in rows)

    def in_force(self, code: str, visit: int) -> bool:
        """Whether a listed code is valid on a visit date. A code without dated rows always is; a
        stage-2 code is valid when the code of its first stage is (programmes.md section 1)."""
        order = self.orders[code]
        dated = code if order.requirement != "stage2" else order.pair
        if not any(dated in row.orders for row in self.twin.eligibility):
            return True
        return bool(self.eligibility(dated, visit))

    def _order(self, code: str, visit: int | None) -> Placed:
        """Where a normalised order code belongs on a visit date; None: date unknown, not judged."""
        warnings: tuple[str, ...] = ()
        if code in self.aliases and code not in self.orders:
            code, warnings = self.aliases[code], ("W_ALIAS",)
        order = self.orders.get(code)
        if order is None:
            if code in self._out_of_scope:
                return Placed(_carried(code, OUT_OF_SCOPE), ())
            return Placed(_carried(code, UNKNOWN), ("W_CODE",))
        if visit is not None and not self.in_force(code, visit):
            warnings += ("W_CODE_DATE",)
        return Placed(order, warnings)


def _check_days(file: str, code: str, rows: list[Eligibility]) -> None:
    """TableError when two rows of an order and a condition share a day and an age, or when a day
    between the first and the last row has none. Rows of different conditions are alternatives."""
    rows = sorted(rows, key=lambda row: row.valid_from)
    covered = rows[0].valid_to if rows else date.max
    for place, row in enumerate(rows):
        if covered < row.valid_from and (row.valid_from - covered).days > 1:
            reason = f"gap: {code} has no row from {covered} to {row.valid_from}"
            raise TableError(file, f"eligibility.{row.id}", reason)
        covered = max(covered, row.valid_to)
        for other in rows[:place]:
            shares = other.condition == row.condition and row.valid_from <= other.valid_to
            if shares and not (_is_below(row, other) or _is_below(other, row)):
                reason = f"overlap: {code} has days and ages of {other.id} too"
                raise TableError(file, f"eligibility.{row.id}", reason)


def _is_below(young: Eligibility, old: Eligibility) -> bool:
    """Whether all ages of one row are below those of the other, counted alike."""
    if young.age_style != old.age_style or young.age_max is None or old.age_min is None:
        return False
    return young.age_max - young.age_max_exclusive < old.age_min


def _expanded(file: str, ranges: tuple[str, ...]) -> frozenset[str]:
    """``11-19`` names nine codes."""
    codes: set[str] = set()
    for text in ranges:
        low, _, high = text.partition("-")
        try:
            codes.update(f"{number:02d}" for number in range(int(low), int(high or low) + 1))
        except ValueError:
            raise TableError(file, "settings.out_of_scope_codes", f"not a range: {text}") from None
    return frozenset(codes)


@lru_cache(maxsize=1)
def programmes() -> Programmes:
    """The table that ships with the product."""
    return Programmes(read_table(FILE))
