"""Tags of the claim file that the record uses: their names in code and their bounds.

Tags not listed are kept as text under their own name (``extra``), but for d49, the person's name,
which is not put in the claim record (data minimisation).
source: claim-file.md sections 3 to 5 and 8. Lengths are those the page gives; a code column of ten
is a facility or a person; text without a length is bounded so that no message can grow.
"""

from typing import NamedTuple

TEXT, DATE, TIME, NUMBER, COUNT = "text", "date", "time", "number", "count"
PLACE = "place"
MAX_TEXT = 200
# Characters of details a case, and each of its lines, may carry besides the named fields.
MAX_EXTRA = 1500


class Tag(NamedTuple):
    """name: in details or in the record. kind: text, ROC date, ROC datetime, decimal, integer
    (count), or integer from 1 (place)."""

    name: str
    kind: str = TEXT
    longest: int = MAX_TEXT


DROPPED = frozenset({"d49"})

CASE_TAGS = {
    "d1": Tag("case_type", TEXT, 2),
    "d2": Tag("seq_no", COUNT, 10),
    "d3": Tag("person_id"),
    "d8": Tag("dept"),
    "d9": Tag("visit_date"),
    "d10": Tag("end_date", DATE),
    "d11": Tag("birth_date"),
    "d12": Tag("late_claim_mark"),
    "d15": Tag("copay_code", TEXT, 3),
    "d16": Tag("share_mark"),
    "d17": Tag("share_facility_id", TEXT, 10),
    "d29": Tag("card_serial", TEXT, 4),
    "d30": Tag("practitioner_id", TEXT, 10),
    "d45": Tag("newborn_birth_date"),
    "d51": Tag("newborn_mark", TEXT, 1),
    "d54": Tag("service_facility_id", TEXT, 10),
    "d60": Tag("visit_uid", TEXT, 20),
    "d61": Tag("actual_visit_uid", TEXT, 20),
    "d62": Tag("original_visit_uid", TEXT, 20),
}
# These are judged or placed by the reader itself; the others go to details under their name.
CASE_FIELDS = frozenset(["d1", "d2", "d3", "d9", "d11", "d29", "d45", "d51", "d54"])

ORDER_TAGS = {
    "p3": Tag("order_type", TEXT, 1),
    "p4": Tag("order_code"),
    "p6": Tag("tooth"),
    "p10": Tag("quantity", NUMBER, 20),
    "p11": Tag("unit_price", NUMBER, 20),
    "p12": Tag("points", NUMBER, 20),
    "p13": Tag("order_seq", PLACE, 6),
    "p14": Tag("start_time", TIME),
    "p15": Tag("end_time", TIME),
    "p16": Tag("order_practitioner_id", TEXT, 10),
    "p24": Tag("lab_facility_id", TEXT, 10),
    "p26": Tag("order_visit_uid", TEXT, 20),
}
ORDER_FIELDS = frozenset(["p3", "p4", "p6", "p12", "p13", "p24"])

# card-file.md section 5. IC89 and IC98 begin with IC and are fine without being listed.
ABNORMAL_SERIALS = frozenset(
    [f"{letter}0{digit}{last}" for letter in "A" for digit in "0123" for last in "01"]
    + [f"{letter}0{digit}{last}" for letter in "D" for digit in "01" for last in "01"]
    + ["B000", "B001", "C000", "C001", "C002", "C003", "E000", "E001"]
    + ["F000", "G000", "H000", "Z000", "Z001"]
)
