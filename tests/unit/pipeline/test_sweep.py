"""Sweeps go over all books in slices, between messages, each slice in a commit of its own."""

import pytest

from pipeline.ledger import Ledger
from pipeline.quarantine import parked_books
from pipeline.stage import Limits
from tests.support.join import JoinHandler
from tests.support.stages import Bench, Left, message

TWO = Limits(sweep_books=2)


async def a_bench(handler: JoinHandler | None = None) -> Bench:
    bench = await Bench(handler=handler, limits=TWO).opened()
    broken, bench.handler.broken = bench.handler.broken, set()
    bench.stage.take(
        message(0, *(f"{name} left 1" for name in ("ann", "bob", "eve", "joe", "sue")))
    )
    bench.handler.broken = broken
    bench.stage.take(message(1, "any close 7"))
    await bench.stage.commit()
    return bench


async def test_each_slice_has_a_commit_of_its_own() -> None:
    bench = await a_bench()
    commits = [bench.place.commits]
    while await bench.stage.sweep():
        commits.append(bench.place.commits)
    assert commits == [1, 2, 3]
    assert bench.said() == [f"closed 7 {name}" for name in ("ann", "bob", "eve", "joe", "sue")]


async def test_a_sweep_goes_on_where_the_former_owner_stopped() -> None:
    bench = await a_bench()
    assert await bench.stage.sweep() is True
    again = await Bench(bench.place, limits=TWO).opened()
    while await again.stage.sweep():
        pass
    assert [text.split()[-1] for text in again.said()] == ["ann", "bob", "eve", "joe", "sue"]


async def test_messages_may_come_between_two_slices() -> None:
    bench = await a_bench()
    await bench.stage.sweep()
    bench.stage.take(message(2, "joe right 1"))
    while await bench.stage.sweep():
        pass
    assert bench.said()[2:] == ["joe:1", *(f"closed 7 {name}" for name in ("eve", "joe", "sue"))]


async def test_without_anything_to_sweep_the_handler_is_asked_once_a_message() -> None:
    class Counting(JoinHandler):
        asked = 0

        def sweep(self, ledger: Ledger, limit: int) -> bool:
            self.asked += 1
            return super().sweep(ledger, limit)

    handler = Counting()
    bench = await Bench(handler=handler).opened()
    bench.stage.take(message(0, "ann left 1"))
    for _ in range(3):
        assert await bench.stage.sweep() is False
    assert handler.asked == 1


async def test_a_book_that_fails_in_a_sweep_is_set_aside_and_the_sweep_goes_on() -> None:
    bench = await a_bench(JoinHandler(broken={"eve"}))
    while await bench.stage.sweep():
        pass
    assert [text.split()[-1] for text in bench.said()] == ["ann", "bob", "joe", "sue"]
    assert parked_books(bench.ledger) == [b"beve"]
    assert [(reason, book) for _, reason, book in bench.letters()] == [
        ("ZeroDivisionError", "beve")
    ]


async def test_a_sweep_that_fails_without_naming_a_book_leaves_the_process() -> None:
    class Bad(JoinHandler):
        def sweep(self, ledger: Ledger, limit: int) -> bool:
            raise ZeroDivisionError

    bench = await Bench(handler=Bad()).opened()
    with pytest.raises(Left) as left:
        await bench.stage.sweep()
    assert left.value.exit_code == 70 and bench.logged[-1]["reason"] == "SweepFailed"
