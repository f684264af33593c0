"""A replay: the same cases as a live stage that stopped on that day; the same bytes every time."""

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from claims.agency_events import FacilityClosed, FacilityRenamed, PersonAliased, RoundOpened
from claims.events import ClaimWithdrawal, DayClosed
from claims.model import Reason
from claims.recovery_events import BookMoved
from pipeline.message import Address, Message
from services.match.log_range import Range
from services.match.replay import Caveats
from services.match.replay_cases import HEADS, CaseRow, Tally, cases_of
from services.match.replay_other import CHANGED_HEADS, differences
from services.match.replay_stage import PartitionReplay, ReplayStopped, Rules
from services.match.replay_work import Plan, Replayed
from services.match.settings import MatchSettings
from services.match.spreadsheet import a_sheet
from tests.support.judge import FACILITY, PERSON, day
from tests.support.match_stage import CODEC, Matching, a_line, a_part, an_item

OTHER, NEW = "3501340006", "3501340015"
DAYS = [day("114-05-28") + number for number in range(6)]
ROUND = RoundOpened(
    *("round-opened/2025-1", "2025-1", "adult", day("114-01-01"), day("114-06-30")),
    *(DAYS[4], DAYS[4] + 30, DAYS[4] + 30, None, DAYS[4]),
)
RULES = Rules(
    MatchSettings.read(
        {
            "KAFKA_BROKERS": "nowhere:1",
            "GOUJI_PUBLISH_KEY": base64.b64encode(b"p" * 32).decode(),
            "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
        }
    )
)


