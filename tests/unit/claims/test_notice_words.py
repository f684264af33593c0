"""The words of a digest: what they say, within the limits of each form."""

import json
from typing import Any

import pytest
from linebot.v3.messaging import FlexMessage

from claims.notice_flex import OPEN_COUNTS_DATA, RED
from claims.notice_lines import Line, left_words, roc_words
from claims.notice_words import ALT_UNITS, MOST_ROWS, TEXT_UNITS, Digest, digest, utf16_units
from claims.notices import AGENCY, AUDIENCES, CLAIMING, KINDS, LAB
from claims.periods import from_iso
from services.notify.menu import COUNT, wish_of_data

TODAY = from_iso("2025-05-17")
LINK = "https://gouji.invalid/cases"
CLINIC = "3501340006"


def due(kind: str, programme: str, count: int, days: int, **facts: Any) -> Line:
    return Line(kind, programme, count, TODAY + days, days, "", facts)


def said(*lines: Line, audience: str = CLAIMING) -> Digest:
    return digest({audience: lines}, TODAY, LINK, CLINIC)


def test_a_day_is_written_in_the_calendar_of_the_republic() -> None:
    assert roc_words(TODAY) == "114年5月17日（六）"
    assert [left_words(days) for days in (None, -1, 0, 1, 2)] == [
        *("", "", "今日截止", "明日截止", "剩 2 天")
    ]


def test_a_digest_says_what_how_many_and_until_when() -> None:
    text = said(due("correction_due", "adult", 1200, 14)).text
    assert "・成人預防保健 1,200 件，期限 114年5月31日（六），剩 14 天" in text
    assert CLINIC in text and text.count(LINK) == 1


def test_the_nearest_deadline_comes_first_and_corrections_before_uploads() -> None:
    text = said(
        due("upload_due", "child", 1, 1),
        due("correction_due", "adult", 2, 7),
        due("correction_due", "oral", 3, 1),
    ).text
    assert (
        text.index("口腔黏膜檢查 3") < text.index("成人預防保健 2") < text.index("兒童預防保健 1")
    )


def test_what_says_the_same_is_added_up_and_asked_once() -> None:
    files = [Line("import_refused", "", count, None, None, "", {}) for count in (3, 4)]
    digested = said(*files, due("upload_due", "child", 1, 1), due("upload_due", "adult", 1, 7))
    assert "2 個上傳檔之退件 7 筆" in digested.text
    assert digested.text.count("請於期限前上傳") == 1
    assert "上傳檔有退件 7 筆" in digested.subject


def test_who_hears_that_a_list_was_issued_is_not_reminded_of_it_on_the_same_day() -> None:
    digested = said(due("round_opened", "oral", 3, 14), due("correction_due", "oral", 3, 14),
                    due("correction_due", "adult", 2, 14))  # fmt: skip
    assert digested.alt_text == "【預防保健勾稽通知】補正期限將至 2 件，補正期開始 3 件"


def test_a_laboratory_is_asked_to_remind_for_it_cannot_upload() -> None:
    for kind in ("correction_due", "round_opened", "upload_due"):
        text = said(due(kind, "adult", 2, 7), audience=LAB).text
        assert "敬請提醒" in text and "請於期限前" not in text


def test_a_facility_that_claims_and_examines_for_others_reads_both_apart_in_one_digest() -> None:
    mine, others = due("correction_due", "adult", 4, 7), due("correction_due", "adult", 9, 7)
    message = digest({LAB: [others], CLAIMING: [mine]}, TODAY, LINK, CLINIC)
    assert (
        message.subject == f"【預防保健勾稽通知】{CLINIC} 補正期限將至 4 件，代檢補正期限將至 9 件"
    )
    own, copy = message.text.split("■ 代檢：補正期限將至")
    assert "■ 補正期限將至" in own and "4 件" in own and "請於期限前完成補正" in own
    assert "9 件" in copy and "敬請提醒" in copy and "請於期限前" not in copy
    assert message.text.count(LINK) == 1
    actions = [part for part in parts(message.flex) if "label" in part]
    assert [action["type"] for action in actions] == ["uri", "postback"]


