"""Which codes leave a clinic without advice: named one by one, so that none is forgotten."""

from claims.advice import ADVICE_ZH
from claims.reasons import BY_CODE

WITHOUT = {
    # hints and warnings: nothing to mend
    *("BC_FLAG_ODD", "HABIT_DOUBTFUL", "LATE_UPLOAD", "STAGE1_CLAIM_MISSING", "FACILITY_CLOSED"),
    # a finding about a field says by itself what was expected
    *("KEY_BLANK", "DATE_IN_FUTURE", "DATE_ORDER", "FIELD_TOO_LONG", "ORDER_CODE_NOT_ALLOWED"),
    *("COLUMN_MISSING", "TOOTH_INVALID"),
    # known to the agency alone
    *("CANCELLED_ON_CARD", "OWNER_MISMATCH", "UNKNOWN"),
}


def test_every_other_code_has_advice() -> None:
    assert set(BY_CODE) - set(ADVICE_ZH) == WITHOUT
