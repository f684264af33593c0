"""How a process of a service begins and ends."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn, Protocol

from pipeline.errors import PipelineError


class Runs(Protocol):
    def run(self) -> None: ...


def start(build: Callable[[Mapping[str, str]], Runs]) -> NoReturn:
    """Build from the environment and run; what the engine refuses ends in one line and its code."""
    try:
        build(os.environ).run()
    except PipelineError as end:
        print(f"{type(end).__name__}: {end}", file=sys.stderr)
        sys.exit(end.exit_code)
    sys.exit(0)
