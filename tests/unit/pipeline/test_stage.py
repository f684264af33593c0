"""The loop of a stage: what is taken counts when it is committed, once, in order."""

import asyncio

import pytest

from pipeline.errors import BookFailed, CommitFailed, NewerSchema, NewerState
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message
from pipeline.overlay import Commit
from pipeline.quarantine import is_parked, parked_books
from pipeline.stage import Limits
from tests.support.join import JoinHandler
from tests.support.stages import Bench, Left, garbage, message


async def test_a_pair_is_said_once_both_sides_were_taken_and_committed() -> None:
    bench = await Bench().opened()
    bench.stage.take(message(0, "ann left 1"))
    bench.stage.take(message(0, "ann right 1", topic="right"))
    assert bench.said() == []
    await bench.stage.commit()
    assert bench.said() == ["ann:1"]
    assert bench.place.positions == {"left": 1, "right": 1}


async def test_a_message_below_the_position_is_skipped() -> None:
    bench = await Bench().opened()
    assert bench.stage.take(message(4, "ann left 1")) is True
    assert bench.stage.take(message(4, "ann left 1")) is False
    assert bench.stage.take(message(3, "ann left 2")) is False
    assert bench.stage.take(message(5, "ann left 2")) is True


async def test_the_next_owner_takes_again_what_was_not_committed() -> None:
    first = await Bench().opened()
    first.stage.take(message(0, "ann left 1"))
    await first.stage.commit()
    first.stage.take(message(1, "ann right 1"))
    second = await Bench(first.place).opened()
    assert second.stage.take(message(0, "ann left 1")) is False
    assert second.stage.take(message(1, "ann right 1")) is True
    await second.stage.commit()
    assert second.said() == ["ann:1"]


async def test_a_commit_begins_when_its_oldest_work_is_old_enough() -> None:
    bench = await Bench(limits=Limits(commit_age_s=0.1)).opened()
    bench.stage.commit_if_due()
    bench.stage.take(message(0, "ann left 1"))
    bench.clock.seconds += 0.09
    bench.stage.commit_if_due()
    await asyncio.sleep(0)
    assert bench.place.commits == 0
    assert bench.stage.commit_age == pytest.approx(0.09)
    bench.clock.seconds += 0.02
    bench.stage.commit_if_due()
    await bench.stage.commit()
    assert bench.place.commits == 1 and bench.stage.commit_age == 0


async def test_a_commit_begins_when_it_holds_enough_rows() -> None:
    bench = await Bench(limits=Limits(commit_rows=3)).opened()
    bench.stage.take(message(0, "ann left 1", "ann left 2"))
    await bench.stage.relieve()
    assert bench.place.commits == 0
    bench.stage.take(message(1, "ann left 3"))
    await bench.stage.relieve()
    await bench.stage.commit()
    assert bench.place.positions == {"left": 2}


async def test_messages_are_taken_while_a_commit_is_under_way() -> None:
    bench = await Bench(limits=Limits(commit_rows=1)).opened()
    begun, go_on = asyncio.Event(), asyncio.Event()
    write = bench.ledger._write

    async def slow(commit: Commit) -> None:
        begun.set()
        await go_on.wait()
        await write(commit)

    bench.ledger._write = slow  # type: ignore[method-assign]
    bench.stage.take(message(0, "ann left 1"))
    await bench.stage.relieve()
    await begun.wait()
    bench.stage.take(message(1, "ann right 1"))
    waiting = asyncio.ensure_future(bench.stage.relieve())
    await asyncio.sleep(0)
    assert not waiting.done(), "the next commit is full: taking more has to wait"
    go_on.set()
    await waiting
    await bench.stage.commit()
    assert bench.said() == ["ann:1"] and bench.place.positions == {"left": 2}


async def test_a_failed_commit_leaves_the_process() -> None:
    bench = await Bench().opened()
    await Bench(bench.place).opened()
    bench.stage.take(message(0, "ann left 1"))
    with pytest.raises(Left) as left:
        await bench.stage.commit()
    assert left.value.exit_code == CommitFailed.exit_code
    assert bench.logged[-1]["reason"] == "CommitFailed"


async def test_an_undecodable_message_becomes_an_address_and_a_reason() -> None:
    bench = await Bench().opened()
    bench.stage.take(message(0, "ann left 1"))
    bench.stage.take(garbage(1))
    bench.stage.take(message(2, "ann right 1"))
    await bench.stage.commit()
    assert bench.letters() == [(1, "Undecodable", "")]
    assert bench.said() == ["ann:1"] and bench.place.positions == {"left": 3}
    assert "A123456789" not in repr((bench.place.outputs, bench.logged))
    assert b"gouji_dead_letters_total" in bench.meter.page()


