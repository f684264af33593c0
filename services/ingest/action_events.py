"""Actions of the agency as facts on the wire: pure, and the same every time.

source: correction.md section 3; topics.toml (what concerns all goes to every partition).
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from claims.agency_events import (
    Actions,
    CaseAction,
    FacilityClosed,
    FacilityRenamed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
    RulesChanged,
)
from claims.codes import facility_code
from claims.events import Wire
from claims.periods import from_iso
from claims.texts import normalised
from services.ingest.agency_actions import (
    Action,
    Annotation,
    CaseAct,
    ChangeRules,
    CloseFacility,
    CloseRound,
    FacilityRename,
    FormReceived,
    OpenRound,
    PersonAlias,
    ReopenFacility,
)
from services.ingest.names import command_id
from services.ingest.parts import MAX_WEIGHT, ROW_WEIGHT, text_weight

Canonical = Callable[[str], str]
Routed = tuple[str | None, Wire]
"""An event with its facility, or None when it goes to every partition."""


def action_events(
    actions: Sequence[Action],
    submission_id: str,
    received_on: int,
    actor: str,
    canonical: Canonical,
) -> list[Routed]:
    """The events of one submission in the order in which they must leave.

    ``canonical`` leads from any code of a facility to the one that is its Kafka key. Actions on
    cases keep their order within a facility and never pass an action that concerns more than one
    case; their parts are numbered over the whole submission. Needs actions that passed the door.
    """
    laid_out = list(_laid_out(actions, submission_id, received_on, canonical))
    part_count = sum(isinstance(one, _Part) for one in laid_out)
    found: list[Routed] = []
    part_no = 0
    for one in laid_out:
        if not isinstance(one, _Part):
            found.append(one)
            continue
        part_no += 1
        event = Actions(
            event_id=f"{submission_id}/{part_no}",
            submission_id=submission_id,
            part_no=part_no,
            part_count=part_count,
            facility_id=one.facility_id,
            received_on=received_on,
            actor=actor,
            items=tuple(one.items),
        )
        found.append((one.facility_id, event))
    return found


def facility_of(case_id: str) -> str:
    """The code that a case's id begins with."""
    return case_id.partition("/")[0]


class _Part:
    """Actions on cases of one facility, before their number is known."""

    def __init__(self, facility_id: str) -> None:
        self.facility_id = facility_id
        self.items: list[CaseAction] = []
        self.weight = 0


def _laid_out(
    actions: Sequence[Action], submission_id: str, received_on: int, canonical: Canonical
) -> "Iterator[Routed | _Part]":
    waiting: dict[str, _Part] = {}
    for row_no, action in enumerate(actions, start=1):
        command = command_id(submission_id, row_no)
        if not isinstance(action, CaseAct):
            yield from waiting.values()
            waiting.clear()
            yield _wide(action, command, received_on, canonical)
            continue
        facility = canonical(facility_of(action.case_id))
        weight = ROW_WEIGHT + text_weight((action.case_id, action.text))
        if facility in waiting and waiting[facility].weight + weight > MAX_WEIGHT:
            yield waiting.pop(facility)
        part = waiting.setdefault(facility, _Part(facility))
        part.items.append(_item(action, row_no, command))
        part.weight += weight
    yield from waiting.values()


def _item(action: CaseAct, row_no: int, command: str) -> CaseAction:
    return CaseAction(
        row_no=row_no,
        command_id=command,
        kind=action.kind,
        case_id=action.case_id,
        code=action.code if isinstance(action, Annotation) else "",
        text=action.text,
        on=day(action.on) if isinstance(action, FormReceived) else None,
    )


def _wide(action: Action, command: str, received_on: int, canonical: Canonical) -> Routed:
    """The event of an action that concerns more than one case."""
    match action:
        case OpenRound():
            return None, _round(action, received_on)
        case CloseRound():
            name = action.round_id
            return None, RoundClosed(f"round-closed/{name}", name, received_on)
        case ChangeRules():
            version = action.rule_version
            return None, RulesChanged(f"rules-changed/{version}", version, received_on)
        case PersonAlias():
            ids = normalised(action.old_id), normalised(action.new_id)
            back = action.kind == "person_alias_taken_back"
            return None, PersonAliased(f"person-aliased/{command}", received_on, *ids, back)
        case FacilityRename():
            codes = facility_code(action.old_code).value, facility_code(action.new_code).value
            entered = action.kind == "facility_renamed"
            name, since = f"facility-renamed/{command}", day(action.valid_from)
            return None, FacilityRenamed(name, received_on, *codes, since, entered)
        case CloseFacility() | ReopenFacility():
            facility = canonical(facility_code(action.facility_id).value)
            closed_on = day(action.closed_on) if isinstance(action, CloseFacility) else None
            name = f"facility-closed/{command}"
            return facility, FacilityClosed(name, received_on, facility, closed_on)
    raise AssertionError(action.kind)


def _round(action: OpenRound, received_on: int) -> RoundOpened:
    paper = action.paper_deadline
    return RoundOpened(
        event_id=f"round-opened/{action.round_id}",
        round_id=action.round_id,
        programme=action.programme,
        service_from=day(action.service_from),
        service_to=day(action.service_to),
        pickup_from=day(action.pickup_from),
        pickup_to=day(action.pickup_to),
        correction_deadline=day(action.deadline),
        paper_deadline=None if paper is None else day(paper),
        opened_on=received_on,
    )


def day(value: date) -> int:
    """Days since 1970-01-01."""
    return from_iso(value.isoformat())
