"""Pairs of a claim and a result that differ in exactly one key field: none may ever match.

Every pair has a person of its own; all of them meet at one facility, in one partition, so that a
person's neighbours are there too. One pair in ten is left whole, and must match.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from claims.events import ClaimLine, Records, ResultItem
from tests.support.oracle.drive import Product
from tests.support.oracle.people import FACILITIES, PROGRAMMES, Service, a_line, an_item, day_of

HOME, AWAY = FACILITIES
FIRST, LAST = day_of(2023, 1, 1), day_of(2025, 3, 31)
RECEIVED = day_of(2025, 4, 12)
CENTURY = day_of(2025, 3, 10) - day_of(114, 3, 10)
"""What a year of the republic read as one of our era makes of a date, in days."""
SLIPS = (1, -1, 2, 7, 28, 29, 30, 31, -30, -31, 365, 366, -365, 3652, CENTURY, -CENTURY)
ROWS = 500


@dataclass(frozen=True)
class Pair:
    """A claim, the row beside it, and the field that differs; empty when the pair is whole."""

    line: ClaimLine
    item: ResultItem
    facility: str
    field: str


@dataclass(frozen=True)
class Twins:
    """What came of some pairs: claims matched by a twin, and whole pairs that did not match."""

    seed: int
    fields: Counter[str]
    false: tuple[str, ...]
    missed: tuple[str, ...]


def twins_of(seed: int, pairs: int) -> Twins:
    """Play pairs of one seed and say which cases are matched."""
    rng = random.Random(seed)
    made = [_pair(rng, number) for number in range(pairs)]
    matched = asyncio.run(_matched(made, rng.random() < 0.5))
    twins = {pair.line.claim_id: pair.field for pair in made}
    return Twins(
        seed,
        Counter(twins.values()),
        tuple(f"{case} {field}" for case, field in twins.items() if field and case in matched),
        tuple(case for case, field in twins.items() if not field and case not in matched),
    )


async def _matched(pairs: list[Pair], claims_first: bool) -> set[str]:
    """Claims that are matched once everything is there, the two sides in either order."""
    lines = _parts("C", HOME, claims=[pair.line for pair in pairs])
    rows = [
        part
        for facility in FACILITIES
        for part in _parts(
            f"R{facility}",
            facility,
            results=[pair.item for pair in pairs if pair.facility == facility],
        )
    ]
    product = await Product().open()
    for part in [*lines, *rows] if claims_first else [*rows, *lines]:
        product.give(part)
    await product.settle()
    return {case_id for case_id, each in product.standing().items() if each.head.state == "matched"}


def _parts(
    name: str,
    facility: str,
    claims: Iterable[ClaimLine] = (),
    results: Iterable[ResultItem] = (),
) -> list[Records]:
    lines, items = tuple(claims), tuple(results)
    starts = range(0, max(len(lines), len(items)), ROWS)
    return [
        Records(
            f"{name}/{number}/records",
            name,
            number,
            len(starts),
            facility,
            RECEIVED,
            lines[start : start + ROWS],
            (),
            items[start : start + ROWS],
        )
        for number, start in enumerate(starts, 1)
    ]


def _pair(rng: random.Random, number: int) -> Pair:
    order = rng.choice(tuple(PROGRAMMES))
    programme = PROGRAMMES[order][0]
    visit = rng.randrange(FIRST, LAST)
    newborn = programme == "child" and rng.random() < 0.4
    mark = rng.choice(("", "1", "2", "3")) if newborn else ""
    born = visit - rng.randrange(30, 400) if programme == "child" else day_of(1971, 5, 5)
    service = Service(_person(rng), order, visit, born, newborn, mark)
    line = a_line(f"{HOME}/11403/1/A3/{number}", 1, service, RECEIVED, "1")
    stage1 = visit - rng.randrange(60)
    record_id = f"R{number}:{number + 1}"
    if rng.random() < 0.1:
        return Pair(line, an_item(service, record_id, stage1=stage1), HOME, "")
    twin, facility, field = _twin(rng, service)
    return Pair(line, an_item(twin, record_id, stage1=stage1), facility, field)


def _twin(rng: random.Random, service: Service) -> tuple[Service, str, str]:
    """The service with one key field changed, where it is uploaded, and the field."""
    assert service.visit is not None and service.born is not None
    fields = ["person", "facility", "date"]
    if PROGRAMMES[service.order][0] == "child":
        fields += ["order_code", "birth_date", *(["newborn_mark"] if service.newborn else [])]
    field = rng.choice(fields)
    match field:
        case "person":
            return replace(service, person=_mistyped(rng, service.person)), HOME, field
        case "facility":
            return service, AWAY, field
        case "date":
            return replace(service, visit=service.visit + rng.choice(SLIPS)), HOME, field
        case "order_code":
            other = "71" if service.order == "72" else "72"
            return replace(service, order=other), HOME, field
        case "birth_date":
            return replace(service, born=service.born + rng.choice(SLIPS)), HOME, field
    marks = [mark for mark in "123456789" if mark != (service.mark or "1")]
    return replace(service, mark=rng.choice(marks)), HOME, field


def _person(rng: random.Random) -> str:
    second = rng.choice("1289ABCD")
    return rng.choice("ABCDEFGHJKLM") + second + "".join(rng.choices("0123456789", k=8))


def _mistyped(rng: random.Random, person: str) -> str:
    """One digit, two neighbours swapped, the first letter, or the number's old or new form."""
    at = rng.randrange(2, 9)
    kind = rng.randrange(4)
    if kind == 0 and person[at] != person[at + 1]:
        return person[:at] + person[at + 1] + person[at] + person[at + 2 :]
    if kind == 1:
        forms = {"8": "A", "9": "B", "A": "8", "B": "9", "C": "8", "D": "9", "1": "8", "2": "9"}
        return person[0] + forms[person[1]] + person[2:]
    if kind == 2:
        return ("N" if person[0] != "N" else "P") + person[1:]
    digit = rng.choice([each for each in "0123456789" if each != person[at]])
    return person[:at] + digit + person[at + 1 :]
