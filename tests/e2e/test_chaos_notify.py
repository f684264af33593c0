"""Some hundred faults between notify and people, and nobody hears twice, or of what is done."""

import json

import pytest

from bench.chaos_notify.__main__ import BAD, main


def test_what_reaches_people_under_fire_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = main(["--faults", "150", "--seconds", "20"])

    said = capsys.readouterr()
    line = json.loads(said.out)
    assert {name: line[name] for name in BAD} == dict.fromkeys(BAD, 0), said.err
    assert exit_code == 0, line
    assert line["faults"] >= 150 and line["injected"]["kill sender"] > 0
    assert line["planned"]["note_reviewed"] > 0 and line["planned"]["decision_made"] > 0
    assert line["on_phones"] > 0 and line["in_mailboxes"] > 0
