"""A book whose facts cannot be taken waits, in order, and everything else goes on."""

import pytest

from pipeline.memory_ledger import MemoryPlace
from pipeline.quarantine import is_parked, parked_books
from pipeline.stage import Limits
from tests.support.join import JoinHandler
from tests.support.stages import Bench, Left, message


async def a_bench_with_ann_parked(place: MemoryPlace | None = None) -> Bench:
    bench = await Bench(place, JoinHandler(broken={"ann"})).opened()
    bench.stage.take(message(0, "bob left 1", "ann left 1", "bob right 1", key=b"report"))
    bench.stage.take(message(1, "ann right 1", "bob left 2"))
    bench.stage.take(message(2, "ann left 2", "ann right 2", "bob right 2"))
    await bench.stage.commit()
    return bench


async def test_the_rest_of_the_message_and_of_the_stream_goes_on() -> None:
    bench = await a_bench_with_ann_parked()
    assert bench.said() == ["bob:1", "bob:2"]
    assert bench.said("join-report") == ['["bob", "bob"]']
    assert bench.letters() == [(0, "ZeroDivisionError", "bann")], "one letter, for the first fact"
    assert parked_books(bench.ledger) == [b"bann"]
    assert b'gouji_quarantined_books{partition="0",stage="join"} 1.0' in bench.meter.page()


async def test_a_release_takes_the_waiting_facts_in_their_order() -> None:
    bench = await a_bench_with_ann_parked()
    bench.handler.broken.clear()
    bench.stage.take(message(3, "ann release 0", "ann left 3", "ann right 3"))
    await bench.stage.commit()
    assert bench.said() == ["bob:1", "bob:2", "ann:1", "ann:2", "ann:3"]
    assert parked_books(bench.ledger) == []
    assert bench.ledger.scan(b"\x00q", b"\x00r", 9) == [], "nothing of the quarantine remains"
    bench.stage.take(message(4, "ann left 4", "ann right 4"))
    await bench.stage.commit()
    assert bench.said()[-1] == "ann:4"


async def test_the_quarantine_outlives_the_process() -> None:
    place = (await a_bench_with_ann_parked()).place
    bench = await Bench(place).opened()
    bench.stage.take(message(3, "ann left 3", "ann right 3"))
    await bench.stage.commit()
    assert bench.said() == ["bob:1", "bob:2"], "no broken handler any more, and still it waits"
    bench.stage.take(message(4, "ann release 0"))
    await bench.stage.commit()
    assert bench.said()[2:] == ["ann:1", "ann:2", "ann:3"]


async def test_a_release_that_fails_leaves_everything_where_it_waits() -> None:
    bench = await a_bench_with_ann_parked()
    bench.stage.take(message(3, "ann release 0", "bob left 3", "bob right 3"))
    await bench.stage.commit()
    assert bench.letters()[1:] == [(3, "ZeroDivisionError", "bann")]
    assert bench.said() == ["bob:1", "bob:2", "bob:3"]
    bench.handler.broken.clear()
    bench.stage.take(message(4, "ann release 0"))
    await bench.stage.commit()
    assert bench.said()[3:] == ["ann:1", "ann:2"]


async def test_a_release_of_a_book_at_large_changes_nothing() -> None:
    bench = await Bench().opened()
    bench.stage.take(message(0, "ann left 1", "ann release 0", "ann right 1"))
    await bench.stage.commit()
    assert bench.said() == ["ann:1"] and bench.letters() == []


async def test_two_books_of_one_message_may_both_be_at_fault() -> None:
    bench = await Bench(handler=JoinHandler(broken={"ann", "eve"})).opened()
    bench.stage.take(message(0, "ann left 1", "bob left 1", "eve left 1", "ann left 2"))
    await bench.stage.commit()
    assert parked_books(bench.ledger) == [b"bann", b"beve"]
    assert [book for _, _, book in bench.letters()] == ["bann", "beve"]
    assert bench.ledger.get(b"bbob") is not None


async def test_too_many_books_stop_the_stage_and_nothing_of_the_message_remains() -> None:
    broken = {f"book{number}" for number in range(4)}
    limits = Limits(poison=3)
    bench = await Bench(handler=JoinHandler(broken=broken), limits=limits).opened()
    with pytest.raises(Left) as left:
        bench.stage.take(message(0, *(f"{name} left 1" for name in sorted(broken))))
    assert left.value.exit_code == 65 and bench.place.commits == 0


async def test_a_book_with_a_long_name_does_not_meet_another_ones_facts() -> None:
    bench = await Bench(handler=JoinHandler(broken={"a", "ab"})).opened()
    bench.stage.take(message(0, "a left 1", "ab left 9", "a right 1", "ab right 9"))
    bench.handler.broken.clear()
    bench.stage.take(message(1, "a release 0"))
    await bench.stage.commit()
    assert bench.said() == ["a:1"] and is_parked(bench.ledger, b"bab")
