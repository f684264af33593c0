"""What a result must hold once its key agrees (內容檢核), per requirement, readable top to bottom.

A rule takes (claim, result, evidence) and gives the reasons it found: none when it holds. A broken
rule is a value, never an exception; all broken rules of a case are shown together.
"""

from claims.rules.agreement import birth_date_agrees
from claims.rules.completeness import (
    both_stages_are_complete,
    required_fields_are_filled,
    stage1_is_complete,
)
from claims.rules.evidence import Evidence, Rule
from claims.rules.hepatitis import (
    both_tests_are_answered,
    flag_is_3_when_alone,
    interpretations_are_filled_after_stage2,
)
from claims.rules.oral import habit_fits_order, indigenous_is_1_where_asked, payer_is_prevention

RULES: dict[str, tuple[Rule, ...]] = {
    "stage1": (birth_date_agrees, stage1_is_complete),
    "stage2": (birth_date_agrees, both_stages_are_complete),
    "bc": (
        birth_date_agrees,
        both_tests_are_answered,  # first: with nothing answered, nothing else is asked for
        flag_is_3_when_alone,
        interpretations_are_filled_after_stage2,
    ),
    "visit": (required_fields_are_filled,),  # the birth date of a child is part of the key
    "screen": (payer_is_prevention, indigenous_is_1_where_asked, habit_fits_order),
}

__all__ = ["RULES", "Evidence", "Rule"]
