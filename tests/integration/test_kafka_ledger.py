"""The ledger of the stages between topics, on a real broker."""

import asyncio
import shutil
from abc import ABC
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from pipeline.clock import FixedClock, SystemClock
from pipeline.errors import CommitFailed, NewerState, PartitionsChanged
from pipeline.kafka_ledger import POSITION_KEY, KafkaLedger, KafkaPlace
from pipeline.overlay import OverlayLedger
from pipeline.producer import partition_of
from tests.support.kafka import committed, make_topics
from tests.support.ledgers import LedgerSuite, TextPacker

PARTITIONS = 2


class KafkaLedgerSuite(LedgerSuite, ABC):
    """Every test has topics of its own, and partition 1 of them."""

    @pytest.fixture(autouse=True)
    async def _place(self, kafka_brokers: str, tmp_path: Path) -> AsyncIterator[None]:
        self.name = f"l{uuid4().hex[:12]}"
        self.opened: list[KafkaLedger] = []
        changelog = f"{self.name}-changelog"
        names = [f"{self.name}-{name}" for name in ("left", "right", "said", "told")]
        topics: dict[str, dict[str, str]] = {name: {} for name in names}
        topics[changelog] = {"cleanup.policy": "compact"}
        await make_topics(kafka_brokers, topics, PARTITIONS)
        self.place = KafkaPlace(
            kafka_brokers,
            self.name,
            changelog,
            (f"{self.name}-left", f"{self.name}-right"),
            tmp_path / "state",
        )
        yield
        for ledger in self.opened:
            await ledger.close()

    async def opened_at(self, place: KafkaPlace, clock: FixedClock | None = None) -> KafkaLedger:
        ledger = NamedLedger(place, 1, TextPacker(), clock=clock or SystemClock())
        self.opened.append(ledger)
        await ledger.open()
        return ledger

    async def a_ledger(self) -> OverlayLedger:
        return await self.opened_at(self.place)

    async def delivered(self, ledger: OverlayLedger) -> dict[str, list[tuple[bytes, bytes]]]:
        names = {f"{self.name}-{name}": name for name in ("said", "told")}
        seen = await committed(self.place.brokers, list(names), PARTITIONS)
        return {names[topic]: found for topic, found in seen.items()}

    def packer_of(self, ledger: OverlayLedger) -> TextPacker:
        assert isinstance(ledger._packer, TextPacker)
        return ledger._packer


class NamedLedger(KafkaLedger):
    """The suite says "said"; a shared broker wants a name of one's own."""

    def emit(self, topic: str, key: bytes, value: bytes) -> None:
        super().emit(f"{self._place.stage}-{topic}", key, value)


class TestKafkaLedgerInAnotherFolder(KafkaLedgerSuite):
    """The next owner has an empty disk: everything comes from the changelog."""

    async def reopened(self, ledger: OverlayLedger) -> OverlayLedger:
        folder = self.place.folder.with_name(f"state-{len(self.opened)}")
        return await self.opened_at(replace(self.place, folder=folder))


