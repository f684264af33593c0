"""Fixtures every kind of test may ask for. Nothing starts unless a test asks."""

from collections.abc import Iterator

import pytest

from deploy.local.kafka import Broker
from tests.support.stack import a_broker, a_database, given


@pytest.fixture(scope="session")
def kafka_brokers() -> Iterator[str]:
    """host:port of a broker shared by the whole run: KAFKA_BROKERS when set, else our own.

    Tests share it, so each makes topics and groups of its own names.
    """
    if address := given("KAFKA_BROKERS"):
        yield address
        return
    with a_broker() as broker:
        yield broker.address


@pytest.fixture
def kafka() -> Iterator[Broker]:
    """A broker for one test alone, which may stop(), kill() and start() it: for outages."""
    with a_broker() as broker:
        yield broker


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """URL of a database shared by the whole run: DATABASE_URL when set, else our own."""
    if url := given("DATABASE_URL"):
        yield url
        return
    with a_database() as url:
        yield url
