"""API keys: shown once, remembered by digest, and gone the moment they are revoked."""

from typing import Any

import pytest

from pipeline import api_keys
from pipeline.api_keys import Doorkeeper, NewKey, new_key


class Table:
    """A connection that knows keys; ``hashed`` counts the checks of argon2."""

    def __init__(self, *known: NewKey) -> None:
        self.known = {key.key_id: {"key_id": key.key_id, "hash": key.hash} for key in known}

    async def fetchrow(self, query: str, key_id: str) -> dict[str, str] | None:
        return self.known.get(key_id)


async def holder(door: Doorkeeper, table: Any, key: str) -> Any:
    return await door.holder(table, key)


async def test_whoever_shows_the_key_is_its_holder_and_nobody_else_is() -> None:
    ours, theirs = new_key(), new_key()
    table, door = Table(ours, theirs), Doorkeeper("")
    assert (await holder(door, table, ours.shown))["key_id"] == ours.key_id
    swapped = f"gouji_{ours.key_id}_{theirs.shown.split('_', 2)[2]}"
    for wrong in (swapped, "", ours.shown + "x", ours.key_id, new_key().shown):
        assert await holder(door, table, wrong) is None


async def test_a_key_is_checked_by_argon2_once_and_its_row_every_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, door, checks = new_key(), Doorkeeper(""), 0
    table, verified = Table(key), api_keys._verified

    def counted(kept: str, secret: str) -> bool:
        nonlocal checks
        checks += 1
        return verified(kept, secret)

    monkeypatch.setattr(api_keys, "_verified", counted)
    for _ in range(3):
        assert await holder(door, table, key.shown) is not None
    assert checks == 1
    table.known.clear()
    assert await holder(door, table, key.shown) is None


def test_a_key_does_not_show_in_what_is_kept() -> None:
    key = new_key()
    assert key.shown.split("_", 2)[2] not in key.hash
