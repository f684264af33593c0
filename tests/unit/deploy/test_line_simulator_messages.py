"""What LINE takes for a message, from both sides of every limit."""

from typing import Any

import pytest

from deploy.line_simulator.answers import Refused
from deploy.line_simulator.message_rules import check_messages, check_units
from deploy.line_simulator.rates import A_SECOND, Rate, Rates

Message = dict[str, Any]


def text(words: str) -> Message:
    return {"type": "text", "text": words}


def quick(count: int = 1, label: str = "好", data: str = "yes") -> Message:
    action = {"type": "postback", "label": label, "data": data}
    items = [{"type": "action", "action": action}] * count
    return {**text("選一個"), "quickReply": {"items": items}}


def bubble(words: str = "字", **box: Any) -> Message:
    part = {"type": "text", "text": words, "wrap": True}
    return {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": [part], **box},
    }


def flex(contents: Message, alt: str = "通知") -> Message:
    return {"type": "flex", "altText": alt, "contents": contents}


def carousel(count: int, words: str = "字") -> Message:
    return {"type": "carousel", "contents": [bubble(words)] * count}


def filled(times: int) -> Message:
    """A bubble of so many texts of 1,000 letters."""
    part = {"type": "text", "text": "a" * 1000}
    return bubble(contents=[part] * times)


TAKEN = [
    [text("字")] * 5,
    [text("字" * 5000)],
    # A character outside the basic plane counts twice.
    [text("😀" * 2500)],
    [quick(13)],
    [quick(label="字" * 20, data="d" * 300)],
    [flex(bubble(), alt="字" * 1500)],
    [flex(carousel(12))],
    [flex(filled(28))],
    [{"type": "sticker", "packageId": "446", "stickerId": "1988"}],
]
REFUSED = [
    ([], "messages"),
    ([text("字")] * 6, "messages"),
    ([text("")], "messages[0].text"),
    ([text("字" * 5001)], "messages[0].text"),
    ([text("😀" * 2501)], "messages[0].text"),
    ([text("字"), {"type": "telegram"}], "messages[1].type"),
    ([quick(14)], "messages[0].quickReply.items"),
    ([quick(label="字" * 21)], "messages[0].quickReply.items[0].action.label"),
    ([quick(data="d" * 301)], "messages[0].quickReply.items[0].action.data"),
    ([flex(bubble(), alt="")], "messages[0].altText"),
    ([flex(bubble(), alt="字" * 1501)], "messages[0].altText"),
    ([flex(carousel(13))], "messages[0].contents.contents"),
    ([flex(filled(30))], "messages[0].contents"),
    ([flex(carousel(12, "a" * 5000))], "messages[0].contents"),
    ([flex(bubble(layout="diagonal"))], "messages[0].contents.body.layout"),
    ([flex(bubble(backgroundColor="red"))], "messages[0].contents.body.backgroundColor"),
    ([flex(bubble(spacing="huge"))], "messages[0].contents.body.spacing"),
    ([flex({"type": "bubble"})], "messages[0].contents"),
    ([{"type": "image", "originalContentUrl": "http://a"}], "messages[0].originalContentUrl"),
]


@pytest.mark.parametrize("messages", TAKEN, ids=range(len(TAKEN)))
def test_a_message_within_the_limits_is_taken(messages: list[Message]) -> None:
    assert check_messages(messages) == messages


@pytest.mark.parametrize("messages, path", REFUSED, ids=range(len(REFUSED)))
def test_a_message_beyond_a_limit_is_refused_by_its_path(
    messages: list[Message], path: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_messages(messages)
    answer = refused.value.answer
    assert answer.status == 400 and not isinstance(answer.body, bytes)
    assert path in {detail["property"] for detail in answer.body["details"]}


def test_a_unit_is_one_name_of_letters_digits_and_underscores() -> None:
    assert check_units(["a" * 30]) == ["a" * 30]
    for bad in (["a" * 31], ["a-b"], [""], ["a", "b"]):
        with pytest.raises(Refused):
            check_units(bad)


def test_a_bucket_gives_its_rate_and_fills_again() -> None:
    rates, rate = Rates(), Rate(2000, A_SECOND)
    for _ in range(2000):
        rates.take("message/push", rate, 0)
    with pytest.raises(Refused):
        rates.take("message/push", rate, 0)
    for _ in range(2):
        rates.take("message/push", rate, 1)
    with pytest.raises(Refused):
        rates.take("message/push", rate, 1)