def _history(seed: int) -> list[Any]:
    """Claims, results, deletions, withdrawals and closed days of two facilities, one round."""
    rng, events = Random(seed), list[Any]()
    for number in range(60):
        facility = rng.choice((FACILITY, OTHER))
        who = f"A1{rng.randrange(12):08d}"
        name, visit = f"{facility[-4:]}x{rng.randrange(30)}", day("114-03-10") + rng.randrange(3)
        claim = a_line(
            name,
            person_id=who,
            visit=visit,
            claim_id=f"{facility}/11403/1/A3/{name}/1",
            case_key=f"{facility}/11403/1/A3/{name}",
        )
        row = an_item(person_id=who, visit=visit, missing=("hdl",) if rng.random() < 0.3 else ())
        match rng.randrange(8):
            case 0 | 1 | 2:
                events.append(a_part(f"SC{number}", claims=[claim], facility=facility))
            case 3 | 4 | 5:
                events.append(a_part(f"SR{number}", results=[row], facility=facility))
            case 6:
                target = f"SR{rng.randrange(number + 1)}:1"
                gone = an_item(action="delete", command_id=f"D{number}", target_id=target)
                events.append(a_part(f"SD{number}", results=[gone], facility=facility))
            case 7:
                back = ClaimWithdrawal(1, f"W{number}", claim.claim_id)
                events.append(a_part(f"SW{number}", withdrawals=[back], facility=facility))
        if number % 10 == 9:
            if number == 49:
                events.append(ROUND)
            closed = DAYS[number // 10]
            events.append(DayClosed(f"day-closed/{closed}", closed))
    return events


def _messages(events: Iterable[Any]) -> list[Message]:
    return [
        Message(
            Address("records", 0, offset),
            getattr(event, "facility_id", "everybody").encode(),
            CODEC.encode(event),
            0,
        )
        for offset, event in enumerate(events)
    ]


async def _replayed(messages: Sequence[Message], until: int, facility: str = "") -> PartitionReplay:
    replay = PartitionReplay(RULES, 0, until, facility)
    await replay.take(messages)
    return replay


async def _live(events: Sequence[Any], until: int, sweeps: Random) -> list[CaseRow]:
    """What a stage holds that was stopped once the day was closed and swept."""
    async with Matching() as live:
        for event in events:
            await live.give(event)
            if sweeps.random() < 0.3:
                await live.stage.sweep()
            if isinstance(event, DayClosed) and event.day == until:
                break
        while await live.stage.sweep():
            pass
        return cases_of(book for _, book in live.ledger.scan(b"b", b"c", 10_000))


@pytest.mark.parametrize("seed", range(6))
async def test_as_of_a_day_is_what_a_live_stage_knew_that_evening(seed: int) -> None:
    events = _history(seed)
    messages, told = _messages(events), set[tuple[CaseRow, ...]]()
    for until in DAYS:
        replay = await _replayed(messages, until)
        assert replay.closed_on == until and replay.is_over
        assert replay.cases() == await _live(events, until, Random(seed))
        told.add(tuple(replay.cases()))
    assert len(told) == len(DAYS), "every day differs from the others"


def _registry(seed: int) -> list[Any]:
    """The same history with an alias (entered and taken back), a closure (taken back) and a rename
    in the course of it."""
    events, on = _history(seed), DAYS[0]
    one, other, third = (f"A1{number:08d}" for number in range(3))
    between: list[tuple[int, Any]] = [
        (16, PersonAliased("person-aliased/1", on, one, other, False)),
        (18, FacilityClosed("facility-closed/1", on, FACILITY, DAYS[1])),
        (27, PersonAliased("person-aliased/2", on, other, third, False)),
        (29, FacilityRenamed("facility-renamed/1", on, OTHER, NEW, on, True)),
        (38, PersonAliased("person-aliased/3", on, one, other, True)),
        (49, FacilityClosed("facility-closed/2", on, FACILITY, None)),
    ]
    for at, event in reversed(between):
        events.insert(at, event)
    return events


async def _evenings(events: Sequence[Any], sweeps: Random) -> tuple[list[Any], dict[int, Any]]:
    """The whole log of a stage that hears what it says itself, and its cases on every evening."""
    log, evenings, heard = list[Any](), dict[int, Any](), 0
    async with Matching() as live:
        coming = list(events)
        while coming:
            event = coming.pop(0)
            log.append(event)
            await live.give(event)
            if sweeps.random() < 0.3:
                await live.stage.sweep()
            while isinstance(event, DayClosed | FacilityRenamed) and await live.stage.sweep():
                pass
            if isinstance(event, DayClosed):
                evenings[event.day] = cases_of(
                    book for _, book in live.ledger.scan(b"b", b"c", 10_000)
                )
            said = live.out("records")
            coming[:0], heard = said[heard:], len(said)
    return log, evenings


@pytest.mark.parametrize("seed", range(6))
async def test_so_it_is_with_an_alias_a_closure_and_a_rename(seed: int) -> None:
    log, evenings = await _evenings(_registry(seed), Random(seed))
    assert any(isinstance(event, BookMoved) for event in log)
    for until in DAYS:
        replay = await _replayed(_messages(log), until)
        assert replay.cases() == evenings[until]
    assert {row.facility_id for row in evenings[DAYS[-1]]} == {FACILITY, NEW}


async def test_twice_the_same_log_is_the_same_file(tmp_path: Path) -> None:
    messages = _messages(_history(1))
    for name in ("first.csv", "second.csv"):
        replay = await _replayed(messages, DAYS[-1])
        with a_sheet(tmp_path / name, HEADS) as sheet:
            sheet.write(row.cells() for row in replay.cases())
    first = (tmp_path / "first.csv").read_bytes()
    assert first == (tmp_path / "second.csv").read_bytes()
    assert first.startswith("\ufeff案件編號,醫事機構代碼,身分證號".encode())
    assert first.count(b"\r\n") == len(replay.cases()) + 1 > 10
    assert list(tmp_path.glob("*.part")) == []


async def test_one_facility_alone_is_its_part_of_all() -> None:
    messages = _messages(_history(2))
    whole, one = await _replayed(messages, DAYS[-1]), await _replayed(messages, DAYS[-1], OTHER)
    theirs = [row for row in whole.cases() if row.facility_id == OTHER]
    assert one.cases() == theirs
    assert 0 < len(theirs) < len(whole.cases())


async def test_a_listed_case_shows_its_round_and_the_deadline_of_the_round() -> None:
    replay = await _replayed(_messages(_history(1)), DAYS[-1])
    listed = [row for row in replay.cases() if row.round_id]
    assert listed and {row.round_id for row in listed} == {"2025-1"}
    assert {row.due_on for row in listed} == {ROUND.correction_deadline}
    waiting = [row for row in replay.cases() if row.state in ("late", "matched")]
    assert {row.due_on for row in waiting if not row.round_id} == {day("114-05-30")}


async def test_nobody_is_named_in_full() -> None:
    parts = [a_part("SC", claims=[a_line("A")]), DayClosed("day-closed/1", DAYS[0])]
    (row,) = (await _replayed(_messages(parts), DAYS[0])).cases()
    assert row.person_masked == "A1234*****"
    assert PERSON not in "".join(row.cells()) and PERSON not in repr(row)


async def test_a_day_that_never_closed_reads_to_the_end_and_says_so() -> None:
    replay = await _replayed(_messages(_history(1)), DAYS[-1] + 1)
    assert replay.closed_on == DAYS[-1] and not replay.is_over


async def test_what_was_set_aside_live_is_set_aside_again() -> None:
    good = _messages([a_part("SC", claims=[a_line("A")])])[0]
    bad = good._replace(address=Address("records", 0, 1), value=good.value[:40])
    closed = Message(
        Address("records", 0, 2), b"x", CODEC.encode(DayClosed("day-closed/1", DAYS[0])), 0
    )
    replay = await _replayed([good, bad, closed], DAYS[0])
    assert replay.set_aside == 1 and len(replay.cases()) == 1


async def test_a_message_of_a_newer_image_stops_the_replay_and_says_where() -> None:
    newer = Message(Address("records", 0, 7), b"x", b"\xc3\x01" + bytes(8), 0)
    with pytest.raises(ReplayStopped, match="partition 0: NewerSchema at offset 7") as stopped:
        await _replayed([newer], DAYS[0])
    assert stopped.value.exit_code == 75


def _case(name: str, state: str, *codes: str, programme: str = "adult") -> CaseRow:
    reasons = tuple(Reason(code, "visit_date", "1140310", "1140311") for code in codes)
    return CaseRow(
        FACILITY, name, "A1234*****", programme, "21", DAYS[0], state, reasons, None, None, ""
    )


def test_rules_differ_where_state_or_reasons_do() -> None:
    same, state = _case("1", "late", "NOT_FOUND"), _case("2", "late", "NOT_FOUND")
    reasons, gone = _case("3", "late", "NOT_FOUND"), _case("4", "pending")
    now = [same, state, reasons, gone]
    then = [same, _case("2", "pending"), _case("3", "late", "DATE_MISMATCH"), _case("5", "late")]
    found = list(differences(now, then))
    assert [each.row.case_id for each in found] == ["2", "3", "4", "5"]
    assert [len(each.cells()) for each in found] == [len(CHANGED_HEADS)] * 4
    assert found[0].cells()[6:8] == ("逾期未上傳", "late")
    assert found[0].cells()[12:14] == ("待上傳", "pending")
    assert found[2].then is None and found[3].now is None


def test_a_tally_counts_a_case_once_for_each_of_its_reasons() -> None:
    tally = Tally()
    tally.add(
        [
            _case("1", "late", "DATE_MISMATCH", "DATE_MISMATCH", "BIRTH_MISMATCH"),
            _case("2", "pending", "NOT_FOUND"),
            _case("3", "overdue", "NOT_FOUND", programme="oral"),
        ]
    )
    assert tally.total == 3 and tally.states["late", "adult"] == 1
    assert tally.reasons == {
        ("DATE_MISMATCH", "adult"): 1,
        ("BIRTH_MISMATCH", "adult"): 1,
        ("NOT_FOUND", "oral"): 1,
    }


def test_what_a_clinic_typed_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    with a_sheet(tmp_path / "list.csv", ("a", "b")) as sheet:
        sheet.write([("=HYPE****", "-1"), ("x", "0501200000")])
    text = (tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines() == ["a,b", "'=HYPE****,'-1", "x,0501200000"]


def test_a_sheet_that_fails_leaves_the_former_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("former")
    with pytest.raises(ZeroDivisionError), a_sheet(path, ("a",)) as sheet:
        sheet.write([(str(1 / number),) for number in (1, 0)])
    assert path.read_text() == "former" and [each.name for each in tmp_path.iterdir()] == [
        path.name
    ]


def test_caveats_name_the_partitions_and_are_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    until = day("114-05-30")
    ranges = tuple(Range("records", n, 5 if n == 2 else 0, 9) for n in range(4))
    caveats = Caveats(Plan(ranges, until, ""))
    for partition, closed_on, set_aside in ((0, until, 0), (1, until - 1, 0), (2, None, 1)):
        caveats.note(Replayed(partition, closed_on, set_aside, []))
    caveats.note(Replayed(3, until + 2, 0, []))
    caveats.print()
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == [
        f"分割區 partition {number}" for number in (1, 2, 2, 2, 3)
    ]
    assert "last closed 2025-05-29" in said[0] and "offset 5" in said[1]
    assert "1 則無法處理" in said[3] and "as of 2025-06-01" in said[4]
