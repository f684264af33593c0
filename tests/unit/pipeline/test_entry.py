"""A process ends with one line and a code that says what to do."""

from collections.abc import Mapping
from typing import NoReturn

import pytest

from pipeline.entry import start
from pipeline.errors import BadSettings


class Done:
    def run(self) -> None:
        return


def test_bad_settings_end_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def build(env: Mapping[str, str]) -> NoReturn:
        raise BadSettings("KAFKA_BROKERS is not set")

    with pytest.raises(SystemExit) as end:
        start(build)
    assert end.value.code == 78
    assert capsys.readouterr().err == "BadSettings: KAFKA_BROKERS is not set\n"


def test_a_run_that_was_told_to_stop_ends_well() -> None:
    with pytest.raises(SystemExit) as end:
        start(lambda env: Done())
    assert end.value.code == 0
