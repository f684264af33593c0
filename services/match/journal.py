"""What stands in the journal of cases, for those who read it back."""

from claims.agency_events import FacilityRenamed, RoundClosed, RoundOpened
from claims.events import CaseChanged, SweepFinished

TOPIC = "case-changed"
KINDS = (CaseChanged, SweepFinished, RoundOpened, RoundClosed, FacilityRenamed)
"""The steps of cases, and what explains them: each partition tells of rounds and new codes."""
