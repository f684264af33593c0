"""X-Line-Retry-Key: one request, however often it is made, is accepted once.

source: line-bot.md section 3, Sending and retrying.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from deploy.line_simulator.answers import ALREADY_ACCEPTED, Refused
from deploy.line_simulator.journal import Journal

LIFE_MS = 24 * 3_600_000
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass
class _Known:
    fingerprint: str
    since_ms: int
    accepted_id: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)


class RetryKeys:
    """Every key that was ever seen, with what it was used for."""

    def __init__(self, journal: Journal) -> None:
        self._journal, self._known = journal, dict[str, _Known]()

    def see(self, key: str, endpoint: str, fingerprint: str, now_ms: int) -> None:
        """Before the request is carried out. Raises Refused when it must not be.

        409 once it was accepted. Another body or other recipients: 400, which is the simulator's
        own severity. After 24 hours LINE has forgotten the key and sends again, and so do we.
        """
        if not _UUID.fullmatch(key):
            raise Refused(400, "The retry key is invalid")
        key = key.lower()
        known = self._known.get(key)
        if known is None:
            self._known[key] = _Known(fingerprint, now_ms)
            return
        if known.fingerprint != fingerprint:
            self._journal.violation("retry-key-for-another-request", endpoint, key, now_ms)
            raise Refused(400, "The retry key was used for another request")
        if now_ms - known.since_ms > LIFE_MS:
            self._journal.violation("retry-key-after-24-hours", endpoint, key, now_ms)
            self._known[key] = _Known(fingerprint, now_ms)
            return
        if known.accepted_id:
            more: dict[str, Any] = {"sentMessages": known.sent} if known.sent else {}
            headers = {"x-line-accepted-request-id": known.accepted_id}
            raise Refused(409, ALREADY_ACCEPTED, headers=headers, **more)

    def accept(self, key: str, request_id: str, sent: list[dict[str, str]]) -> None:
        """``sent``: ids and quote tokens as a push answers them; empty for the other endpoints."""
        known = self._known[key.lower()]
        known.accepted_id, known.sent = request_id, sent
