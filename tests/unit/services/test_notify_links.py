"""Links and the day at the office: pure parts around the conversation."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.notify import tokens
from services.notify.conversation import turn
from services.notify.knowing import is_office_time
from services.notify.mail_links import Links
from services.notify.replies import shortened, units
from services.notify.saying import Unsaid, is_in_time
from tests.support.chatting import an_event, known, said

KEY, HOURS = b"k" * 32, (510, 1050)
NOW = datetime(2025, 5, 19, 3, 0, tzinfo=UTC)  # a Monday, 11:00 in Taipei


def test_the_same_question_makes_the_same_link_and_another_key_another() -> None:
    made = tokens.make(KEY, tokens.FORM, "01A")
    assert made == tokens.make(KEY, tokens.FORM, "01A") and len(made) == 43
    others = {
        tokens.make(KEY, tokens.FILE, "01A"),
        tokens.make(KEY, tokens.FORM, "01B"),
        tokens.make(b"x" * 32, tokens.FORM, "01A"),
    }
    assert made not in others and len(others) == 3


def test_an_unsubscribe_link_is_ours_or_nothing() -> None:
    token = tokens.unsubscribe_token(KEY, "c12")
    assert tokens.unsubscribes(KEY, token) == "c12"
    for bad in ("", ".", "c12", "c12.", "c13" + token[3:], token + "x", token[:-1], "診.所"):
        assert tokens.unsubscribes(KEY, bad) is None
    assert tokens.unsubscribes(b"x" * 32, token) is None


def test_addresses_hold_a_token_and_nothing_else() -> None:
    links = Links("https://x.test/", KEY)
    assert links.form(tokens.FORM, "T") == "https://x.test/forms/apply/T"
    assert links.form(tokens.FILE, "T") == "https://x.test/forms/file/T"
    assert links.confirm("T") == "https://x.test/mail/confirm/T"
    assert links.unsubscribe("c12").startswith("https://x.test/mail/unsubscribe/c12.")


@pytest.mark.parametrize(
    "when, is_open",
    [
        ("2025-05-19T08:29:59+08:00", False),
        ("2025-05-19T08:30:00+08:00", True),
        ("2025-05-23T17:29:59+08:00", True),
        ("2025-05-23T17:30:00+08:00", False),
        ("2025-05-24T12:00:00+08:00", False),  # Saturday
        ("2025-05-18T23:00:00+00:00", False),  # Monday 07:00 there
        ("2025-05-19T00:30:00+00:00", True),
    ],
)
def test_the_office_is_open_by_the_clock_of_taipei(when: str, is_open: bool) -> None:
    assert is_office_time(HOURS, datetime.fromisoformat(when)) is is_open


def test_a_reply_token_lives_less_than_a_minute_and_its_event_twenty() -> None:
    event = an_event("follow", at_ms=int(NOW.timestamp() * 1000))
    for received, now, is_good in (
        (0, 0, True),
        (0, 49, True),
        (0, 50, False),
        (19 * 60, 19 * 60 + 20, True),
        (20 * 60, 20 * 60, False),
    ):
        at = [NOW + timedelta(seconds=seconds) for seconds in (received, now)]
        assert is_in_time(event, *at) is is_good


def test_an_event_without_a_token_gets_no_reply() -> None:
    event = an_event("follow", at_ms=int(NOW.timestamp() * 1000))
    silent = msgspec.structs.replace(event, reply_token="")
    assert is_in_time(event, NOW, NOW) and not is_in_time(silent, NOW, NOW)


def test_an_answer_on_its_way_prints_neither_user_nor_words() -> None:
    event = said("你好")
    unsaid = Unsaid.of(event, turn(event, known()))
    assert event.user_id not in repr(unsaid) and "真人客服" not in repr(unsaid)


def test_a_length_is_counted_as_line_counts_it() -> None:
    assert units("診a😀") == 4
    assert shortened("診" * 20, 20) == "診" * 20
    assert shortened("診" * 21, 20) == "診" * 19 + "…"
    assert units(shortened("😀" * 11, 20)) <= 20
