"""A real broker and a real database for the tests that ask for one: started once, when asked."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.kafka import Broker
from deploy.local.postgres import start_postgres


@contextmanager
def a_broker() -> Iterator[Broker]:
    """A running broker on a free port with a folder of its own; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="gouji-kafka-", ignore_cleanup_errors=True) as folder:
        broker = Broker(Path(folder), heap="384m")
        broker.start()
        try:
            yield broker
        finally:
            broker.stop()


@contextmanager
def a_database() -> Iterator[str]:
    """The URL of an empty database server; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="gouji-pg-", ignore_cleanup_errors=True) as folder:
        url, stop = start_postgres(Path(folder))
        try:
            yield url
        finally:
            stop()


def given(name: str) -> str | None:
    """The address the person who runs the tests prefers to use, if any."""
    return os.environ.get(name) or None
