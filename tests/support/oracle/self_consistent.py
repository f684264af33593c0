"""What must hold of everything a product said, whatever the history was."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from claims.events import CaseChanged, ResultStored
from claims.recovery_events import Clawback
from tests.support.oracle.drive import Product

WAITING = {"pending", "pending_error"}
EXCEPTIONS = {"late", "open_missing", "open_error", "overdue"}
PURSUED = {"overdue": "due", "recovered": "ordered", "not_payable": "not_payable"}


def faults_of(product: Product) -> list[str]:
    """Every law that does not hold; empty when all do."""
    journal = [each for each in product.said("case-changed") if isinstance(each, CaseChanged)]
    return [
        *_ids(product),
        *_sequences(journal),
        *_conserved(product, journal),
        *_views(product, journal),
        *_stories(product),
        *_locks(product, journal),
    ]


def _ids(product: Product) -> Iterator[str]:
    """Every event once; the views repeat the ids of the journal."""
    views = {"matched", "unmatched", "needs-note", "loose"}
    for topic in {each.topic for each in product.place.outputs} - views:
        count = Counter(event.event_id for event in product.said(topic))
        yield from (f"{topic}: {name} {times} times" for name, times in count.items() if times > 1)


def _sequences(journal: list[CaseChanged]) -> Iterator[str]:
    number: Counter[str] = Counter()
    state: dict[str, str] = defaultdict(str)
    for event in journal:
        case_id = event.case_id
        number[case_id] += 1
        if event.sequence != number[case_id]:
            yield f"{case_id}: {event.sequence} instead of {number[case_id]}"
        if event.previous_state != state[case_id]:
            yield f"{case_id}: from {event.previous_state}, was {state[case_id]}"
        state[case_id] = event.state


def _conserved(product: Product, journal: list[CaseChanged]) -> Iterator[str]:
    """No case is lost or counted twice: the state has what the journal said last."""
    said = {event.case_id: event for event in journal}
    heads = {case_id: standing.head for case_id, standing in product.standing().items()}
    if said.keys() != heads.keys():
        yield f"cases in the state {sorted(heads)}, in the journal {sorted(said)}"
    for case_id in said.keys() & heads.keys():
        head, event = heads[case_id], said[case_id]
        one = (head.state, head.sequence, head.completed_on, head.is_late)
        if one != (event.state, event.sequence, event.completed_on, event.is_late):
            yield f"{case_id}: the state says {one}, the journal {event.state} {event.sequence}"


def _views(product: Product, journal: list[CaseChanged]) -> Iterator[str]:
    """Nothing about a waiting case is an exception; a view says what the journal said."""
    bodies = {event.event_id: event for event in journal}
    shown: dict[str, set[str]] = {}
    for topic in ("matched", "unmatched", "needs-note"):
        entries = product.said(topic)
        shown[topic] = {entry.event_id for entry in entries}
        for entry in entries:
            body = bodies.get(entry.event_id)
            if body is None or any(
                getattr(entry, name) != getattr(body, name)
                for name in CaseChanged.__struct_fields__
            ):
                yield f"{topic}: {entry.event_id} is not what the journal says"
    for event in journal:
        ends = {event.previous_state, event.state}
        if (event.event_id in shown["unmatched"]) != bool(ends & EXCEPTIONS):
            yield f"unmatched: {event.previous_state} -> {event.state} {event.change}"
        if (event.event_id in shown["matched"]) and "matched" not in ends:
            yield f"matched: {event.previous_state} -> {event.state}"
        if ("matched" in ends) and len(ends) == 2 and event.event_id not in shown["matched"]:
            yield f"not in matched: {event.previous_state} -> {event.state}"
        if event.event_id in shown["needs-note"] and event.programme != "oral":
            yield f"needs-note: {event.programme} {event.state}"
    yield from _notes_needed(journal, shown["needs-note"])


def _notes_needed(journal: list[CaseChanged], shown: set[str]) -> Iterator[str]:
    """An oral positive that is wrong is told when it becomes an exception, and when it leaves."""
    held: set[str] = set()
    for event in journal:
        positive = event.programme == "oral" and event.result_sign == "1"
        wrong = event.system_status == 2 or event.state == "noted"
        needs = positive and wrong and event.state in {"late", "open_error", "noted"}
        told = event.event_id in shown
        entered = needs and event.case_id not in held
        left = not needs and event.case_id in held
        if (entered or left) and not told:
            yield f"needs-note misses {event.previous_state} -> {event.state} {event.change}"
        if told and not needs and not left:
            yield f"needs-note has {event.previous_state} -> {event.state} {event.change}"
        (held.add if needs else held.discard)(event.case_id)


def _stories(product: Product) -> Iterator[str]:
    """Recoveries: due, then perhaps ordered or not_payable, then perhaps reversed, and no more. A
    claim that is sent again repeats what stands."""
    phases: dict[str, list[str]] = defaultdict(list)
    case_of: dict[str, str] = {}
    points: dict[str, str] = {}
    for entry in product.said("clawback"):
        assert isinstance(entry, Clawback)
        story = phases[entry.order_id]
        points[entry.case_id] = entry.points
        if case_of.setdefault(entry.order_id, entry.case_id) != entry.case_id:
            yield f"order {entry.order_id} is of two cases"
        if entry.phase == "reversed" and story and entry.reverses != story[-1]:
            yield f"{entry.case_id}: reverses {entry.reverses} after {story}"
        if entry.phase == "reversed" or story[-1:] != [entry.phase]:
            story.append(entry.phase)
    for order, story in phases.items():
        if not _legal(story):
            yield f"{case_of[order]}: phases {story}"
    standing = {
        case_of[order]: story[-1] for order, story in phases.items() if story[-1] != "reversed"
    }
    for case_id, each in product.standing().items():
        expected, found = PURSUED.get(each.head.state, ""), standing.pop(case_id, "")
        if expected != found:
            yield f"{case_id}: {each.head.state}, its recovery stands at {found or 'none'}"
        if expected and points.get(case_id) != each.points:
            yield f"{case_id}: {each.points} points, its recovery says {points.get(case_id)}"
    yield from (f"{case_id}: a recovery without a case" for case_id in standing)


def _legal(story: list[str]) -> bool:
    decided = story[1:2] in (["ordered"], ["not_payable"])
    rest = story[2:] if decided else story[1:]
    return story[:1] == ["due"] and rest in ([], ["reversed"])


def _locks(product: Product, journal: list[CaseChanged]) -> Iterator[str]:
    """A matched oral row never changes but in its own file; an adult key field never in place."""
    locked: dict[str, str] = {}
    stored: dict[str, ResultStored] = {}
    for output in product.place.outputs:
        if output.topic not in ("case-changed", "result-stored"):
            continue
        event = product.decoded(output)
        if isinstance(event, ResultStored):
            before = stored.get(event.result_id)
            if before is not None:
                yield from _changed(before, event, set(locked.values()))
            stored[event.result_id] = event
        elif isinstance(event, CaseChanged) and event.programme == "oral":
            locked.pop(event.case_id, None)
            if event.state == "matched" and (result_id := _answer(event, stored)):
                locked[event.case_id] = result_id


def _answer(event: CaseChanged, stored: dict[str, ResultStored]) -> str:
    """The result whose row is the evidence of a match; empty when several were looked at."""
    rows = {each.record_id: each.result_id for each in stored.values()}
    found = {rows[record] for record in event.evidence if record in rows}
    return found.pop() if len(found) == 1 else ""


def _changed(before: ResultStored, now: ResultStored, locked: set[str]) -> Iterator[str]:
    own_file = before.submission_id == now.submission_id
    if now.programme == "oral" and now.result_id in locked and not own_file:
        yield f"{now.result_id}: a matched oral row was {now.action}"
    fields = ("person_key", "visit_date")
    moved = any(getattr(before, name) != getattr(now, name) for name in fields)
    if now.programme == "adult" and moved and now.action != "removed":
        yield f"{now.result_id}: a locked field of an adult row changed in place"
