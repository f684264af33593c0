"""Reading what LINE tells the webhook."""

import json
from typing import Any

import pytest

from services.notify.webhook_events import NotABody, read_body

FOLLOW: dict[str, Any] = {
    "type": "follow",
    "webhookEventId": "01A",
    "timestamp": 1_700_000_000_000,
    "source": {"type": "user", "userId": "U1"},
    "deliveryContext": {"isRedelivery": True},
    "replyToken": "r1",
    "mode": "active",
}


def a_body(*events: Any, **more: Any) -> bytes:
    return json.dumps({"destination": "U0", "events": list(events), **more}).encode()


def test_an_event_is_read_and_kept_as_it_came() -> None:
    ((event, raw),) = read_body(a_body(FOLLOW))
    assert (event.type, event.webhook_event_id, event.user_id) == ("follow", "01A", "U1")
    assert (event.reply_token, event.delivery_context.is_redelivery) == ("r1", True)
    assert json.loads(raw) == FOLLOW


def test_no_events_are_a_test_of_the_connection() -> None:
    assert read_body(a_body()) == []
    assert read_body(b'{"destination": "U0"}') == []


def test_what_line_may_invent_is_tolerated() -> None:
    new = {
        **FOLLOW,
        "type": "hologram",
        "hologram": {"x": [1, {"y": None}]},
        "webhookEventId": "01B",
    }
    no_user = {"type": "things", "webhookEventId": "01C", "timestamp": 1}
    found = [event for event, _ in read_body(a_body(FOLLOW, new, no_user, more={"a": 1}))]
    assert [event.type for event in found] == ["follow", "hologram", "things"]
    assert found[2].user_id == ""


def test_an_event_of_a_group_has_no_user() -> None:
    group = {**FOLLOW, "source": {"type": "group", "groupId": "C1", "userId": "U1"}}
    assert read_body(a_body(group))[0][0].user_id == ""


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "follow"},
        {**FOLLOW, "webhookEventId": ""},
        {**FOLLOW, "webhookEventId": "a\u0000b"},
        {**FOLLOW, "timestamp": 1 << 70},
        {**FOLLOW, "source": {"type": "user", "userId": "\u0000"}},
        "follow",
        7,
    ],
)
def test_an_odd_event_costs_only_itself(odd: Any) -> None:
    assert [event.webhook_event_id for event, _ in read_body(a_body(odd, FOLLOW))] == ["01A"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 3}', b"\xff", b'"x"'])
def test_no_body_is_said_without_what_it_holds(body: bytes) -> None:
    with pytest.raises(NotABody) as said:
        read_body(body)
    assert str(said.value) == ""


def test_an_event_prints_nothing_of_the_user() -> None:
    said = {**FOLLOW, "type": "message", "message": {"id": "1", "type": "text", "text": "王小明"}}
    ((event, _),) = read_body(a_body(said))
    assert event.message.text == "王小明"
    assert "王小明" not in repr(event) and "U1" not in repr(event)
