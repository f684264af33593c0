"""The law `undue`: nothing is given up as uncertain that somebody could have known.

A delivery may be parked, or left for a mail, only when a call of it had no answer that says whether
it was taken, or when its sender (or the database) died with the call on its way.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bench.chaos_notify.evidence import Evidence
from deploy.line_simulator.faults import Kind
from deploy.mail_inbox import mails

NO_WORD = frozenset((mails.DROP_IN_CONTENT, mails.DROP_AFTER_DOT, mails.SLOW))
"""After these nobody can know whether a mail was taken."""
BEFORE_MS, AFTER_MS = 500, 10_000
"""A death so long before or after a call may have cut it off: clocks, the wait for an answer."""


def undue(evidence: Evidence, deaths: list[int], injected: dict[str, int]) -> Iterator[str]:
    """``deaths``: instants of kills and crashes; ``injected``: how often each fault struck."""
    calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in evidence.calls:
        if delivery := evidence.keys.get(call["retry_key"] or ""):
            calls[delivery].append(call)
    mails_in_doubt = 0
    for name, doubt in evidence.doubts.items():
        of_it = calls[name]
        times = [*(call["at_ms"] for call in of_it), doubt.last_call_ms]
        if any(at - BEFORE_MS <= death <= at + AFTER_MS for at in times for death in deaths):
            continue
        if doubt.channel == "email":
            mails_in_doubt += 1
        elif not any(_is_unanswered(call) for call in of_it):
            told = " ".join(str(call["status"]) for call in of_it) or "no call"
            yield f"{name}: in doubt after {told}"
    silent = sum(injected.get(f"mail {kind}", 0) for kind in NO_WORD)
    if mails_in_doubt > silent:
        yield f"{mails_in_doubt} mails in doubt, and only {silent} without a word"


def _is_unanswered(call: dict[str, Any]) -> bool:
    return bool(call["status"] == 0 or call["status"] >= 500 or call["fault"] == Kind.SLOW)
