"""What the agency enters for all: rounds, closures and renames, new rule tables."""

from datetime import date

from bench.region.facts import Act
from bench.region.rounds import ROUNDS, Round
from bench.region.story import Region
from bench.region.world import (
    CLOSED_ON,
    CLOSURE_ENTERED,
    RENAME_ENTERED,
    RENAME_ENTERED_LATE,
    RENAMED_FROM,
    SUCCESSOR_KNOWN,
    Facility,
)

# The tables are those that are in force already: every open case is judged again as before.
RULES_READ_AGAIN = date(2025, 8, 3)


def proclaim(region: Region) -> None:
    """Every round opened, one ended early; a facility closed, two renamed."""
    for each in ROUNDS:
        region.acts.append(Act(each.opens, "open_round", _opening(each)))
        if each.cut:
            region.acts.append(Act(each.cut, "close_round", {"round_id": each.round_id}))
    for facility in region.facilities:
        if facility.role == "closing":
            closed = {"facility_id": facility.code, "closed_on": CLOSED_ON.isoformat()}
            region.acts.append(Act(CLOSURE_ENTERED, "facility_closed", closed))
        entered = {"renamed": RENAME_ENTERED, "renamed-late": RENAME_ENTERED_LATE}
        if facility.role in entered:
            region.acts.append(_rename(entered[facility.role], "facility_renamed", facility))
        elif facility.role == "renamed-unknown":
            region.acts.append(_rename(SUCCESSOR_KNOWN, "facility_successor", facility))
    region.acts.append(Act(RULES_READ_AGAIN, "rules_changed", {}))


def _opening(each: Round) -> dict[str, str]:
    days = {
        "service_from": each.service_from,
        "service_to": each.service_to,
        "pickup_from": each.opens,
        "pickup_to": each.last,
        "correction_deadline": each.last,
    }
    days |= {"paper_deadline": each.paper} if each.paper else {}
    words = {"round_id": each.round_id, "programme": each.programme}
    return words | {name: day.isoformat() for name, day in days.items()}


def _rename(day: date, kind: str, facility: Facility) -> Act:
    codes = {"old_code": facility.code, "new_code": facility.successor}
    return Act(day, kind, codes | {"valid_from": RENAMED_FROM.isoformat()})
