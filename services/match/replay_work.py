"""The partitions of a replay one after the other: only one of them is in memory at a time."""

from collections.abc import AsyncIterator, Callable

import msgspec

from services.match.log_range import Range, a_reader, messages_in
from services.match.replay_cases import CaseRow
from services.match.replay_stage import PartitionReplay, Rules
from services.match.settings import MatchSettings

TOPIC = "records"
Watch = Callable[[int], None]
"""Told how many offsets are done, over all partitions."""


class Plan(msgspec.Struct, frozen=True):
    """What is replayed: the same for every process that takes part."""

    ranges: tuple[Range, ...]
    until: int
    facility: str

    @property
    def offsets(self) -> int:
        return sum(each.end - each.begin for each in self.ranges)


class Replayed(msgspec.Struct, frozen=True, gc=False):
    """A partition as of the end of the day; ``closed_on`` is the last closed day it came to."""

    partition: int
    closed_on: int | None
    set_aside: int
    cases: list[CaseRow]


async def replayed(plan: Plan, settings: MatchSettings, watch: Watch) -> AsyncIterator[Replayed]:
    """Raises ReplayStopped, BrokerUnavailable."""
    rules, done = Rules(settings), 0
    async with a_reader(settings.brokers) as reader:
        for each in plan.ranges:
            replay = PartitionReplay(rules, each.partition, plan.until, plan.facility)

            def progress(offset: int, before: int = done - each.begin) -> None:
                watch(before + offset)

            async for messages in messages_in(reader, each, progress):
                await replay.take(messages)
                if replay.is_over:
                    break
            done += each.end - each.begin
            watch(done)
            yield Replayed(each.partition, replay.closed_on, replay.set_aside, replay.cases())
