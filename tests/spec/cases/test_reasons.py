"""The register of reason codes is the table of the specification, and nothing else is ever said."""

import re
from pathlib import Path

from claims.reasons import BY_CODE, REASONS, hint_zh

RULES = Path(__file__).parents[3] / "claims"
SPECIFIED = """
NOT_FOUND FACILITY_MISMATCH FACILITY_CODE_CHANGED FACILITY_CLOSED DATE_MISMATCH CLAIM_DATE_WRONG
ID_OLD_NEW ID_MISMATCH BIRTH_MISMATCH BIRTH_INVALID CODE_MISMATCH BC_RESULT_MISSING HBSAG_MISSING
ANTI_HCV_MISSING INTERP_HBV_MISSING INTERP_HCV_MISSING BC_FLAG_NOT_3 STAGE2_MISSING
STAGE2_INCOMPLETE STAGE2_DATE_MISSING STAGE1_INCOMPLETE PAYER_NOT_1 INDIGENOUS_MISMATCH
HABIT_MISMATCH HABIT_NOT_ELIGIBLE NOT_ON_LIST LOCKED NOTE_NOT_ALLOWED NOTE_REQUIRED FORM_REQUIRED
DUPLICATE_RESULT DUPLICATE_CLAIM RESULT_WITHOUT_CLAIM UPLOADED_BUT_WRONG LATE_UPLOAD
CANCELLED_ON_CARD AGE_NOT_ELIGIBLE INTERVAL_TOO_SHORT TOOTH_INVALID LAB_NO_ACCESS SYSTEM_CASE
UNKNOWN OWNER_MISMATCH KEY_BLANK VALUE_NOT_ALLOWED ORDER_CODE_NOT_ALLOWED DATE_ORDER
DATE_IN_FUTURE FIELD_TOO_LONG COLUMN_MISSING EDIT_NOT_ALLOWED DELETE_NOT_ALLOWED
WITHDRAW_NOT_ALLOWED DECISION_NOT_ALLOWED ROUND_CLOSED VERSION_CONFLICT UNKNOWN_CASE ALIAS_CYCLE
""".split()  # noqa: SIM905 - a list of sixty strings is harder to compare with the page
OURS = {
    *("STAGE1_CLAIM_MISSING", "BC_FLAG_ODD", "HABIT_DOUBTFUL"),
    *("LATE_CORRECTION", "PERSONS_SWAPPED"),
}


def test_every_code_of_the_specification_is_known_once() -> None:
    codes = [known.code for known in REASONS]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(SPECIFIED) | OURS


def test_every_code_says_what_it_means_in_both_languages_and_who_acts() -> None:
    for known in REASONS:
        assert known.en and known.who, known.code
        assert re.search("[一-鿿]", known.zh), known.code
        assert hint_zh(known.code).startswith(known.zh)


def test_a_code_that_a_rule_says_is_in_the_register() -> None:
    """The bad case beside it: an unknown code has no words."""
    said = set()
    for path in [*RULES.glob("rules/*.py"), RULES / "verdicts.py", RULES / "matching.py"]:
        said |= set(re.findall(r'"([A-Z][A-Z0-9]+_[A-Z0-9_]+)"', path.read_text(encoding="utf-8")))
    assert said - {"STAGE2_COLUMNS"} <= BY_CODE.keys()
    assert hint_zh("NO_SUCH_CODE") == ""
