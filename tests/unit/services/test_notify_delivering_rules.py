"""What becomes of a delivery, as tables: before a call, and after it."""

import pytest

from services.notify import delivering_rules as rules
from services.notify.delivering_rules import (
    EMAIL,
    LINE,
    Backoff,
    Called,
    Step,
    Waiting,
    after,
    before,
    understood,
)

BACKOFF = Backoff(first_s=5, longest_s=900, limited_s=60)


@pytest.mark.parametrize(
    ("status", "reached", "message", "answer"),
    [
        (200, True, "", rules.ACCEPTED),
        (202, True, "", rules.ACCEPTED),
        (409, True, "The retry key is already accepted", rules.ACCEPTED_BEFORE),
        (0, True, "TimeoutError", rules.NO_ANSWER),
        (0, False, "ClientConnectorError", rules.NOT_REACHED),
        (500, True, "", rules.SERVER_ERROR),
        (503, True, "", rules.SERVER_ERROR),
        (400, True, "The property, 'to', is invalid", rules.REFUSED),
        (401, True, "Authentication failed", rules.REFUSED),
        (404, True, "Not found", rules.REFUSED),
        (429, True, "The API rate limit has been exceeded. Try again later.", rules.RATE_LIMIT),
        (429, True, "Too many requests at the same time.", rules.AT_ONCE),
        (429, True, "The number of concurrent requests is too high.", rules.AT_ONCE),
        (429, True, "You have reached your monthly limit.", rules.MONTHLY_LIMIT),
        (429, True, "Too many messages to the same user.", rules.USER_LIMIT),
        (429, True, "A sentence nobody has seen.", rules.RATE_LIMIT),
    ],
)
def test_an_answer_of_line_is_understood(
    status: int, reached: bool, message: str, answer: str
) -> None:
    assert understood(status, reached, message) == answer


def ready(reason: str, pause: float, uncertain: bool = False) -> Step:
    return Step(rules.READY, reason, pause, uncertain)


PARKED = Step(rules.PARKED, rules.FATE_UNKNOWN, uncertain=True)


def failed(reason: str) -> Step:
    return Step(rules.FAILED, reason, falls_back=True)


@pytest.mark.parametrize(
    ("answer", "uncertain", "last", "step"),
    [
        (rules.ACCEPTED, False, "", Step(rules.SENT)),
        (rules.ACCEPTED, True, rules.NO_ANSWER, Step(rules.SENT)),
        (rules.ACCEPTED_BEFORE, True, rules.NO_ANSWER, Step(rules.SENT)),
        (rules.NO_ANSWER, False, "", ready(rules.NO_ANSWER, 5, True)),
        (rules.SERVER_ERROR, False, "", ready(rules.SERVER_ERROR, 5, True)),
        # Not reached, or refused for the rate: neither makes an earlier call more certain.
        (rules.NOT_REACHED, False, "", ready(rules.NOT_REACHED, 5)),
        (rules.NOT_REACHED, True, "", ready(rules.NOT_REACHED, 5, True)),
        (rules.RATE_LIMIT, False, "", ready(rules.RATE_LIMIT, 60)),
        (rules.RATE_LIMIT, True, "", ready(rules.RATE_LIMIT, 60, True)),
        (rules.AT_ONCE, False, "", ready(rules.AT_ONCE, 60)),
        # Once more, then it is true.
        (rules.MONTHLY_LIMIT, False, "", ready(rules.MONTHLY_LIMIT, 60)),
        (rules.MONTHLY_LIMIT, False, rules.MONTHLY_LIMIT, failed(rules.MONTHLY_LIMIT)),
        (rules.MONTHLY_LIMIT, True, rules.MONTHLY_LIMIT, PARKED),
        # Final, and dropped or by the other channel, unless an earlier call may have arrived.
        (rules.USER_LIMIT, False, "", failed(rules.USER_LIMIT)),
        (rules.USER_LIMIT, True, "", PARKED),
        (rules.REFUSED, False, "", failed(rules.REFUSED)),
        (rules.REFUSED, True, rules.NO_ANSWER, PARKED),
    ],
)
def test_after_a_call_to_line(answer: str, uncertain: bool, last: str, step: Step) -> None:
    assert after(Called(LINE, 1, uncertain, last), answer, BACKOFF) == step


def test_line_says_200_for_a_blocked_user_and_delivers_nothing() -> None:
    called = Called(LINE, 2, True, rules.NO_ANSWER, following=False)

    assert after(called, rules.ACCEPTED, BACKOFF) == failed(rules.BLOCKED)
    assert after(called, rules.ACCEPTED_BEFORE, BACKOFF) == Step(rules.SENT)


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (rules.ACCEPTED, Step(rules.SENT)),
        (rules.NOT_REACHED, ready(rules.NOT_REACHED, 5)),
        (rules.TRY_LATER, ready(rules.TRY_LATER, 5)),
        (rules.BAD_ADDRESS, Step(rules.FAILED, rules.BAD_ADDRESS)),
        (rules.REFUSED, Step(rules.FAILED, rules.REFUSED)),
        # No retry key in SMTP: never again by itself.
        (rules.NO_ANSWER, PARKED),
    ],
)
def test_after_a_mail(answer: str, step: Step) -> None:
    assert after(Called(EMAIL, 1, False, ""), answer, BACKOFF) == step


