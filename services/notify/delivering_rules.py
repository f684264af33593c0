"""What becomes of a delivery: before a call, and after it. Tables, and functions of plain values.

source: line-bot.md section 3, Sending and retrying. Two things are never guessed: whether a call
whose answer was lost has been accepted, and that a message may be sent twice.
"""

from typing import NamedTuple
from zlib import crc32

LINE, EMAIL = "line", "email"
READY, CALLING, SENT, CANCELLED, FAILED, PARKED = (
    "ready", "calling", "sent", "cancelled", "failed", "parked"
)  # fmt: skip

# A key lives 24 hours from the first call. A call on its way when they end could count as a new
# message, so we stop before. Mail is no longer worth sending after a day either.
LIFE_S = 24 * 3600.0 - 300.0

# How the answer to a call is understood.
ACCEPTED = "accepted"
ACCEPTED_BEFORE = "accepted_before"  # 409: an earlier call with this key
NO_ANSWER = "no_answer"  # it may have been accepted
SERVER_ERROR = "server_error"  # 5xx of LINE: as little known
NOT_REACHED = "not_reached"  # nobody can have seen the message
RATE_LIMIT = "rate_limit"
AT_ONCE = "too_many_at_once"
MONTHLY_LIMIT = "over_budget"
USER_LIMIT = "too_many_to_user"
REFUSED = "refused"  # 4xx of LINE, 5xx of the mail server after the content
BAD_ADDRESS = "bounced"  # 5xx of the mail server to the address
TRY_LATER = "mail_server"  # a mail server that cannot, or does not let us

# Reasons of our own.
FATE_UNKNOWN, EXPIRED, RESOLVED = "fate_unknown", "expired", "resolved"
BLOCKED, UNBOUND, UNSUBSCRIBED, COUNTS_CHANGED = "blocked", "unbound", "unsubscribed", "uncertain"

# The four kinds of 429, told apart by what LINE says. An unknown sentence is taken for the first:
# waiting is never wrong.
_KINDS_OF_429 = (
    ("monthly limit", MONTHLY_LIMIT),
    ("concurrent", AT_ONCE),
    ("same time", AT_ONCE),
    ("to the same user", USER_LIMIT),
    ("to one user", USER_LIMIT),
    ("to this user", USER_LIMIT),
)


class Backoff(NamedTuple):
    """Seconds before the second call, doubled from call to call, up to the longest pause; and up to
    a quarter more, so that what failed together does not come again together."""

    first_s: float = 5.0
    longest_s: float = 900.0
    limited_s: float = 60.0  # after a 429 at least

    def pause_s(self, attempts: int, spread: float = 0.0) -> float:
        """After so many calls. 64 doublings are more than any float needs. ``spread`` from 0 to 1
        tells deliveries apart: see :func:`spread_of`."""
        pause = min(self.first_s * 2.0 ** min(attempts - 1, 64), self.longest_s)
        return float(pause * (1.0 + spread / 4))


def spread_of(delivery_id: str) -> float:
    """From 0 to 1, the same for the same delivery, as good as random among many."""
    return (crc32(delivery_id.encode()) & 0xFFFF) / 0xFFFF


class Called(NamedTuple):
    """A delivery whose call was answered. ``attempts`` counts that call; ``uncertain`` and ``last``
    (the answer before, as understood) are from before it; ``following`` is when it was made."""

    channel: str
    attempts: int
    uncertain: bool
    last: str
    following: bool = True
    spread: float = 0.0


class Step(NamedTuple):
    """The next state. ``falls_back``: LINE has certainly not taken it, e-mail may."""

    state: str
    reason: str = ""
    pause_s: float = 0.0
    uncertain: bool = False
    falls_back: bool = False


def understood(status: int, reached: bool, message: str) -> str:
    """LINE's answer. ``reached`` False: there was no connection."""
    if status == 0:
        return NO_ANSWER if reached else NOT_REACHED
    if 200 <= status < 300:
        return ACCEPTED
    if status == 409:
        return ACCEPTED_BEFORE
    if status == 429:
        said = message.lower()
        return next((kind for words, kind in _KINDS_OF_429 if words in said), RATE_LIMIT)
    return SERVER_ERROR if status >= 500 else REFUSED


