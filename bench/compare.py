"""Lays what was seen beside the truth of the region, case by case and row by row."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.seen import Seen

CASE_FIELDS = ("state", "system_status", "is_late")


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
        *_cases(truth["cases"], seen),
        *_rows(truth["rows"], seen, submissions),
        *_commands(truth["commands"], seen, submissions),
        *([Difference("events", "", "sequence gaps", "0", str(seen.gaps))] if seen.gaps else []),
    ]


def _cases(cases: list[dict[str, Any]], seen: Seen) -> Iterator[Difference]:
    for case in cases:
        claim_id, scenario = case["claim_id"], case["scenario"]
        last = seen.cases.get(claim_id)
        if last is None:
            yield Difference(claim_id, scenario, "case", case["state"], "nothing was said of it")
            continue
        found: dict[str, Any] = {name: getattr(last, name) for name in CASE_FIELDS}
        found["reasons"] = sorted({reason.code for reason in last.reasons})
        found["programme"], found["order_code"] = last.programme, last.order_code
        found["was_matched"] = claim_id in seen.views["matched"]
        found["was_late"] = claim_id in seen.views["unmatched"]
        found["needs_note"] = claim_id in seen.views["needs-note"]
        for name, value in found.items():
            if value != case[name]:
                yield Difference(claim_id, scenario, name, str(case[name]), str(value))
    for claim_id in sorted(seen.cases.keys() - {case["claim_id"] for case in cases}):
        yield Difference(claim_id, "", "case", "none", seen.cases[claim_id].state)


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
            yield Difference(what, "", "command", expected, f"{found} {sorted(codes)}")
