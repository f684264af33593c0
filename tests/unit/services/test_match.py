"""match: books, outcomes and views over a memory ledger."""

from typing import Any

import pytest

from claims.events import BookReleased, ClaimWithdrawal
from pipeline import quarantine
from services.match.packing import state_packer
from services.match.state import book_key
from tests.support.judge import PERSON, day
from tests.support.match_stage import (
    FACILITY,
    KEYS,
    SEALER,
    Matching,
    a_line,
    a_part,
    an_item,
)

OTHER = "B223456782"


def a_book(person: str = PERSON) -> bytes:
    return book_key(FACILITY, KEYS.key(person))


def everything(match: Matching) -> list[tuple[bytes, object]]:
    """The whole state."""
    return match.ledger.scan(b"\x01", b"\xff", 1000)


async def test_a_claim_and_its_result_become_a_match_with_everything_a_reader_needs() -> None:
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line()]), a_part("SR", results=[an_item()]))
    registered, matched = match.out("case-changed")
    assert (registered.state, matched.state) == ("pending", "matched")
    assert (registered.sequence, matched.sequence) == (1, 2)
    assert matched.evidence == ("SC:1", "SR:1") and matched.caused_by == "SR:1"
    assert matched.due_on == day("114-05-30") and matched.completed_on == day("114-04-05")
    assert matched.person_masked == "A1234*****"
    assert SEALER.open(matched.person_sealed, matched.event_id) == PERSON.encode()
    assert SEALER.open(matched.birth_date_sealed, matched.event_id) == b"1971-05-05"
    (view,) = match.out("matched")
    assert view.event_id == matched.event_id and not match.out("unmatched")
    (stored,) = match.out("result-stored")
    assert (stored.event_id, stored.action, stored.version) == ("result-stored/SR:1", "stored", 1)


async def test_every_row_is_answered_once_a_part() -> None:
    async with Matching() as match:
        lines = [a_line("A"), a_line("B", order="01"), a_line("C", order="95")]
        await match.give(a_part("SC", claims=lines))
        rows = [
            an_item("adult"),
            an_item("oral", payer="2"),
            an_item("oral", visit=day("114-01-01")),
        ]
        await match.give(a_part("SR", results=rows))
    first, second = match.out("import-reported")
    assert (first.event_id, second.event_id) == ("SC/1/match", "SR/1/match")
    assert [row.outcome for row in first.rows] == ["stored", "stored", "stored"]
    assert [len(row.case_ids) for row in first.rows] == [1, 0, 1]
    assert match.outcomes()[3:] == [
        (1, "matched", ()),
        (2, "stored", ("UPLOADED_BUT_WRONG", "PAYER_NOT_1")),
        (3, "stored", ("RESULT_WITHOUT_CLAIM",)),
    ]


async def test_warnings_about_a_taken_row_reach_its_report() -> None:
    """They come from validate with the row, and are told beside what match has to say."""
    warnings = ("FIELD_BLANK:hdl", "SEX_MISMATCH:sex", "FIELD_BLANK:ldl")
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line()]))
        await match.give(a_part("SR", results=[an_item(warnings=warnings)]))
        await match.give(a_part("SX", results=[an_item(warnings=warnings)]))
        await match.give(
            a_part("SY", results=[an_item(visit=day("114-02-01"), warnings=warnings[1:2])])
        )
    assert match.outcomes()[1:] == [
        (1, "matched", ("FIELD_BLANK", "SEX_MISMATCH")),
        (1, "unchanged", ("FIELD_BLANK", "SEX_MISMATCH")),
        (1, "stored", ("RESULT_WITHOUT_CLAIM", "SEX_MISMATCH")),
    ]
    blank = match.out("import-reported")[1].rows[0].findings[0]
    assert (blank.column, blank.level) == ("hdl,ldl", "warning") and blank.hint


async def test_a_part_without_rows_is_reported_too() -> None:
    """Validate refused them all: whoever waits for this part's report gets it."""
    async with Matching() as match:
        await match.give(a_part("SR"))
    (report,) = match.out("import-reported")
    assert (report.event_id, report.rows) == ("SR/1/match", ())


