"""The rows of a digest: their order, and what is left out where nothing is known."""

from typing import Any

import pytest

from claims.notice_lines import Line, Row, programme_zh, rows_of
from claims.notice_words import digest
from claims.notices import CLAIMING, LAB
from claims.periods import from_iso

TODAY = from_iso("2025-05-17")


def line(kind: str, programme: str = "adult", days: int | None = 7, **facts: Any) -> Line:
    return Line(kind, programme, 1, None if days is None else TODAY + days, days, "", facts)


def row(a_line: Line, audience: str = CLAIMING) -> Row:
    (found,) = rows_of(audience, [a_line])
    return found


def test_what_has_no_deadline_comes_after_what_has_one() -> None:
    lines = [line("upload_due", "oral", None), line("upload_due", "adult", 29)]
    assert [one.what for one in rows_of(CLAIMING, lines)] == ["成人預防保健", "口腔黏膜檢查"]


def test_of_one_day_programmes_and_changes_come_in_the_order_of_their_codes() -> None:
    changes = ("recovery_ordered", "payment_denied")
    lines = [line("decision_made", "oral", None, change=change) for change in changes]
    shown = rows_of(CLAIMING, [*lines, line("decision_made", "adult", None)])
    assert [(one.what, one.ask) for one in shown] == [
        ("成人預防保健", ""),
        ("口腔黏膜檢查", "經決定不予核付。"),
        ("口腔黏膜檢查", "經決定追扣已核付之費用。"),
    ]


def test_the_same_change_twice_is_one_row() -> None:
    denied = line("decision_made", "oral", None, change="payment_denied")
    plain = line("decision_made", "oral", None)
    assert [one.count for one in rows_of(CLAIMING, [denied, plain, denied, plain])] == [2, 2]


def test_a_change_without_words_asks_nothing() -> None:
    for change in ({}, {"change": "hint_changed"}):
        assert row(line("note_reviewed", "oral", None, **change)).ask == ""


def test_what_is_about_several_programmes_is_called_so() -> None:
    assert programme_zh("") == "預防保健"
    assert row(line("upload_due", "")).what == "預防保健"
    assert programme_zh("fit") == "fit"


ISSUED = "已列入補正清單，請於期限前完成補正。"
FROM, TO = "114年5月1日（四）", "114年5月31日（六）"


@pytest.mark.parametrize(
    ("facts", "ask"),
    [
        ({}, ISSUED),
        ({"pickup_from": "2025-05-01"}, ISSUED),
        ({"pickup_to": "2025-05-31"}, ISSUED),
        (
            {"pickup_from": "2025-05-01", "pickup_to": "2025-05-31"},
            f"{ISSUED}清單下載期間：{FROM}至{TO}。",
        ),
        (
            {"paper_deadline": "2025-05-31"},
            f"{ISSUED}修改申請表請於{TO}前掛號郵寄，以郵戳為憑。",
        ),
    ],
)
def test_a_list_names_the_days_that_are_known(facts: dict[str, str], ask: str) -> None:
    days: dict[str, Any] = {name: from_iso(text) for name, text in facts.items()}
    assert row(line("round_opened", **days)).ask == ask


def test_a_laboratory_hears_no_paper_deadline() -> None:
    ask = row(line("round_opened", paper_deadline=TODAY), LAB).ask
    assert ask == "貴單位代檢，已列入申報院所之補正清單，敬請提醒。"


def test_a_deadline_that_is_over_is_named_without_days_left() -> None:
    lines = [line("correction_due", days=-1)]
    message = digest({CLAIMING: lines}, TODAY, "https://gouji.invalid")
    assert "期限 114年5月16日（五）\n" in message.text
    assert "期限 114年5月16日（五）<br>" in message.mail_html