def test_a_heading_says_daily_summary_once() -> None:
    summary = Line("daily_summary", "", 0, None, None, "", {})
    message = digest({AGENCY: [summary]}, TODAY, LINK)
    assert message.subject == message.alt_text == "【預防保健勾稽每日摘要】"


def test_a_round_names_its_pick_up_days_and_the_paper_deadline() -> None:
    round_days = {"pickup_from": TODAY, "pickup_to": TODAY + 14, "paper_deadline": TODAY + 10}
    text = said(due("round_opened", "oral", 3, 14, **round_days)).text
    assert "清單下載期間：114年5月17日（六）至114年5月31日（六）" in text
    assert "114年5月27日（二）前掛號郵寄，以郵戳為憑" in text


def crowd() -> list[Line]:
    """More than any facility will ever be told on one day, with the longest words."""
    facts = {"pickup_from": TODAY, "pickup_to": TODAY, "paper_deadline": TODAY}
    return [
        Line(
            kind.name, programme, 999_999_999, TODAY + days, days, "R", {**facts, "change": change}
        )
        for kind in KINDS
        if kind.name != "daily_summary"
        for programme in ("adult", "child", "oral", "<script>alert(1)</script>")
        for days in range(0, 30, 3)
        for change in ("note_refused", "recovery_ordered")
    ]


@pytest.mark.parametrize("audiences", [*((one,) for one in AUDIENCES), (CLAIMING, LAB)])
def test_the_largest_digest_stays_within_every_limit(audiences: tuple[str, ...]) -> None:
    link = "https://gouji.invalid/" + "x" * 970
    message = digest(dict.fromkeys(audiences, crowd()), TODAY, link, CLINIC, link)
    assert utf16_units(message.text) <= TEXT_UNITS
    assert utf16_units(message.alt_text) <= ALT_UNITS
    assert len(json.dumps(message.flex, ensure_ascii=False).encode()) <= 30_000
    assert link in message.text and "另有" in message.text
    assert message.text.count("・") == MOST_ROWS


def test_the_official_sdk_takes_the_bubble() -> None:
    message = said(due("correction_due", "adult", 2, 1))
    sent = {"type": "flex", "altText": message.alt_text, "contents": message.flex}
    taken = FlexMessage.from_dict(sent)
    assert taken is not None and json.loads(taken.to_json())["contents"] == message.flex


def parts(box: Any) -> list[dict[str, Any]]:
    """Every component of a bubble."""
    if isinstance(box, list):
        return [part for each in box for part in parts(each)]
    if not isinstance(box, dict):
        return []
    return [box, *(part for each in box.values() for part in parts(each))]


def test_the_first_button_leads_to_the_cases_and_the_second_asks_the_bot() -> None:
    actions = [
        part for part in parts(said(due("upload_due", "adult", 1, 7)).flex) if "label" in part
    ]
    assert [action["type"] for action in actions] == ["uri", "postback"]
    assert actions[0]["uri"] == LINK and len(actions[0]["label"]) <= 20
    wish = wish_of_data(OPEN_COUNTS_DATA)
    assert wish is not None and wish.verb == COUNT


@pytest.mark.parametrize("days, is_red", [(1, True), (3, True), (4, False), (14, False)])
def test_a_near_deadline_is_red(days: int, is_red: bool) -> None:
    flex = said(due("correction_due", "adult", 1, days)).flex
    assert any(part.get("color") == RED for part in parts(flex)) is is_red


def test_everything_in_a_mail_is_escaped() -> None:
    bad = '"><script>alert(1)</script>'
    line = Line("correction_due", bad, 1, TODAY, 0, bad, {"change": bad})
    message = digest({CLAIMING: [line]}, TODAY, f"https://x.invalid/{bad}", bad, f"https://{bad}")
    assert "<script>" not in message.mail_html
    assert "&lt;script&gt;" in message.mail_html


def test_a_mail_can_be_ended_with_one_link_and_a_line_message_needs_none() -> None:
    message = digest(
        {CLAIMING: [due("upload_due", "adult", 1, 7)]}, TODAY, LINK, CLINIC, "https://e"
    )
    assert "https://e" in message.mail_text and 'href="https://e"' in message.mail_html
    assert "https://e" not in message.text + json.dumps(message.flex)
