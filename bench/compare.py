"""Lays what was seen beside the truth of the region, case by case and row by row."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.seen import Recovery, Seen
from claims.events import CaseChanged
from claims.periods import iso_text

CASE_FIELDS = ("state", "system_status", "is_late", "round_id", "programme", "order_code")
# They come by way of another stage: a case may have moved on before they arrive.
TRAVELLING = {"FACILITY_MISMATCH", "FACILITY_CODE_CHANGED"}


class Difference(NamedTuple):
    """One thing that is not as it should be. Claim numbers and codes only: it names nobody."""

    what: str
    scenario: str
    field: str
    expected: str
    found: str


def compare(folder: Path, seen: Seen, submissions: Mapping[str, str]) -> list[Difference]:
    """submissions: the submission of every file of the schedule, by its path."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return [
        *_cases(truth["cases"], seen, set(truth["named_events"])),
        *_rows(truth["rows"], seen, submissions),
        *_commands([*truth["commands"], *truth["acts"]], seen, submissions),
        *_views(seen),
        *([Difference("events", "", "sequence gaps", "0", str(seen.gaps))] if seen.gaps else []),
    ]


def _cases(cases: list[dict[str, Any]], seen: Seen, named: set[str]) -> Iterator[Difference]:
    orders: dict[str, list[Recovery]] = defaultdict(list)
    for order in seen.orders.values():
        orders[order.case_id].append(order)
    for case in cases:
        claim_id, scenario = case["claim_id"], case["scenario"]
        last = seen.cases.get(claim_id)
        if last is None:
            yield Difference(claim_id, scenario, "case", case["state"], "nothing was said of it")
            continue
        found = _found(last, seen, orders[claim_id])
        journey = seen.journeys[claim_id]
        found["events"] = [change for change in journey.changes if change in named]
        found["told"] = sorted((journey.told | TRAVELLING) & set(case["told"]))
        for name, value in found.items():
            if value != case[name]:
                yield Difference(claim_id, scenario, name, str(case[name]), str(value))
        yield from _said(case, last)
    for claim_id in sorted(seen.cases.keys() - {case["claim_id"] for case in cases}):
        yield Difference(claim_id, "", "case", "none", seen.cases[claim_id].state)


def _found(last: CaseChanged, seen: Seen, orders: list[Recovery]) -> dict[str, Any]:
    """What must be equal to the truth, under its names."""
    case_id = last.case_id
    found: dict[str, Any] = {name: getattr(last, name) for name in CASE_FIELDS}
    found["reasons"] = sorted({reason.code for reason in last.reasons})
    found["was_matched"] = case_id in seen.views["matched"]
    found["was_late"] = case_id in seen.views["unmatched"]
    found["needs_note"] = case_id in seen.views["needs-note"]
    found["path"] = seen.journeys[case_id].path
    for name in ("completed_on", "note_on", "form_received_on"):
        day = getattr(last, name)
        found[name] = "" if day is None else iso_text(day)
    found["orders"] = [order.phases for order in orders]
    found["points"] = last.points
    return found


def _said(case: dict[str, Any], last: CaseChanged) -> Iterator[Difference]:
    """Hints and fix where the story states them; other hints may stand beside them."""
    hints = {hint.code for hint in last.hints}
    if not hints >= set(case["hints"]):
        expected, found = " ".join(case["hints"]), " ".join(sorted(hints))
        yield Difference(case["claim_id"], case["scenario"], "hints", expected, found)
    if case["fix"]:
        steps = [step.action for step in last.fix]
        if steps != case["fix"]:
            expected, found = " ".join(case["fix"]), " ".join(steps)
            yield Difference(case["claim_id"], case["scenario"], "fix", expected, found)


def _views(seen: Seen) -> Iterator[Difference]:
    """The views say what the journal says: their last entry is the case's, or an older one."""
    for name, entries in seen.views.items():
        for case_id, entry in entries.items():
            last = seen.cases.get(case_id)
            if last is None or entry.sequence > last.sequence:
                yield Difference(case_id, "", name, "in the journal", "unheard of there")
    for case_id, last in seen.cases.items():
        said = seen.views["matched"].get(case_id)
        if (last.state == "matched") != (said is not None and said.state == "matched"):
            yield Difference(case_id, "", "matched view", last.state, said.state if said else "")
    for order in seen.orders.values():
        last = seen.cases.get(order.case_id)
        if last is not None and order.points != last.points:
            yield Difference(order.case_id, "", "clawback points", last.points, order.points)


def _rows(
    files: dict[str, list[dict[str, Any]]], seen: Seen, submissions: Mapping[str, str]
) -> Iterator[Difference]:
    for path, rows in files.items():
        for row in rows:
            what = f"{path}:{row['place']}"
            outcome = seen.rows.get((submissions.get(path, ""), row["place"]))
            if outcome is None:
                yield Difference(what, row["scenario"], "row", row["outcome"], "no outcome")
                continue
            if outcome.outcome != row["outcome"]:
                yield Difference(what, row["scenario"], "outcome", row["outcome"], outcome.outcome)
            errors = sorted({each.code for each in outcome.findings if each.level == "error"})
            if row["outcome"] == "refused" and errors != row["codes"]:
                yield Difference(
                    what, row["scenario"], "codes", " ".join(row["codes"]), " ".join(errors)
                )


def _commands(
    commands: list[dict[str, Any]], seen: Seen, submissions: Mapping[str, str]
) -> Iterator[Difference]:
    for command in commands:
        outcome = seen.rows.get((submissions.get(command["path"], ""), command["place"]))
        found = outcome.outcome if outcome else "no outcome"
        codes = {each.code for each in outcome.findings} if outcome else set()
        if found != command["outcome"] or (command["code"] and command["code"] not in codes):
            expected = f"{command['outcome']} {command['code']}"
            what = f"{command['path']}:{command['place']}"
            scenario = command.get("scenario", "")
            yield Difference(what, scenario, "command", expected, f"{found} {sorted(codes)}")


# Refusals that hang on the cases of the moment: a day of the demo passes faster than its facts.
OF_THE_MOMENT = {"LOCKED", "ROUND_CLOSED", "EDIT_NOT_ALLOWED", "NOT_ON_LIST", "DUPLICATE_RESULT"}


def compare_prechecks(
    prechecked: Mapping[str, set[int]], seen: Seen, submissions: Mapping[str, str]
) -> list[Difference]:
    """prechecked: rows of a file that a pre-check would refuse; just these must be refused."""
    found = []
    for path, would in prechecked.items():
        for (submission, row_no), row in seen.rows.items():
            if submission != submissions[path]:
                continue
            codes = {finding.code for finding in row.findings}
            refused = row.outcome == "refused"
            if refused != (row_no in would) and not codes & OF_THE_MOMENT:
                what = f"{path}:{row_no}"
                found.append(Difference(what, "", "pre-check", row.outcome, str(row_no in would)))
    return found