async def test_a_near_miss_is_told_to_both_sides() -> None:
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line("A")]))
        await match.give(a_part("SR", results=[an_item(visit=day("114-03-11"))]))
    event = match.out("case-changed")[-1]
    assert (event.change, event.state) == ("mismatch_found", "pending")
    assert [(near.result_id, near.differs) for near in event.nearest] == [
        ("SR:1", ("stage1_date",))
    ]
    assert event.evidence == ("SC:1", "SR:1")
    assert match.outcomes()[-1] == (1, "stored", ("UPLOADED_BUT_WRONG", "DATE_MISMATCH"))


async def test_views_hold_what_their_name_says() -> None:
    """Nothing about pending is ever in `unmatched`; needs-note is for late oral positives."""
    async with Matching() as match:
        await match.give(
            a_part("SC", claims=[a_line("A"), a_line("B", order="95")]),
            a_part("SR", results=[an_item("oral", payer="2", result_sign="1")]),
        )
        assert not match.out("unmatched") and not match.out("needs-note")
        await match.close_day("114-05-30")
        assert [event.state for event in match.out("unmatched")] == ["late", "late"]
        (note,) = match.out("needs-note")
        assert note.reasons[0].code == "PAYER_NOT_1" and note.system_status == 2
        await match.give(
            a_part("SX", results=[an_item("oral", result_sign="1")], on="114-06-01"),
            a_part("SY", results=[an_item("adult")], on="114-06-01"),
        )
        await match.give(a_part("SZ", claims=[a_line("D", order="97")], on="114-06-02"))
    assert [event.change for event in match.out("unmatched")][2:] == [
        "matched",
        "matched",
        "mismatch_found",
    ]
    assert [event.state for event in match.out("matched")] == ["matched", "matched"]
    # left by the match; then order 97 of the same visit asks for indigenous = 1
    assert [event.state for event in match.out("needs-note")] == ["late", "matched", "late"]


async def test_days_pass_by_traffic_or_by_sweep_with_the_same_events() -> None:
    """A book applies the milestones it has not seen before its next fact."""
    stories = []
    for sweep in (True, False):
        async with Matching() as match:
            await match.give(a_part("SC", claims=[a_line("A"), a_line("B", order="95")]))
            for text in ("114-05-29", "114-05-30", "114-05-31"):
                await match.close_day(text, sweep=sweep)
            await match.give(a_part("SR", results=[an_item("adult")], on="114-06-02"))
            while await match.stage.sweep():
                pass
        cases = [event for event in match.out("case-changed") if hasattr(event, "case_id")]
        stories.append(cases)
    assert stories[0] == stories[1]
    late = [event for event in stories[0] if event.change == "upload_overdue"]
    assert [event.occurred_on for event in late] == [day("114-05-30")] * 2


async def test_a_sweep_says_when_it_is_over_and_a_closed_day_is_closed_once() -> None:
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line("A")]))
        await match.close_day("114-05-30")
        await match.close_day("114-05-30")
        await match.close_day("114-05-29")
    over = [event for event in match.out("case-changed") if hasattr(event, "milestone")]
    assert [(event.milestone, event.books_examined, event.cases_changed) for event in over] == [
        (1, 1, 1)
    ]
    assert over[0].event_id == "sweep-finished/1/0"


async def test_a_sweep_goes_on_in_slices_after_a_restart() -> None:
    async with Matching() as match:
        people = [f"A1{number:08d}" for number in range(25)]
        lines = [a_line(str(n + 1), person_id=who) for n, who in enumerate(people)]
        await match.give(a_part("SC", claims=lines))
        await match.close_day("114-05-30", sweep=False)
        assert match.handler.sweep(match.ledger, 10)
        await match.again()
        assert match.handler.sweep(match.ledger, 10)
        assert not match.handler.sweep(match.ledger, 10)
    over = match.out("case-changed")[-1]
    assert (over.books_examined, over.cases_changed) == (25, 25)
    assert not match.ledger.scan(b"d", b"e", 100)


