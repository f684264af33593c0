"""Facilities of the region. Names say that they are made up."""

from dataclasses import dataclass, field
from datetime import date

from bench.region.numbers import facility_code

CSV_UTF8, CSV_CP950, XLSX, FIXED = "csv-utf-8-bom", "csv-cp950", "xlsx", "fixed"
# Of every ten facilities: four save UTF-8, three CP950, two use a spreadsheet, one has fixed width.
FORMATS = (
    CSV_UTF8,
    CSV_CP950,
    XLSX,
    CSV_UTF8,
    CSV_CP950,
    FIXED,
    CSV_UTF8,
    XLSX,
    CSV_CP950,
    CSV_UTF8,
)
KINDS = ("35", "35", "37", "35", "01", "35", "37", "23", "35", "37")
PROGRAMMES = {
    "35": ("adult", "child"),
    "37": ("oral",),
    "23": ("adult", "child", "oral"),
    "01": ("adult", "child", "oral"),
}
# Examines for every fifth clinic of the adult check-up (代檢單位), and sends nothing itself.
LABORATORY = facility_code("62", 990)
# The first hospital (the fifth facility): claims for itself, and examines for other facilities.
HOSPITAL = facility_code("01", 5)
EXAMINED_BY = {1: LABORATORY, 3: HOSPITAL}
"""Last digit of a facility's number, modulo 5."""
KIND_NAMES = {"35": "診所", "37": "牙醫診所", "23": "衛生所", "01": "醫院"}


@dataclass
class Facility:
    """One facility. case_numbers: next d2 of each claim file; style of its files is its own.

    zipped        sends claim files in a ZIP
    padded        writes d2 with leading zeros
    ascii_names   heads its columns with the ascii names
    eventful      one in three: rare things happen here only, so that most facilities send few files
    role          what befalls it (see ROLES); empty for most
    successor     code under which it goes on
    """

    code: str
    name: str
    kind: str
    format: str
    zipped: bool
    padded: bool
    ascii_names: bool
    eventful: bool
    role: str = ""
    successor: str = ""
    case_numbers: dict[tuple[str, ...], int] = field(default_factory=dict)

    @property
    def programmes(self) -> tuple[str, ...]:
        return PROGRAMMES[self.kind]

    @property
    def laboratory(self) -> str:
        """Who examines for it; empty: nobody else."""
        return EXAMINED_BY.get(int(self.code[6:9]) % 5, "") if "adult" in self.programmes else ""

    @property
    def size(self) -> int:
        """How busy it is, relative to a clinic."""
        return 4 if self.kind == "01" else 1

    def next_case(self, *sheet: str) -> int:
        self.case_numbers[sheet] = self.case_numbers.get(sheet, 0) + 1
        return self.case_numbers[sheet]


def facilities(count: int) -> list[Facility]:
    """The first ``count`` facilities; every eleventh misses its check digit."""
    found = []
    for place in range(count):
        kind = KINDS[place % len(KINDS)]
        code = facility_code(kind, place + 1, fits=place % 11 != 10)
        name = f"測試{KIND_NAMES[kind]}{place + 1:03d}"
        file_format = FORMATS[(place // 3) % len(FORMATS)]
        found.append(
            Facility(
                code,
                name,
                kind,
                file_format,
                zipped=place % 2 == 1,
                padded=place % 5 == 2,
                ascii_names=place % 4 == 3,
                eventful=place % 3 == 0,
            )
        )
    return found


# What the agency enters about facilities, and when; no clinic sends anything on these days.
CLOSED_ON, CLOSURE_ENTERED = date(2025, 11, 30), date(2025, 12, 3)
RENAMED_FROM = date(2025, 7, 1)
RENAME_ENTERED, RENAME_ENTERED_LATE = date(2025, 7, 13), date(2025, 10, 27)
SUCCESSOR_KNOWN = date(2025, 2, 3)
ROLES = ("closing", "renamed", "renamed-late", "renamed-unknown")
"""closing          停歇業 at the end of November
renamed          goes on under another code from July on, entered in July
renamed-late     the same, entered when its first round is over
renamed-unknown  the same, never entered, though the registry knows the successor
"""


def special_facilities(count: int) -> list[Facility]:
    """Clinics to which something happens, numbered on from ``count``; then their successors."""
    found, successors = [], []
    for place, role in enumerate(ROLES, start=count + 1):
        facility = _special(place, role)
        if role != "closing":
            successor = _special(place + len(ROLES), "successor")
            facility.successor = successor.code
            successors.append(successor)
        found.append(facility)
    return found + successors


def _special(place: int, role: str) -> Facility:
    code, name = facility_code("35", place), f"測試{KIND_NAMES['35']}{place:03d}"
    return Facility(code, name, "35", CSV_UTF8, False, False, False, False, role)
