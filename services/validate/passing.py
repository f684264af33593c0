"""What goes through validate unchanged: releases, and what the agency does (topic actions)."""

from claims.agency_events import (
    Actions,
    FacilityClosed,
    FacilityRenamed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
    RulesChanged,
)
from claims.events import BookReleased
from pipeline.codec import stem_of

AGENCY = (
    Actions,
    FacilityClosed,
    FacilityRenamed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
    RulesChanged,
)
Agency = (
    Actions
    | FacilityClosed
    | FacilityRenamed
    | PersonAliased
    | RoundClosed
    | RoundOpened
    | RulesChanged
)
WHOLE = 0  # number of the one part of a fact that is not cut in parts


def key_of(event: Agency | BookReleased) -> bytes:
    """The Kafka key in `records`: the facility; its kind for what concerns no facility alone."""
    if isinstance(event, Actions | FacilityClosed):
        return event.facility_id.encode()
    if isinstance(event, BookReleased):
        return event.book.encode()
    return stem_of(type(event)).encode()


def part_of(event: Agency) -> tuple[str, int, int]:
    """How a repeat is recognised: submission and part, and the day by which it is forgotten.

    What concerns all is no submission: its event_id stands in for one of a single part.
    """
    match event:
        case Actions(submission_id=submission, part_no=part_no, received_on=day):
            return submission, part_no, day
        case RoundOpened(opened_on=day) | RoundClosed(closed_on=day) | RulesChanged(changed_on=day):
            return event.event_id, WHOLE, day
        case PersonAliased() | FacilityRenamed() | FacilityClosed():
            return event.event_id, WHOLE, event.received_on
