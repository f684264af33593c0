"""The product against itself: order of facts, sweeps, repeats, restarts, and days cut off."""

import random
from collections import defaultdict
from typing import Any

from claims.agency_events import FacilityClosed, PersonAliased, RoundOpened
from claims.book import catch_up
from claims.events import DayClosed, Records
from claims.model import with_
from tests.support.oracle.compare import Differs
from tests.support.oracle.content import result_key
from tests.support.oracle.drive import Product, played
from tests.support.oracle.histories import History, Step
from tests.support.oracle.judging import Event


def _same(what: str, one: object, other: object) -> None:
    if one != other:
        raise Differs(f"{what} differ:\n  {one}\n  {other}")


def _per_case(product: Product) -> dict[str, list[bytes]]:
    """The journal and its views, told apart by case: their order among cases is free."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for output in product.place.outputs:
        if output.topic in ("case-changed", "clawback", "result-stored"):
            event = product.decoded(output)
            name = getattr(event, "case_id", "") or getattr(event, "result_id", "")
            if name:
                found[f"{output.topic} {name}"].append(output.value)
    return found


def _books(product: Product) -> dict[bytes, object]:
    """What the books hold once each has passed every milestone: how many it has seen so far depends
    on the traffic, and what it has not seen it passes before its next fact."""
    same, milestones = {"seen": 0, "closed_on": 0, "indexed": ()}, product.milestones()
    return {key: with_(catch_up(book, milestones)[0], **same) for key, book in product.books()}


async def sweeps_may_interleave(history: History, base: Product, rng: random.Random) -> None:
    """Slices of any size, anywhere between messages: the same events of each case."""
    product = await Product(slice_books=rng.randrange(1, 3)).open()
    for step in history.steps:
        product.give(step.event)
        for _ in range(rng.randrange(3)):
            await product.slice()
    await product.settle()
    _same("events after sweeps in slices", _per_case(base), _per_case(product))
    _same("books after sweeps in slices", _books(base), _books(product))


async def replay_is_identical(history: History, base: Product, rng: random.Random) -> None:
    """The next owner goes on from the state: the same bytes, state and outputs."""
    product = await Product().open()
    for step in history.steps:
        product.give(step.event)
        await product.settle()
        if rng.randrange(3) == 0:
            await product.stage.close()
            await product.open()
    _same("outputs of a replay", base.place.outputs, product.place.outputs)
    _same("state of a replay", base.state(), product.state())


async def repeats_change_nothing(history: History, base: Product, rng: random.Random) -> None:
    """Delivered again at its own place: nothing. A fact at a new place: no event of any case."""
    product = await Product().open()
    given: list[Event] = []
    for step in history.steps:
        product.give(step.event)
        await product.settle()
        given.append(step.event)
        before = (product.state(), len(product.place.outputs))
        offset = rng.randrange(len(given))
        product.give(given[offset], offset=offset)
        await product.settle()
        _same("a message delivered again", before, (product.state(), len(product.place.outputs)))
    _same("outputs with repeats", base.place.outputs, product.place.outputs)


async def facts_sent_again(history: History, base: Product, rng: random.Random) -> None:
    """A fact or a milestone that comes a second time, as a new message, is told no case."""
    product = await Product().open()
    for step in history.steps:
        product.give(step.event)
        await product.settle()
        if _may_repeat(step):
            before = _per_case(product)
            product.give(step.event)
            await product.settle()
            _same(
                f"events after a repeated {type(step.event).__name__}", before, _per_case(product)
            )


def _may_repeat(step: Step) -> bool:
    """Not a command, and no two rows on one key in one part."""
    event = step.event
    if not isinstance(event, Records):
        return isinstance(event, DayClosed | RoundOpened | PersonAliased | FacilityClosed)
    if event.withdrawals or any(item.action != "row" for item in event.results):
        return False
    keys = {result_key(item, event.facility_id) for item in event.results}
    return len(keys) == len(event.results)


async def a_day_cut_off(history: History, base: Product, rng: random.Random) -> None:
    """As of day t: a run that stops there says what the live one had said, and stands so."""
    ends = [
        place for place, step in enumerate(history.steps, 1) if isinstance(step.event, DayClosed)
    ]
    if not ends:
        return
    end = rng.choice(ends)
    product = await played(step.event for step in history.steps[:end])
    count = len(product.place.outputs)
    _same("outputs up to a day", base.place.outputs[:count], product.place.outputs)
    states = {case_id: each.head.state for case_id, each in product.standing().items()}
    expected = {case_id: view.state for case_id, view in history.steps[end - 1].after.items()}
    _same("cases as of a day", expected, states)


# -- order of facts


async def facts_commute(history: History, base: Product, rng: random.Random) -> None:
    """Facts with distinct keys, between two milestones, in any order; commands stay in place.

    An alias that is taken back may have interrupted a match: since when it counts (R-3) then
    depends on what lay between the two.
    """
    product = await played(_shuffled(history, rng))
    dated = not any(
        isinstance(step.event, PersonAliased) and step.event.taken_back for step in history.steps
    )
    _same("cases after other orders", _final(base, dated), _final(product, dated))
    commands = {id_: told for id_, told in _commands(base).items()}
    _same("outcomes of commands", commands, _commands(product))


def _final(product: Product, dated: bool) -> dict[str, Any]:
    """Case to its state; ``dated``: with the day on which a match began, and whether it is late."""
    return {
        case_id: (
            each.head.state,
            sorted({reason.code for reason in each.head.reasons}),
            each.head.result_id,
            *((each.head.completed_on, each.head.is_late) if dated else ()),
        )
        for case_id, each in product.standing().items()
    }


def _commands(product: Product) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for report in product.reports():
        for row in report.rows:
            if row.command_id:
                codes = sorted(each.code for each in row.findings if each.level == "error")
                found[row.command_id].append((row.outcome, codes))
    return found


def _shuffled(history: History, rng: random.Random) -> list[Event]:
    """Runs of facts that lie beside each other, each run in another order."""
    events: list[Event] = []
    run: list[Event] = []
    keys: set[object] = set()
    known: set[object] = set()
    listing = False
    for step in history.steps:
        listing |= isinstance(step.event, RoundOpened)
        own = _fact_keys(step.event, listing)
        command = not own or (isinstance(step.event, Records) and bool(own & known))
        known |= own | _touched(step.event)
        if command or own & keys:
            rng.shuffle(run)
            events += run
            run, keys = [], set()
        if command:
            events.append(step.event)
            continue
        run.append(step.event)
        keys |= own
    rng.shuffle(run)
    return events + run


def _fact_keys(event: Event, listing: bool) -> set[object]:
    """What a message of facts is about; empty for commands and milestones.

    listing  once a round is open, an oral row may be refused as NOT_ON_LIST: its place matters
    """
    match event:
        case PersonAliased(old_id=old, new_id=new):
            return {frozenset((old, new))}
        case FacilityClosed(facility_id=facility):
            return {("facility", facility)}
        case Records(withdrawals=(), results=(), claims=lines):
            return {line.case_key for line in lines}
        case Records(withdrawals=(), claims=(), results=(item,)):
            if item.action == "row" and not (listing and item.programme == "oral"):
                return {result_key(item, event.facility_id)}
    return set()


def _touched(event: Event) -> set[object]:
    if not isinstance(event, Records):
        return set()
    return {result_key(item, event.facility_id) for item in event.results}


LAWS = (
    sweeps_may_interleave,
    replay_is_identical,
    repeats_change_nothing,
    facts_sent_again,
    a_day_cut_off,
    facts_commute,
)
