"""補正清單: what the opening of a round listed, the same bytes whenever it is asked for."""

from pathlib import Path
from typing import Any

import pytest

from claims.agency_events import RoundOpened
from claims.events import SweepFinished
from pipeline.sealing import NotOpened, Sealer
from services.match.round_list import Opening, write_list
from services.match.round_sheet import birth_dates, in_order, short_id
from tests.support.judge import FACILITY, PERSON, day
from tests.support.match_stage import CODEC, SEALER, Matching, a_line, a_part, an_item

OPENED_ON, CLOSES_ON = day("114-07-01"), day("114-07-31")
HEAD = (
    "醫事機構代碼,案件編號,身分證號,出生日期,就醫日期,醫令代碼,預防保健項目,系統狀態,補登狀態,"
    "原因,期限,無法補登說明,補登完成日期"
)


def _round(name: str, programme: str) -> Any:
    return RoundOpened(
        *(f"round-opened/{name}", name, programme, day("114-01-01"), day("114-06-30")),
        *(OPENED_ON, CLOSES_ON, CLOSES_ON, None, OPENED_ON),
    )


async def _journal(traffic_first: bool = False) -> list[bytes]:
    """Two adult cases late, one of them uploaded wrongly, and one oral; a round for each
    programme; then the clinic puts everything right. ``traffic_first``: before the sweep."""
    async with Matching() as stage:
        lines = [
            a_line("B", person_id="A200000003"),
            a_line("A", visit=day("114-03-09")),
            a_line("C", person_id="A100000001", order="95"),
        ]
        await stage.give(a_part("SC", claims=lines))
        wrong = an_item(person_id="A200000003", missing=("hdl",))
        await stage.give(a_part("SW", results=[wrong], on="114-04-06"))
        await stage.close_day("114-05-30")
        right = an_item(visit=day("114-03-09"))
        rounds = (_round("2025-1", "adult"), _round("2025-10", "oral"))
        if traffic_first:
            await stage.give(*rounds, a_part("SR", results=[right], on="114-07-02"))
        else:
            await stage.give(*rounds)
        while await stage.stage.sweep():
            pass
        if not traffic_first:
            await stage.give(a_part("SR", results=[right], on="114-07-02"))
        return [each.value for each in stage.place.outputs if each.topic == "case-changed"]


def _opening(journal: list[bytes], round_id: str = "2025-1") -> Opening:
    opening = Opening(CODEC, f"round-opened/{round_id}")
    opening.take(journal)
    return opening


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()


async def test_the_list_shows_the_opening_and_not_what_came_after(tmp_path: Path) -> None:
    part = _opening(await _journal()).found(0)
    assert part.is_whole and part.later == 0
    write_list(tmp_path / "list.csv", part.entries, birth_dates(SEALER))
    head, missing, wrong = _lines(tmp_path / "list.csv")
    assert head == HEAD
    assert missing.startswith(
        f"{FACILITY},11403/1/A3/A/A,A1234*****,0600505,1140309,21,成人預防保健,1,未補登,"
        "查無檢查結果 NOT_FOUND"
    )
    assert wrong.startswith(
        f"{FACILITY},11403/1/A3/B/B,A2000*****,0600505,1140310,21,成人預防保健,2,未補登,"
    )
    assert missing.endswith(",1140731,,") and wrong.endswith(",1140731,,")
    assert PERSON not in (tmp_path / "list.csv").read_text()


async def test_traffic_before_the_sweep_changes_not_a_byte(tmp_path: Path) -> None:
    for name, traffic_first in (("calm", False), ("busy", True)):
        entries = _opening(await _journal(traffic_first)).found(0).entries
        write_list(tmp_path / name, entries, birth_dates(SEALER))
    assert (tmp_path / "calm").read_bytes() == (tmp_path / "busy").read_bytes()


async def test_a_round_takes_nothing_of_another_whose_name_begins_alike() -> None:
    journal = await _journal()
    adult, oral = _opening(journal).found(0), _opening(journal, "2025-10").found(0)
    assert {entry.programme for entry in adult.entries} == {"adult"}
    assert {entry.programme for entry in oral.entries} == {"oral"}


async def test_a_list_is_not_whole_before_the_sweep_of_the_opening_is_finished() -> None:
    journal = await _journal()
    kinds = [CODEC.decode(each) for each in journal]
    swept = next(
        at
        for at, each in enumerate(kinds)
        if isinstance(each, SweepFinished) and each.cause == "round-opened/2025-1"
    )
    before = _opening(journal[:swept]).found(0)
    assert not before.is_whole and len(before.entries) == 2
    assert _opening(journal[: swept + 1]).found(0).is_whole
    assert not _opening(journal, "2025").found(0).is_whole


async def test_what_a_released_book_lists_later_is_counted_and_left_out() -> None:
    journal = await _journal()
    first = next(
        each
        for each in journal
        if getattr(CODEC.decode(each), "caused_by", "") == "round-opened/2025-1"
    )
    journal.remove(first)
    part = _opening([*journal, first]).found(0)
    assert part.later == 1 and len(part.entries) == 1


async def test_birth_dates_are_left_out_or_opened_with_the_right_key(tmp_path: Path) -> None:
    entries = _opening(await _journal()).found(0).entries
    write_list(tmp_path / "without.csv", entries, None)
    assert "出生日期" not in _lines(tmp_path / "without.csv")[0]
    assert "0600505" not in (tmp_path / "without.csv").read_text()
    with pytest.raises(NotOpened):
        write_list(tmp_path / "no.csv", entries, birth_dates(Sealer(b"t" * 64, "other")))
    assert not (tmp_path / "no.csv").exists()


async def test_entries_are_in_order_of_facility_programme_day_and_claim() -> None:
    journal = await _journal()
    both = _opening(journal).found(0).entries + _opening(journal, "2025-10").found(0).entries
    found = [(entry.programme, entry.case_id[-1]) for entry in in_order(reversed(both))]
    assert found == [("adult", "A"), ("adult", "B"), ("oral", "C")]


def test_the_short_form_of_a_claim_id_leaves_its_own_facility_out() -> None:
    assert short_id("3501200000/11403/1/A3/7/1", "3501200000") == "11403/1/A3/7/1"
    assert short_id("3501200000/11403/1/A3/7/1", "3501340006") == "3501200000/11403/1/A3/7/1"
