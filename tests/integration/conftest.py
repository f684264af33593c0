"""Fixtures of the tests on real servers."""

from collections.abc import Iterator

import pytest

from tests.support.stack import a_broker


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    """host:port of a broker for the tests of one file: whole topics are read and counted there."""
    with a_broker() as broker:
        yield broker.address
