"""JSON logs of addresses and ids, never payloads."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Protocol

import structlog

# The register of fields a line may carry. Anything else is withheld, whoever logs it.
FIELDS = frozenset(
    """
    event level at service logger stage topic topics partition partitions offset reason exit_code
    rows records count seconds submission_id part_no day version host port method path status name
    """.split()  # noqa: SIM905 - a list of thirty strings is harder to read
)


class Log(Protocol):
    """An event in a few fixed words, and registered fields."""

    def __call__(self, event: str, **fields: object) -> None: ...


def no_log(event: str, **fields: object) -> None:
    """For tests, and for parts that nobody watches."""


def withhold(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every unregistered field."""
    return {key: value if key in FIELDS else "(withheld)" for key, value in line.items()}


class _Foreign(logging.Handler):
    """Lines of libraries: logger, level and the template, never the arguments filled in."""

    def __init__(self, log: Any) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = {"logger": record.name}
        if record.exc_info and record.exc_info[0] is not None:
            fields["reason"] = record.exc_info[0].__name__
        say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        say(str(record.msg).split("\n", 1)[0], **fields)


def start_logs(service: str) -> Log:
    """Configure the process; returns what the service logs with. Lines go to stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            withhold,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    log = structlog.get_logger().bind(service=service)
    root = logging.getLogger()
    root.handlers[:] = [_Foreign(log)]
    root.setLevel(logging.WARNING)

    def say(event: str, **fields: object) -> None:
        log.info(event, **fields)

    return say