async def test_too_many_dead_letters_stop_the_stage() -> None:
    bench = await Bench(limits=Limits(poison=3, poison_window_s=60)).opened()
    for offset in range(3):
        bench.stage.take(garbage(offset))
    with pytest.raises(Left) as left:
        bench.stage.take(garbage(3))
    assert left.value.exit_code == 65


async def test_starting_again_does_not_get_past_the_limit_sooner() -> None:
    limits = Limits(poison=3, poison_window_s=60)
    first = await Bench(limits=limits).opened()
    for offset in range(3):
        first.stage.take(garbage(offset))
    await first.stage.commit()
    second = await Bench(first.place, limits=limits).opened()
    with pytest.raises(Left):
        second.stage.take(garbage(3))
    third = await Bench(first.place, limits=limits).opened()
    third.clock.seconds += 61
    third.stage.take(garbage(3))
    await third.stage.commit()
    assert len(third.letters()) == 4


async def test_a_message_of_a_newer_image_leaves_with_the_code_for_later() -> None:
    class Newer(JoinHandler):
        def facts(self, ledger: Ledger, message: Message) -> list[Fact]:
            raise NewerSchema("fingerprint 0000000000000000")

    bench = await Bench(handler=Newer()).opened()
    with pytest.raises(Left) as left:
        bench.stage.take(message(0, "ann left 1"))
    assert left.value.exit_code == 75 and bench.ledger.position("left") is None


async def test_state_of_a_newer_image_leaves() -> None:
    class Newer(JoinHandler):
        def take(self, ledger: Ledger, fact: Fact) -> None:
            raise NewerState("state bytes of version 2")

    bench = await Bench(handler=Newer()).opened()
    with pytest.raises(Left) as left:
        bench.stage.take(message(0, "ann left 1"))
    assert left.value.exit_code == 78


async def test_an_error_that_does_not_recur_leaves_no_trace() -> None:
    class Once(JoinHandler):
        failed = False

        def take(self, ledger: Ledger, fact: Fact) -> None:
            super().take(ledger, fact)
            if not self.failed:
                self.failed = True
                raise ZeroDivisionError

    bench = await Bench(handler=Once()).opened()
    bench.stage.take(message(0, "ann left 1", "ann right 1", key=b"report"))
    await bench.stage.commit()
    assert bench.said() == ["ann:1"] and bench.letters() == []
    assert bench.said("join-report") == ['["ann", "ann"]'], "what was gathered starts afresh"


class TouchesBob(JoinHandler):
    """Whoever is taken, Bob's book is looked at, too; it is broken so many times."""

    left = 9

    def take(self, ledger: Ledger, fact: Fact) -> None:
        super().take(ledger, fact)
        if self.left and not is_parked(ledger, b"bbob"):
            self.left -= 1
            raise BookFailed(b"bbob") from KeyError()


async def test_a_fact_that_fails_of_another_book_sets_that_one_aside() -> None:
    handler = TouchesBob()
    bench = await Bench(handler=handler).opened()
    bench.stage.take(message(0, "ann left 1", "bob left 1", "ann right 1"))
    await bench.stage.commit()
    assert bench.letters() == [(0, "KeyError", "bbob")]
    assert bench.said() == ["ann:1"] and parked_books(bench.ledger) == [b"bbob"]
    handler.left = 0
    bench.stage.take(message(1, "bob release 0", "bob right 1"))
    await bench.stage.commit()
    assert bench.said() == ["ann:1", "bob:1"], "what came for him waited"


async def test_another_book_that_fails_once_stays() -> None:
    handler = TouchesBob()
    handler.left = 1
    bench = await Bench(handler=handler).opened()
    bench.stage.take(message(0, "ann left 1", "ann right 1"))
    await bench.stage.commit()
    assert bench.said() == ["ann:1"] and bench.letters() == []


async def test_a_finish_that_fails_sets_the_message_aside() -> None:
    class Bad(JoinHandler):
        def finish(self, ledger: Ledger, message: Message | None) -> None:
            raise ZeroDivisionError

    bench = await Bench(handler=Bad()).opened()
    bench.stage.take(message(0, "ann left 1"))
    await bench.stage.commit()
    assert bench.letters() == [(0, "ZeroDivisionError", "")]
    assert bench.place.positions == {"left": 1}
