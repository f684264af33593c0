"""What an action must satisfy before it is taken, and what the door itself remembers of it.

Runs in the transaction that accepts the submission, while nobody else's of the agency is being
accepted: an action that is refused leaves nothing behind, nor do the others of its list.
"""

import re
from collections.abc import Sequence

from claims.codes import person_id_code
from claims.masks import mask_person_id
from claims.periods import iso_text
from claims.texts import normalised
from services.ingest import aliases, registry, rounds
from services.ingest.action_events import day
from services.ingest.agency_actions import (
    Action,
    CaseAct,
    ChangeRules,
    CloseFacility,
    CloseRound,
    FacilityRename,
    FormReceived,
    OpenRound,
    PersonAlias,
    ReopenFacility,
    needs_second_person,
)
from services.ingest.database import Connection
from services.ingest.names import harmless_name
from services.ingest.submissions import Submission
from services.ingest.vault import Seals

_CASE = re.compile(r"[0-9]{6}[0-9A-Z][0-9]{3}/\S+")
WORDS = {
    "VALUE_NOT_ALLOWED": "欄位值不在允許範圍內。",
    "DATE_ORDER": "日期先後不合理。",
    "DATE_IN_FUTURE": "日期晚於今日。",
    "ROUND_CLOSED": "補正期已結束。",
    "ROUND_UNKNOWN": "沒有這個補正期。",
    "UNKNOWN_CASE": "案件編號須以醫事機構代碼開頭。",
    "ALIAS_CYCLE": "兩者已互相連結，不可再次連結。",
    "ALIAS_UNKNOWN": "沒有這筆新舊身分證號對照，無法收回。",
    "ID_BLANK": "請填完整身分證號。",
    "ID_MASKED": "證號含遮罩符號，請填完整證號。",
    "ID_SHAPE": "證號格式不符。",
    "ID_CHECKSUM": "證號檢查碼不符。",
    "DECISIONS_ALONE": "多筆決定須由第二人確認，不可與其他作業併送。",
}


class ActionRefused(Exception):
    """One action of a list cannot be taken; then none is. Never repeats a person's number."""

    def __init__(self, row_no: int, code: str, about: str = "") -> None:
        super().__init__(f"第 {row_no} 筆 {code}: {WORDS[code]}{about}")
        self.row_no, self.code, self.detail = row_no, code, WORDS[code] + about


class ActionDoor:
    """``admit`` is handed to Intake.accept."""

    def __init__(self, sealer: Seals, actions: Sequence[Action]) -> None:
        self._sealer, self._actions = sealer, actions

    async def admit(self, connection: Connection, submission: Submission) -> None:
        """Check every action, in order, and take its effect on the door. Raises ActionRefused."""
        held = needs_second_person(self._actions)
        for row_no, action in enumerate(self._actions, start=1):
            if held and not isinstance(action, CaseAct):
                raise ActionRefused(row_no, "DECISIONS_ALONE")
            try:
                await self._check(connection, submission, action)
            except _Refused as refused:
                raise ActionRefused(row_no, *refused.args) from None
        await connection.executemany(
            "insert into ingest.action_rows values ($1, $2, $3, $4)",
            [
                (submission.submission_id, row_no, action.kind, subject_of(action))
                for row_no, action in enumerate(self._actions, start=1)
            ],
        )

    async def _check(self, connection: Connection, submission: Submission, action: Action) -> None:
        match action:
            case OpenRound():
                await _open(connection, action, submission.received_on)
            case CloseRound():
                await _close(connection, action, submission.received_on)
            case PersonAlias():
                await self._join(connection, action, submission.submission_id)
            case FacilityRename():
                await _rename(connection, action, submission)
            case CloseFacility() | ReopenFacility():
                await _close_facility(connection, action)
            case ChangeRules():
                pass
            case _:
                _look_at(action, submission.received_on)

    async def _join(self, connection: Connection, action: PersonAlias, submission_id: str) -> None:
        old, new = normalised(action.old_id), normalised(action.new_id)
        for code in map(person_id_code, (old, new)):
            if code != "OK":
                raise _Refused(code)
        edge = aliases.Edge.of(self._sealer, old, new)
        if action.kind == "person_alias_taken_back":
            if not await aliases.take_back(connection, edge):
                raise _Refused("ALIAS_UNKNOWN")
            return
        if await aliases.joined(connection, edge):
            raise _Refused("ALIAS_CYCLE")
        await aliases.enter(connection, edge, submission_id)


