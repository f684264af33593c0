"""The ledger of a replay behaves as the live ones do, as far as a handler can tell."""

from random import Random

from pipeline.ledger import Ledger
from pipeline.memory_ledger import MemoryLedger
from pipeline.state_bytes import PackerByPrefix, Versioned
from services.match.replay_ledger import CHUNK, ReplayLedger, SortedKeys

KINDS = PackerByPrefix(
    {kind: Versioned(str.encode, {1: bytes.decode}) for kind in (b"b", b"d", b"e")}
)


def _keys(rng: Random, kind: bytes, count: int) -> list[bytes]:
    return [kind + rng.randbytes(2) for _ in range(count)]


def test_random_puts_undos_and_scans_answer_as_the_ledger_in_memory_does() -> None:
    rng = Random(4)
    ours: Ledger = ReplayLedger(0)
    theirs: Ledger = MemoryLedger(KINDS)
    keys = [*_keys(rng, b"b", 60), *_keys(rng, b"d", 60), *_keys(rng, b"e", 5)]
    for step in range(3000):
        key, value = rng.choice(keys), rng.choice((None, None, f"v{step}"))
        low, high = sorted((rng.choice(keys), rng.choice((*keys, b"e", b"f"))))
        limit = rng.choice((0, 1, 7, 1000))
        for ledger in (ours, theirs):
            if step % 10 == 0:
                ledger.mark()
            ledger.put(key, value)
            ledger.advance("records", step)
            if step % 10 == 9 and step % 3 == 0:
                ledger.undo()
        assert ours.get(key) == theirs.get(key)
        assert ours.scan(low, high, limit) == theirs.scan(low, high, limit)
        assert ours.position("records") == theirs.position("records")


def test_a_range_of_one_kind_does_not_order_the_others() -> None:
    ledger = ReplayLedger(0)
    for key in (b"b1", b"b2", b"d1", b"c1"):
        ledger.put(key, "x")
    assert ledger.scan(b"d", b"e", 10) == [(b"d1", "x")]
    assert set(ledger._ordered) == {ord("d")}
    assert ledger.scan(b"b", b"c", 1) == [(b"b1", "x")]
    assert set(ledger._ordered) == {ord("b"), ord("d")}


def test_many_keys_stay_in_order_in_short_lists() -> None:
    rng = Random(5)
    wanted = {rng.randbytes(4) for _ in range(6 * CHUNK)}
    keys = SortedKeys(())
    for key in wanted:
        keys.add(key)
    gone = set(rng.sample(sorted(wanted), 5 * CHUNK))
    for key in gone:
        keys.remove(key)
    assert list(keys.between(b"", b"\xff" * 5)) == sorted(wanted - gone)
    assert max(map(len, keys._chunks)) <= 2 * CHUNK


def test_outputs_and_commits_leave_nothing_to_do() -> None:
    ledger = ReplayLedger(3)
    ledger.emit("case-changed", b"k", b"v")
    ledger.advance("records", 1)
    assert ledger.changes == 0 and ledger.partition == 3