def after(called: Called, answer: str, backoff: Backoff) -> Step:
    """The state after a call."""
    if answer == ACCEPTED and not called.following:
        # LINE answers 200 for a user who has blocked the account, and delivers nothing.
        return Step(FAILED, BLOCKED, falls_back=True)
    if answer in (ACCEPTED, ACCEPTED_BEFORE):
        return Step(SENT)
    if called.channel == EMAIL:
        return _after_mail(called, answer, backoff)
    if answer in (NO_ANSWER, SERVER_ERROR):
        return Step(READY, answer, backoff.pause_s(called.attempts, called.spread), uncertain=True)
    pause = backoff.pause_s(called.attempts, called.spread)
    if answer in (RATE_LIMIT, AT_ONCE):
        pause = max(pause, backoff.limited_s)
        return Step(READY, answer, pause, called.uncertain)
    if answer == NOT_REACHED:
        return Step(READY, answer, pause, called.uncertain)
    # Also said while another sending holds a reservation: once more, then it is true.
    if answer == MONTHLY_LIMIT and called.last != MONTHLY_LIMIT:
        return Step(READY, answer, max(pause, backoff.limited_s), called.uncertain)
    # Final for this call, but an earlier one may have been accepted: nobody knows.
    if called.uncertain:
        return Step(PARKED, FATE_UNKNOWN, uncertain=True)
    return Step(FAILED, answer, falls_back=True)


def _after_mail(called: Called, answer: str, backoff: Backoff) -> Step:
    """SMTP has no retry key: what may have been accepted is never sent again."""
    if answer in (NO_ANSWER, SERVER_ERROR):
        return Step(PARKED, FATE_UNKNOWN, uncertain=True)
    if answer in (NOT_REACHED, TRY_LATER):
        return Step(READY, answer, backoff.pause_s(called.attempts, called.spread))
    return Step(FAILED, answer)


class Waiting(NamedTuple):
    """A delivery somebody is about to call for, and what is true now.

    state       ready, or calling when its caller died
    age_s       since the first call; 0 before it
    counts      what its words say and what is right now (None: nothing), by notice; empty without
    old         its words were frozen on another day, and say how many days are left
    wanted      None, or why the recipient is none any more: unbound, unsubscribed, bounced
    following   the LINE user has not blocked the account
    exhausted   LINE has said that the month's messages are used up
    """

    channel: str
    state: str
    uncertain: bool
    age_s: float
    counts: tuple[tuple[int, int | None], ...]
    old: bool
    wanted: str | None
    following: bool
    exhausted: bool


GO, ANEW = "go", "anew"


def before(waiting: Waiting) -> Step:
    """What to do instead of the call; state ``go``: call; ``anew``: freeze the words again, with a
    new key, then call."""
    uncertain = waiting.uncertain or waiting.state == CALLING
    if waiting.state == CALLING and waiting.channel == EMAIL:
        return Step(PARKED, FATE_UNKNOWN, uncertain=True)
    if waiting.wanted is not None:
        return Step(CANCELLED, waiting.wanted, uncertain=uncertain)
    if waiting.counts and all(now is None for _, now in waiting.counts):
        return Step(CANCELLED, RESOLVED, uncertain=uncertain)
    if waiting.age_s >= LIFE_S:
        if uncertain:
            return Step(PARKED, FATE_UNKNOWN, uncertain=True)
        return Step(FAILED, EXPIRED, falls_back=waiting.channel == LINE)
    is_stale = any(frozen != now for frozen, now in waiting.counts)
    go = Step(ANEW if is_stale or waiting.old else GO)
    if waiting.channel == EMAIL:
        return go
    if uncertain:
        # The same words under the same key, or nothing: other words would be a second message.
        if is_stale:
            return Step(CANCELLED, COUNTS_CHANGED, uncertain=True, falls_back=True)
        return Step(GO, uncertain=True)
    if not waiting.following:
        return Step(CANCELLED, BLOCKED, falls_back=True)
    if waiting.exhausted:
        return Step(FAILED, MONTHLY_LIMIT, falls_back=True)
    return go