async def test_commands_are_done_or_refused_with_a_code() -> None:
    async with Matching() as match:
        await match.give(
            a_part("SC", claims=[a_line("A")]), a_part("SR", results=[an_item("adult")])
        )

        def command(action: str, target: str, version: int, **fields: Any) -> Any:
            return an_item(
                fields.pop("programme", "adult"),
                action=action,
                command_id=f"C-{action}-{target}-{version}",
                target_id=target,
                seen_version=version,
                **fields,
            )

        commands = [
            command("edit", "SR:1", 1, missing=("hdl",)),
            command("edit", "SR:1", 1),
            command("edit", "SR:1", 2, visit=day("114-03-11")),
            command("delete", "SX:9", 1),
            command("replace", "SR:1", 2, visit=day("114-03-11")),
            command("delete", "SR:1", 2),
        ]
        await match.give(a_part("SE", results=commands))
    assert match.outcomes()[2:] == [
        (1, "done", ("UPLOADED_BUT_WRONG", "STAGE1_INCOMPLETE")),
        (2, "refused", ("VERSION_CONFLICT",)),
        (3, "refused", ("LOCKED",)),
        (4, "refused", ("UNKNOWN_CASE",)),
        (5, "done", ("UPLOADED_BUT_WRONG", "DATE_MISMATCH")),
        (6, "refused", ("UNKNOWN_CASE",)),
    ]
    assert [(event.action, event.event_id) for event in match.out("result-stored")] == [
        ("stored", "result-stored/SR:1"),
        ("replaced", "result-stored/SE:1"),
        ("deleted", "result-stored/SE:5/deleted"),
        ("stored", "result-stored/SE:5"),
    ]


async def test_withdrawing_finds_the_case_by_its_claim_alone() -> None:
    async with Matching() as match:
        line = a_line("A")
        await match.give(a_part("SC", claims=[line]))
        await match.give(
            a_part(
                "SW",
                withdrawals=[
                    ClaimWithdrawal(1, "W1", line.claim_id),
                    ClaimWithdrawal(2, "W2", line.case_key + "/9"),
                    ClaimWithdrawal(3, "W3", "nothing"),
                ],
            )
        )
        await match.give(
            a_part("SF", withdrawals=[ClaimWithdrawal(1, "W4", line.claim_id)], facility="0" * 10)
        )
    assert match.journal()[-1] == ("A", "claim_withdrawn", "withdrawn")
    assert [codes for _, _, codes in match.outcomes()[1:]] == [
        (),
        ("UNKNOWN_CASE",),
        ("UNKNOWN_CASE",),
        ("UNKNOWN_CASE",),
    ]


async def test_a_child_edit_moves_the_row_to_the_other_person_in_one_step() -> None:
    born = day("114-02-01")
    async with Matching() as match:
        child = {"order": "71", "born": born}
        await match.give(
            a_part(
                "SC",
                claims=[a_line("A", **child), a_line("B", person_id=OTHER, **child)],
            ),
            a_part("SR", results=[an_item("child", **child)]),
        )
        edit = an_item(
            "child",
            action="edit",
            command_id="E1",
            target_id="SR:1",
            seen_version=1,
            person_id=OTHER,
            **child,
        )
        await match.give(a_part("SE", results=[edit]))
        again = an_item(
            "child",
            action="delete",
            command_id="E2",
            target_id="SR:1",
            seen_version=2,
        )
        await match.give(a_part("SF", results=[again]))
    assert match.journal()[2:] == [
        ("A", "matched", "matched"),
        ("A", "match_retracted", "pending"),
        ("B", "matched", "matched"),
        ("B", "match_retracted", "pending"),
    ]