class _Refused(Exception):
    """Code, and words to add."""


def _look_at(action: CaseAct, today: int) -> None:
    """The case itself is match's to judge."""
    if not _CASE.fullmatch(action.case_id):
        raise _Refused("UNKNOWN_CASE")
    if isinstance(action, FormReceived) and day(action.on) > today:
        raise _Refused("DATE_IN_FUTURE")


async def _open(connection: Connection, action: OpenRound, today: int) -> None:
    if harmless_name(action.round_id) != action.round_id:
        raise _Refused("VALUE_NOT_ALLOWED", "補正期編號不可含長數字。")
    periods = (action.service_from, action.service_to), (action.pickup_from, action.pickup_to)
    if any(first > last for first, last in periods):
        raise _Refused("DATE_ORDER")
    if action.deadline < action.pickup_from:
        raise _Refused("DATE_ORDER", "補正期限不可早於提供下載日期。")
    if action.paper_deadline is not None and action.programme != "oral":
        raise _Refused("VALUE_NOT_ALLOWED", "只有口腔項目有紙本期限。")
    if action.paper_deadline is not None and action.paper_deadline < action.pickup_from:
        raise _Refused("DATE_ORDER", "紙本期限不可早於提供下載日期。")
    if day(action.deadline) < today:
        raise _Refused("VALUE_NOT_ALLOWED", f"補正期限已過（今日為 {iso_text(today)}）。")
    if not await rounds.open_(connection, action, today):
        raise _Refused("VALUE_NOT_ALLOWED", "補正期編號已使用過。")


async def _close(connection: Connection, action: CloseRound, today: int) -> None:
    ended = await rounds.ended(connection, action.round_id, today)
    if ended is None:
        raise _Refused("ROUND_UNKNOWN")
    if ended:
        raise _Refused("ROUND_CLOSED")
    await rounds.close(connection, action.round_id, today)


async def _rename(connection: Connection, action: FacilityRename, submission: Submission) -> None:
    old, new = _facility(action.old_code), _facility(action.new_code)
    if old == new or await registry.leads_to(connection, new, old):
        raise _Refused("ALIAS_CYCLE")
    goes_on = {code: await registry.canonical(connection, code) for code in (old, new)}
    if goes_on[old] == goes_on[new]:
        raise _Refused("ALIAS_CYCLE")
    for code, canonical in goes_on.items():
        if code != canonical:
            raise _Refused("VALUE_NOT_ALLOWED", f"{code} 現為 {canonical}。")
    entered_at = submission.received_at if action.kind == "facility_renamed" else None
    await registry.rename(connection, old, new, day(action.valid_from), entered_at)


async def _close_facility(connection: Connection, action: CloseFacility | ReopenFacility) -> None:
    facility = await registry.canonical(connection, _facility(action.facility_id))
    closed_on = day(action.closed_on) if isinstance(action, CloseFacility) else None
    await registry.close(connection, facility, closed_on)


def _facility(code: str) -> str:
    try:
        return registry.checked(code)
    except registry.RegistryRefuses:
        raise _Refused("VALUE_NOT_ALLOWED", "醫事機構代碼格式不符。") from None


def subject_of(action: Action) -> str:
    """What an action is about, as a list may show it."""
    match action:
        case OpenRound() | CloseRound():
            return action.round_id
        case PersonAlias():
            return f"{_shown(action.old_id)} {_shown(action.new_id)}"
        case FacilityRename():
            return f"{action.old_code} {action.new_code}"
        case CloseFacility() | ReopenFacility():
            return action.facility_id
        case ChangeRules():
            return action.rule_version
    return action.case_id


def _shown(person_id: str) -> str:
    return mask_person_id(normalised(person_id))
