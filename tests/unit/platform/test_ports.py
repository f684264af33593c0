"""Ports: the usual one when it is free, another one when it is not."""

import socket
from collections.abc import Iterator

import pytest

from deploy.local.plan import Ports
from deploy.local.ports import LOOPBACK, free_port, is_free, port_near


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_port_somebody_listens_on_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_the_usual_port_is_taken_when_it_is_free() -> None:
    usual = free_port()
    assert port_near(usual) == usual


def test_another_port_is_found_when_the_usual_one_is_taken(taken: int) -> None:
    other = port_near(taken)
    assert other != taken and is_free(other)


def test_a_promised_port_is_not_promised_twice() -> None:
    usual = free_port()
    assert port_near(usual, frozenset({usual})) != usual


def test_all_ports_of_a_stack_differ() -> None:
    ports = Ports.choose()
    chosen = [ports.kafka, ports.postgres, ports.smtp, ports.inside, *ports.http.values()]
    assert len(set(chosen)) == len(chosen)
