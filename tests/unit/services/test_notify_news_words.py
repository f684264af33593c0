"""News as LINE shows it and as a mail: within LINE's limits, and nothing of it is markup."""

import json

from linebot.v3.messaging import BroadcastRequest

from services.notify.news_words import Words, line_messages, mail
from services.notify.replies import units

LONGEST = Words("題" * 60, "😀" * 1200, "https://x.test/" + "a" * 480)


def test_the_longest_news_keep_lines_limits() -> None:
    (message,) = line_messages(LONGEST)
    assert units(message["altText"]) <= 1500
    assert len(json.dumps(message["contents"], ensure_ascii=False).encode()) <= 30 * 1024
    assert len(message["quickReply"]["items"]) <= 13
    request = {"messages": [message]}
    BroadcastRequest.from_dict(request)


def test_many_short_lines_stay_one_component() -> None:
    (message,) = line_messages(Words("題", "行\n" * 600, ""))
    assert len(json.dumps(message["contents"], ensure_ascii=False).encode()) <= 30 * 1024


def test_news_without_an_address_have_no_button() -> None:
    (message,) = line_messages(Words("題", "文", ""))
    assert "footer" not in message["contents"]
    assert "詳細內容" not in mail(Words("題", "文", ""), "https://x.test/u").text


def test_the_words_of_the_agency_are_text_in_the_mail_not_markup() -> None:
    made = mail(Words("<b>題</b>", "<script>1</script>", 'https://x.test/?a=1&b="'), "https://u")
    assert "<script>" not in made.html and "<b>" not in made.html
    assert "&lt;script&gt;" in made.html and "&amp;b=&quot;" in made.html
    assert "https://u" in made.text and 'href="https://u"' in made.html


def test_a_subject_is_one_line() -> None:
    assert "\n" not in mail(Words("題\nBcc: x@x.test", "文", ""), "https://u").subject
