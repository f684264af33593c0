"""Which result has a claim's key, and what is wrong with it: the plain reading of the pages.

source: programmes.md sections 3 and 5, rulings R-12, R-13, R-19 to R-22, R-32, ADR 0007. Written
without a look at claims/: two programs that agree must have read the same pages.
"""

from dataclasses import dataclass

from claims.events import ClaimLine, ResultItem

PAIRS = {"23": "21", "24": "22", "26": "25", "28": "27", "3E": "3D"}
"""Stage-2 order to its stage-1 order."""
ABOUT_HEPATITIS = {"hbsag", "anti_hcv", "interp_hbv", "interp_hcv"}
STAGE2_ONLY = {"stage2_date", "height_cm", "weight_kg", "sbp", "dbp", "waist_cm", "bmi"}


@dataclass(frozen=True)
class Row:
    """A stored result in its current version, and where and when it came."""

    result_id: str
    version: int
    item: ResultItem
    facility: str
    received_on: int
    submission: str


@dataclass(frozen=True)
class Held:
    """A claim in its current version. ``live`` is False once it was taken back."""

    line: ClaimLine
    facility: str
    received_on: int
    appl_date: int
    live: bool = True

    @property
    def usable(self) -> bool:
        """R-17: invalid is a claim whose key fields are missing."""
        return self.keyed and not (
            self.line.requirement == "visit" and self.line.subject_birth_date is None
        )

    @property
    def keyed(self) -> bool:
        return bool(self.line.person_id) and self.line.visit_date is not None


def result_key(item: ResultItem, facility: str) -> tuple[object, ...]:
    """What tells two stored rows apart (uploads.md section 1, R-13 for the mark)."""
    key: tuple[object, ...] = (item.programme, facility, item.person_id, item.visit_date)
    if item.programme == "child":
        key += (item.order_code, item.birth_date, item.newborn_mark or "1")
    return key


def only_hepatitis(item: ResultItem) -> bool:
    """R-22: flag 3 and no stage-1 field filled."""
    return item.values.get("bc_history") == "3" and "stage1" not in item.filled


def facets(item: ResultItem) -> dict[str, int | None]:
    """Facet -> its date (uploads.md section 2)."""
    if item.programme != "adult":
        return {"visit" if item.programme == "child" else "screen": item.visit_date}
    if only_hepatitis(item):
        return {"bc": item.visit_date}
    found = {"stage1": item.visit_date}
    if item.stage2_date is not None:
        found["stage2"] = item.stage2_date
    hepatitis = {"hbsag", "anti_hcv"} & set(item.filled)
    if hepatitis or item.values.get("bc_history") == "3":
        found["bc"] = item.visit_date
    return found


def has_key(line: ClaimLine, item: ResultItem) -> bool:
    """The key but for person and facility, which the caller has compared.

    A hepatitis claim asks for the row of its day, also for one that says nothing of hepatitis.
    """
    if line.requirement == "bc":
        return item.programme == "adult" and item.visit_date == line.visit_date
    if facets(item).get(line.requirement, "none") != line.visit_date:
        return False
    if line.requirement != "visit":
        return True
    if (line.order_code, line.subject_birth_date) != (item.order_code, item.birth_date):
        return False
    return same_newborn(line, item)


def same_newborn(line: ClaimLine, item: ResultItem) -> bool:
    return not line.is_newborn or (line.newborn_mark or "1") == (item.newborn_mark or "1")


def born_apart(line: ClaimLine, item: ResultItem) -> bool:
    return None not in (line.birth_date, item.birth_date) and line.birth_date != item.birth_date


def faults(line: ClaimLine, row: Row, *, with_adult: bool, with_stage2: bool) -> set[str]:
    """Codes of what is wrong with a result that has the key; empty when it is right.

    with_adult   the day also has a stage-1 claim (bc beside a check, R-16)
    with_stage2  that stage-1 claim is the pair of a stage-2 claim (R-21)
    """
    item = row.item
    if line.requirement == "visit":
        return {"UPLOADED_BUT_WRONG"} if item.missing else set()
    if line.requirement == "screen":
        return _oral_faults(line, row)
    found = {"BIRTH_MISMATCH"} if born_apart(line, item) else set()
    blank = set(item.missing) - ABOUT_HEPATITIS
    if line.requirement == "stage1" and blank - STAGE2_ONLY:
        found.add("STAGE1_INCOMPLETE")
    if line.requirement == "stage2" and blank:
        found.add("STAGE2_INCOMPLETE")
    if line.requirement == "bc":
        found |= _hepatitis_faults(item, with_adult, with_stage2)
    return found


def _hepatitis_faults(item: ResultItem, with_adult: bool, with_stage2: bool) -> set[str]:
    filled = set(item.filled)
    if not filled & {"hbsag", "anti_hcv"}:
        return {"BC_RESULT_MISSING"}
    found = set()
    for column, code in (("hbsag", "HBSAG_MISSING"), ("anti_hcv", "ANTI_HCV_MISSING")):
        if column not in filled:
            found.add(code)
    if not with_adult and item.values.get("bc_history") != "3":
        found.add("BC_FLAG_NOT_3")
    if with_stage2:
        asked = (("interp_hbv", "INTERP_HBV_MISSING"), ("interp_hcv", "INTERP_HCV_MISSING"))
        found |= {code for column, code in asked if column not in filled}
    return found


def _oral_faults(line: ClaimLine, row: Row) -> set[str]:
    values = row.item.values
    betel, smoking = _level(values.get("betel", "")), _level(values.get("smoking", ""))
    found = set()
    if values.get("payer") != "1":
        found.add("PAYER_NOT_1")
    if line.order_code == "97" and values.get("indigenous") != "1":
        found.add("INDIGENOUS_MISMATCH")
    fits = betel >= 1
    if line.order_code == "95":
        fits = fits or smoking >= 2 or (betel == 0 and smoking == 1)
    if not fits:
        found.add("HABIT_MISMATCH" if row.version == 1 else "HABIT_NOT_ELIGIBLE")
    return found


def _level(text: str) -> int:
    return int(text) if text else -1