class TestKafkaLedgerInItsFolder(KafkaLedgerSuite):
    """The next owner finds the folder of a process that was killed."""

    async def reopened(self, ledger: OverlayLedger) -> OverlayLedger:
        assert isinstance(ledger, KafkaLedger)
        # A copy, as a killed process leaves it: nothing is closed, and the lock is not inherited.
        folder = self.place.folder.with_name(f"state-{len(self.opened)}")
        assert ledger._store is not None
        shutil.copytree(ledger._store.folder.parent, folder, ignore=shutil.ignore_patterns("LOCK"))
        return await self.opened_at(replace(self.place, folder=folder))

    async def test_a_restart_reads_only_what_the_folder_does_not_hold(self) -> None:
        ledger = await self.a_ledger()
        for number in range(100):
            ledger.put(b"k%d" % number, "x")
        await ledger.commit()
        again = await self.reopened(ledger)
        assert isinstance(again, KafkaLedger)
        assert again.restored.records == 0 and not again.restored.folder_thrown_away
        assert again.get(b"k99") == "x"

    async def test_a_folder_that_was_left_behind_catches_up(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        ledger.put(b"gone", "soon")
        await ledger.commit()
        elsewhere = await self.opened_at(replace(self.place, folder=self.place.folder / "other"))
        elsewhere.put(b"book", "second")
        elsewhere.put(b"gone", None)
        elsewhere.advance("left", 4)
        await elsewhere.commit()
        again = await self.reopened(ledger)
        assert isinstance(again, KafkaLedger)
        assert (again.get(b"book"), again.get(b"gone")) == ("second", None)
        assert again.position("left") == 4
        assert again.restored.records == 3 and not again.restored.folder_thrown_away

    async def test_a_folder_that_was_away_too_long_is_thrown_away(self) -> None:
        clock = FixedClock()
        place = replace(self.place, away_s=100.0)
        ledger = await self.opened_at(place, clock)
        ledger.put(b"book", "first")
        await ledger.commit()
        await ledger.close()
        clock.seconds += 99
        again = await self.opened_at(place, clock)
        assert not again.restored.folder_thrown_away
        await again.close()
        clock.seconds += 101
        last = await self.opened_at(place, clock)
        assert last.restored.folder_thrown_away and last.get(b"book") == "first"

    async def test_a_folder_of_another_state_is_thrown_away(self) -> None:
        first = await self.a_ledger()
        for number in range(5):
            first.put(b"k%d" % number, "of the first state")
            await first.commit()
        await first.close()
        other = f"{self.name}-other"
        await make_topics(self.place.brokers, {other: {"cleanup.policy": "compact"}}, PARTITIONS)
        anew = replace(self.place, changelog=other)
        second = await self.opened_at(replace(anew, folder=self.place.folder / "elsewhere"))
        for number in range(9):  # longer than the first, so that its end alone does not tell
            second.put(b"x%d" % number, "of the second state")
            await second.commit()
        again = await self.opened_at(anew)
        assert again.restored.folder_thrown_away
        assert again.get(b"k0") is None and again.get(b"x8") == "of the second state"

    async def test_a_folder_ahead_of_its_changelog_is_thrown_away(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        await ledger.commit()
        await ledger.close()
        other = f"{self.name}-other"
        await make_topics(self.place.brokers, {other: {"cleanup.policy": "compact"}}, PARTITIONS)
        again = await self.opened_at(replace(self.place, changelog=other))
        assert again.restored.folder_thrown_away
        assert again.get(b"book") is None and again.position("left") is None


class TestKafkaOnly(KafkaLedgerSuite):
    """What only a broker can do to a ledger."""

    async def reopened(self, ledger: OverlayLedger) -> OverlayLedger:
        folder = self.place.folder.with_name(f"state-{len(self.opened)}")
        return await self.opened_at(replace(self.place, folder=folder))

    async def test_a_transaction_left_open_is_aborted_by_the_next_owner(self) -> None:
        ledger = await self.opened_at(self.place)
        ledger.put(b"book", "first")
        await ledger.commit()
        assert ledger._producer is not None
        await ledger._producer.begin_transaction()
        await ledger._send(f"{self.name}-said", 1, [(b"k", b"half")])
        await ledger._send(self.place.changelog, 1, [(b"book", b"\x01half")])
        again = await self.reopened(ledger)
        assert again.get(b"book") == "first" and await self.delivered(again) == {}

    async def test_outputs_stay_in_the_partition_of_the_ledger(self) -> None:
        ledger = await self.a_ledger()
        ledger.emit("said", b"any key", b"value")
        await ledger.commit()
        seen = await committed(self.place.brokers, [f"{self.name}-said"], 1)
        assert seen == {}, "partition 0"
        assert await self.delivered(ledger) == {"said": [(b"any key", b"value")]}

    async def test_outputs_of_some_topics_go_where_their_key_says_in_one_transaction(self) -> None:
        place = replace(self.place, by_key=frozenset({f"{self.name}-told"}))
        ledger = await self.opened_at(place)
        keys = [b"%d" % number for number in range(20)]
        for key in keys:
            ledger.emit("told", key, b"first")
            ledger.emit("told", key, b"second")
            ledger.emit("said", key, b"")
        await ledger.commit()
        told = f"{self.name}-told"
        here = await committed(place.brokers, [told], 1)
        both = await committed(place.brokers, [told], PARTITIONS)
        in_first = [key for key in keys if partition_of(key, PARTITIONS) == 0]
        assert 0 < len(in_first) < len(keys)
        assert here[told] == [(key, text) for key in in_first for text in (b"first", b"second")]
        assert len(both[told]) == 2 * len(keys)
        assert await committed(place.brokers, [f"{self.name}-said"], 1) == {}

    async def test_a_commit_larger_than_a_batch_arrives_whole(self) -> None:
        ledger = await self.a_ledger()
        for number in range(40):
            ledger.put(b"k%02d" % number, "x" * 100_000)
            ledger.emit("said", b"k", b"%d" % number + b" " * 100_000)
        await ledger.commit()
        again = await self.reopened(ledger)
        assert len(again.scan(b"k", b"l", 99)) == 40
        seen = await self.delivered(again)
        assert [int(value) for _, value in seen["said"]] == list(range(40))

    async def test_a_record_that_is_too_large_fails_the_commit(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "x" * 5_000_000)  # the embedded broker takes 4 MiB
        with pytest.raises(CommitFailed):
            await ledger.commit()

    async def test_topics_of_different_partition_counts_are_refused(self) -> None:
        odd = f"{self.name}-odd"
        await make_topics(self.place.brokers, {odd: {}}, PARTITIONS + 1)
        with pytest.raises(PartitionsChanged):
            await self.opened_at(replace(self.place, sources=(*self.place.sources, odd)))

    async def test_state_of_another_partition_count_is_refused(self) -> None:
        ledger = await self.opened_at(self.place)
        ledger._record = msgspec.structs.replace(ledger._record, partitions=PARTITIONS + 1)
        ledger.put(b"book", "first")
        await ledger.commit()
        with pytest.raises(PartitionsChanged):
            await self.reopened(ledger)

    async def test_the_state_of_a_newer_image_is_refused(self) -> None:
        ledger = await self.opened_at(self.place)
        ledger._record = msgspec.structs.replace(ledger._record, version=99)
        ledger.put(b"book", "first")
        await ledger.commit()
        with pytest.raises(NewerState):
            await self.reopened(ledger)

    async def test_commits_of_two_partitions_overlap(self) -> None:
        one = await self.opened_at(self.place)
        two = NamedLedger(self.place, 0, TextPacker())
        self.opened.append(two)
        await two.open()
        for ledger in (one, two):
            ledger.put(b"book", f"of {ledger.partition}")
        await asyncio.gather(one.commit(), two.commit())
        assert (one.get(b"book"), two.get(b"book")) == ("of 1", "of 0")

    async def test_every_commit_ends_with_its_position_record(self) -> None:
        ledger = await self.a_ledger()
        for number in range(3):
            ledger.put(b"book", f"{number}")
            ledger.advance("left", number + 1)
            await ledger.commit()
        seen = await committed(self.place.brokers, [self.place.changelog], PARTITIONS)
        records = seen[self.place.changelog]
        assert [key for key, _ in records] == [b"book", POSITION_KEY] * 3
        decoded = [msgspec.msgpack.decode(value) for key, value in records if key == POSITION_KEY]
        assert [record["commit"] for record in decoded] == [1, 2, 3]
        assert len({record["identity"] for record in decoded}) == 1