@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (5000, 900)]
)
def test_pauses_double_up_to_the_longest(attempts: int, pause: float) -> None:
    assert BACKOFF.pause_s(attempts) == pause
    assert BACKOFF.pause_s(attempts, 1.0) == pause * 1.25


LIVE = Waiting(LINE, rules.READY, False, 0.0, ((3, 3),), False, None, True, False)
MAIL = LIVE._replace(channel=EMAIL)
DAY = rules.LIFE_S


def cancelled(reason: str, *, uncertain: bool = False, falls_back: bool = False) -> Step:
    return Step(rules.CANCELLED, reason, uncertain=uncertain, falls_back=falls_back)


@pytest.mark.parametrize(
    ("waiting", "step"),
    [
        (LIVE, Step(rules.GO)),
        (MAIL, Step(rules.GO)),
        (LIVE._replace(counts=()), Step(rules.GO)),
        (MAIL._replace(counts=((0, 0),)), Step(rules.GO)),
        (LIVE._replace(uncertain=True), Step(rules.GO, uncertain=True)),
        # Its process died: the same key again; a mail never.
        (LIVE._replace(state=rules.CALLING), Step(rules.GO, uncertain=True)),
        (MAIL._replace(state=rules.CALLING), PARKED),
        (MAIL._replace(state=rules.CALLING, counts=((3, None),)), PARKED),
        # Everything in it was put right meanwhile.
        (LIVE._replace(counts=((3, None), (1, None))), cancelled(rules.RESOLVED)),
        (MAIL._replace(counts=((3, None),)), cancelled(rules.RESOLVED)),
        (
            LIVE._replace(counts=((3, None),), uncertain=True),
            cancelled(rules.RESOLVED, uncertain=True),
        ),
        # A part of it was: other words, which need another key, or silence.
        (LIVE._replace(counts=((3, 2),)), Step(rules.ANEW)),
        (MAIL._replace(counts=((3, 2),)), Step(rules.ANEW)),
        (
            LIVE._replace(counts=((3, 2),), uncertain=True),
            cancelled(rules.COUNTS_CHANGED, uncertain=True, falls_back=True),
        ),
        (LIVE._replace(old=True), Step(rules.ANEW)),
        (LIVE._replace(old=True, uncertain=True), Step(rules.GO, uncertain=True)),
        # A key lives for a day.
        (LIVE._replace(age_s=DAY - 1, uncertain=True), Step(rules.GO, uncertain=True)),
        (LIVE._replace(age_s=DAY, uncertain=True), PARKED),
        (LIVE._replace(age_s=DAY, uncertain=True, counts=((3, 2),)), PARKED),
        (LIVE._replace(age_s=DAY), failed(rules.EXPIRED)),
        (MAIL._replace(age_s=DAY), Step(rules.FAILED, rules.EXPIRED)),
        (
            LIVE._replace(age_s=DAY, uncertain=True, counts=((3, None),)),
            cancelled(rules.RESOLVED, uncertain=True),
        ),
        # Nobody to write to any more.
        (LIVE._replace(wanted=rules.UNBOUND), cancelled(rules.UNBOUND)),
        (MAIL._replace(wanted=rules.UNSUBSCRIBED), cancelled(rules.UNSUBSCRIBED)),
        (LIVE._replace(following=False), cancelled(rules.BLOCKED, falls_back=True)),
        (LIVE._replace(following=False, uncertain=True), Step(rules.GO, uncertain=True)),
        # The month is used up: no call, unless it tells the fate of an earlier one.
        (LIVE._replace(exhausted=True), failed(rules.MONTHLY_LIMIT)),
        (LIVE._replace(exhausted=True, uncertain=True), Step(rules.GO, uncertain=True)),
        (MAIL._replace(exhausted=True, following=False), Step(rules.GO)),
    ],
)
def test_before_a_call(waiting: Waiting, step: Step) -> None:
    assert before(waiting) == step


def test_what_failed_together_does_not_come_again_together() -> None:
    """The same delivery always waits as long; a hundred of them spread over the quarter."""
    spreads = [rules.spread_of(f"d{number:024x}") for number in range(100)]
    assert spreads == [rules.spread_of(f"d{number:024x}") for number in range(100)]
    assert all(0 <= spread <= 1 for spread in spreads)
    assert min(spreads) < 0.1 and max(spreads) > 0.9
    calls = [Called(LINE, 1, False, "", spread=spread) for spread in spreads]
    assert len({after(called, rules.SERVER_ERROR, BACKOFF).pause_s for called in calls}) > 90
