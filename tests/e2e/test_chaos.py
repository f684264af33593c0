"""Eight kills, a lost broker, and nothing lost, repeated or different: the suite in small."""

import json

import pytest

from bench.chaos.__main__ import BAD, main


def test_a_region_under_fire_ends_as_it_does_in_peace(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = main(["--kills", "8", "--seconds", "40", "--claims", "400"])

    out, said = capsys.readouterr()
    line = json.loads(out)
    assert {name: line[name] for name in BAD} == dict.fromkeys(BAD, 0), (line, said)
    assert exit_code == 0, line
    assert line["kills"] == 8 and line["outages"] == 1
    assert line["rows"] > 0 and line["cases"] > 0
    assert line["orders"] > 0 and line["moved"] > 0, "the agency had its part"
