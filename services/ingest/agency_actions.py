"""What the agency may do, as it is written in JSON: rounds, aliases, facilities, decisions.

A list of actions is a submission like a list of commands: sealed, produced, answered with a
receipt. source: correction.md sections 1 and 3, rulings.md R-26, R-35; README of the spec, P-3.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter

KIND = "action"
MAX_ACTIONS = 500
LONGEST_TEXT = 500
# 不予核付 and 追扣, and taking either back: several at once need a second person (P-3).
DECISIONS = frozenset({"decide_not_payable", "decide_recovered", "reverse"})


def _iso(value: Any) -> Any:
    """Strict models take no text for a date; this is the one shape of a date in our JSON."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return date.fromisoformat(value)
    return value


Day = Annotated[date, BeforeValidator(_iso, json_schema_input_type=date)]
Programme = Literal["adult", "child", "oral"]
RoundId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,39}$"),
    Field(description="Never used again; for example 2025-oral-1."),
]
FacilityCode = Annotated[str, StringConstraints(min_length=9, max_length=10)]
CaseId = Annotated[str, StringConstraints(min_length=12, max_length=200)]
Text = Annotated[
    str,
    StringConstraints(max_length=LONGEST_TEXT),
    Field(description="Why; travels sealed.", repr=False),
]
PersonText = Annotated[str, StringConstraints(max_length=40), Field(repr=False)]


class _Action(BaseModel):
    # An error must not repeat what was sent: it may be somebody's number.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class OpenRound(_Action):
    """補正期: list the cases of a programme and period that are past their deadline."""

    kind: Literal["open_round"]
    round_id: RoundId
    programme: Programme
    service_from: Day = Field(description="First visit date of the list period.")
    service_to: Day = Field(description="Last visit date, included.")
    pickup_from: Day = Field(description="First day on which lists are picked up.")
    pickup_to: Day
    correction_deadline: Day | None = Field(
        None, description="Last good day for a correction; the last pick-up day when left out."
    )
    paper_deadline: Day | None = Field(None, description="oral: last good day of a postmark.")

    @property
    def deadline(self) -> date:
        """source: correction.md section 1"""
        return self.correction_deadline or self.pickup_to


class CloseRound(_Action):
    """End a round before its deadline."""

    kind: Literal["close_round"]
    round_id: RoundId


class PersonAlias(_Action):
    """新舊身分證號: two numbers are one person's; or no longer."""

    kind: Literal["person_alias", "person_alias_taken_back"]
    old_id: PersonText
    new_id: PersonText


class FacilityRename(_Action):
    """變更醫事機構代碼. facility_successor: the registry knows it, but nothing moves yet."""

    kind: Literal["facility_renamed", "facility_successor"]
    old_code: FacilityCode
    new_code: FacilityCode
    valid_from: Day


class CloseFacility(_Action):
    """停歇業."""

    kind: Literal["facility_closed"]
    facility_id: FacilityCode
    closed_on: Day


class ReopenFacility(_Action):
    """The closure is taken back."""

    kind: Literal["facility_reopened"]
    facility_id: FacilityCode


class ChangeRules(_Action):
    """The rule tables of this image are in force now: open cases are judged again."""

    kind: Literal["rules_changed"]
    rule_version: str = Field("", description="Filled in by us: the version of our own tables.")


class CaseStep(_Action):
    """審核, 決定, 免上傳."""

    kind: Literal[
        "review_approved", "review_refused", "decide_not_payable", "decide_recovered", "exempt"
    ]
    case_id: CaseId
    text: Text = ""


class Reversal(_Action):
    """A decision is taken back; the reason must be given (R-8)."""

    kind: Literal["reverse"]
    case_id: CaseId
    text: Annotated[Text, StringConstraints(min_length=1)]


class FormReceived(_Action):
    """大口資料修改申請表 came in."""

    kind: Literal["form_received"]
    case_id: CaseId
    on: Day = Field(description="Day of the postmark.")
    text: Text = ""


class Annotation(_Action):
    """What a clinic said on the phone (R-35)."""

    kind: Literal["annotate"]
    case_id: CaseId
    code: Literal["CLAIM_DATE_WRONG", "SYSTEM_CASE", "LAB_NO_ACCESS"]
    text: Text = ""


CaseAct = CaseStep | Reversal | FormReceived | Annotation
Action = Annotated[
    OpenRound
    | CloseRound
    | PersonAlias
    | FacilityRename
    | CloseFacility
    | ReopenFacility
    | ChangeRules
    | CaseStep
    | Reversal
    | FormReceived
    | Annotation,
    Field(discriminator="kind"),
]
_ACTION: TypeAdapter[Action] = TypeAdapter(Action, config=ConfigDict(hide_input_in_errors=True))


def action_of(fields: dict[str, Any]) -> Action:
    """Raises pydantic.ValidationError, which does not repeat the values."""
    return _ACTION.validate_python(fields)


class ActionFile(BaseModel):
    """The bytes of such a submission."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: str
    actions: Annotated[tuple[Action, ...], Field(min_length=1, max_length=MAX_ACTIONS)]

    def to_bytes(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "ActionFile":
        return cls.model_validate_json(data)


def needs_second_person(actions: Iterable[Action]) -> bool:
    """Bulk decisions wait for another person of the agency; a single one passes (P-3)."""
    return sum(action.kind in DECISIONS for action in actions) > 1
