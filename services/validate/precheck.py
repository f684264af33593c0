"""預檢: rows judged as always, and nothing kept of them: no part seen, no day gate."""

from typing import NamedTuple

from claims.events import Claims, Records, Uploads
from claims.precheck_answers import answered
from claims.precheck_events import PrecheckAsked, PrecheckChecked
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.ledger import Ledger
from services.validate.checking import Checking
from services.validate.reports import STAGE

ANSWERS_TOPIC, CHECKED_TOPIC = "precheck-answered", "precheck-checked"


class Asked(NamedTuple):
    """A request, and the part inside of it."""

    event: PrecheckAsked
    part: Claims | Uploads


class Precheck:
    """Answers for the refused rows; hands the others on, so that match answers too."""

    def __init__(self, codec: Codec, checking: Checking) -> None:
        self._codec, self._checking = codec, checking

    def asked(self, event: PrecheckAsked) -> Asked:
        """Raises what the codec raises, and UnknownRecord for a part that is of neither kind."""
        part = self._codec.decode(event.message)
        if not isinstance(part, Claims | Uploads):
            raise UnknownRecord(type(part).__name__)
        return Asked(event, part)

    def take(self, ledger: Ledger, asked: Asked) -> None:
        """Both stages answer every part, also when none of its rows comes so far."""
        event = asked.event
        records, refused = self._checking.check(asked.part)
        key = event.facility_id.encode()
        answer = answered(event, STAGE, refused)
        ledger.emit(ANSWERS_TOPIC, key, self._codec.encode(answer))
        ledger.emit(CHECKED_TOPIC, key, self._codec.encode(self._checked(event, records)))

    def _checked(self, event: PrecheckAsked, records: Records) -> PrecheckChecked:
        return PrecheckChecked(
            f"{event.event_id}/checked",
            event.request_id,
            event.part_no,
            event.part_count,
            event.facility_id,
            self._codec.encode(records),
        )
