"""Fails when an upgrade moves a private part that pipeline/faust_transport.py overrides."""

import inspect
from importlib.metadata import version

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.subscription_state import TopicPartitionState
from faust.app.base import App
from faust.streams import Stream
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer as FaustConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import Message

from pipeline import faust_transport


def test_the_versions_are_those_the_overrides_were_written_for() -> None:
    assert (version("faust-streaming"), version("aiokafka")) == ("0.15.3", "0.14.0")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (faust_transport.Thread, driver.AIOKafkaConsumerThread),
        (faust_transport.Consumer, driver.Consumer),
        (faust_transport.Transport, driver.Transport),
    ],
)
def test_every_overridden_name_exists_with_the_same_parameters(ours: type, theirs: type) -> None:
    new = {
        "seek_all", "_seek_all", "is_behind", "knows_end", "is_stale", "position",
        "show_positions", "_show_positions",
    }  # fmt: skip
    for name, value in vars(ours).items():
        if name.startswith("__") or name in new:
            continue
        assert hasattr(theirs, name), f"{theirs.__name__} has no {name} any more"
        stock = getattr(theirs, name)
        if name == "_fetch_records" or not inspect.isfunction(value):
            continue
        assert list(inspect.signature(value).parameters) == list(
            inspect.signature(stock).parameters
        )


def test_the_attributes_we_set_are_those_the_consumer_reads() -> None:
    source = inspect.getsource(AIOKafkaConsumer)
    for name in ("_isolation_level", "_fetch_max_wait_ms", "_partition_assignment_strategy"):
        assert f"self.{name} = " in source and source.count(f"self.{name}") > 1


async def test_the_names_we_lean_on_are_still_there() -> None:
    for owner, names in {
        driver.AIOKafkaConsumerThread: ("call_thread", "_ensure_consumer", "_fetch_records"),
        driver.Consumer: ("_wait_next_records", "earliest_offsets", "_to_message"),
        TopicPartitionState: ("position", "has_valid_position"),
    }.items():
        for name in names:
            assert hasattr(owner, name), f"{owner.__name__}.{name}"
    assert "checksum" in Message.__slots__
    state = vars(TopicPartitionState(None))
    assert "lso" in state and "highwater" in state
    assert "self._read_offset" in inspect.getsource(FaustConsumer)


def test_partitions_are_owned_before_positions_are_sought_and_messages_flow() -> None:
    source = inspect.getsource(Recovery._resume_streams)
    steps = ["on_rebalance_complete.send", "perform_seek", "flow_control.resume", "resume_flow"]
    places = [source.index(step) for step in steps]
    assert places == sorted(places)


def test_no_field_of_a_message_that_we_use_is_read_by_faust() -> None:
    for owner in (Stream, App, FaustConsumer):
        assert ".checksum" not in inspect.getsource(owner)