async def test_a_newer_version_of_a_case_may_name_another_person() -> None:
    """The case moves from book to book; its sequence goes on, and lines that are gone with it."""
    async with Matching() as match:
        old = [a_line("A", case="1"), a_line("B", case="1", order="95")]
        await match.give(a_part("SC", claims=old))
        newer = a_line("A", case="1", person_id=OTHER, appl_date=day("114-05-05"))
        await match.give(a_part("SD", claims=[newer], on="114-05-05"))
        await match.give(a_part("SE", claims=[old[0]], on="114-05-06"))
        await match.give(a_part("SR", results=[an_item(person_id=OTHER)], on="114-05-06"))
    assert match.journal()[2:] == [
        ("B", "claim_withdrawn", "withdrawn"),
        ("A", "claim_revised", "pending"),
        ("A", "matched", "matched"),
    ]
    assert [event.sequence for event in match.out("case-changed")] == [1, 1, 2, 2, 3]
    assert [outcome for _, outcome, _ in match.outcomes()] == [
        "stored",
        "stored",
        "stored",
        "unchanged",
        "matched",
    ]


async def test_the_later_row_of_a_file_wins_and_the_earlier_is_superseded() -> None:
    async with Matching() as match:
        rows = [an_item("adult", missing=("hdl",)), an_item("adult")]
        await match.give(a_part("SC", claims=[a_line("A")]), a_part("SR", results=rows))
    assert match.outcomes()[1:] == [(1, "superseded", ()), (2, "matched", ())]


async def test_a_repeated_part_changes_nothing() -> None:
    async with Matching() as match:
        part = a_part("SR", results=[an_item("adult")])
        await match.give(a_part("SC", claims=[a_line("A")]), part)
        before, told = everything(match), len(match.out("case-changed"))
        await match.give(part, a_part("SC", claims=[a_line("A")]))
        assert len(match.out("case-changed")) == told and len(match.out("result-stored")) == 1
        assert everything(match) == before
    assert [outcome for _, outcome, _ in match.outcomes()[2:]] == ["unchanged", "unchanged"]


async def test_replaying_the_same_records_gives_the_same_bytes() -> None:
    outputs = []
    for _ in range(2):
        async with Matching() as match:
            await match.give(a_part("SC", claims=[a_line("A"), a_line("B", order="L1001C")]))
            await match.close_day("114-05-30")
            await match.give(a_part("SR", results=[an_item("adult")], on="114-06-01"))
        outputs.append(match.place.outputs)
    assert outputs[0] == outputs[1]


async def test_a_book_in_quarantine_keeps_its_rows_and_its_commands_until_released(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line("A"), a_line("B", person_id=OTHER)]))
        with monkeypatch.context() as broken:

            def fails(*_: object) -> Any:
                raise RuntimeError("a bug")

            broken.setattr("services.match.result_side.take_row", fails)
            await match.give(a_part("SR", results=[an_item("adult")]))
        assert quarantine.is_parked(match.ledger, a_book())
        await match.give(
            a_part("SW", withdrawals=[ClaimWithdrawal(1, "W1", a_line("A").claim_id)]),
            a_part("SS", results=[an_item("adult", person_id=OTHER)]),
        )
        assert match.journal()[2:] == [("B", "matched", "matched")]
        await match.close_day("114-05-30")
        await match.give(BookReleased("R1", a_book().hex()))
    assert match.journal()[-2:] == [
        ("A", "matched", "matched"),
        ("A", "claim_withdrawn", "withdrawn"),
    ]
    assert [report.rows for report in match.out("import-reported")[1:3]] == [(), ()]
    released = match.out("import-reported")[-2:]
    assert [report.event_id for report in released] == [
        "SR/1/match/released/1",
        "SW/1/match/released/1",
    ]


async def test_no_key_and_no_output_holds_a_full_id() -> None:
    async with Matching() as match:
        await match.give(
            a_part("SC", claims=[a_line("A")]), a_part("SR", results=[an_item("adult")])
        )
        await match.close_day("114-05-30")
    for output in match.place.outputs:
        assert PERSON.encode() not in output.key + output.value
    for key, _ in everything(match):
        assert PERSON.encode() not in key


def test_state_bytes_of_a_newer_image_are_refused() -> None:
    packer = state_packer()
    packed = packer.pack(b"m", ())
    with pytest.raises(Exception, match="version 2"):
        packer.unpack(b"m", b"\x02" + packed[1:])
