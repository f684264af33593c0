"""Older state is read, newer refused, and an image can write for the image before it."""

import pytest

from pipeline.errors import NewerState
from pipeline.state_bytes import PackerByPrefix, Versioned

READERS = {1: lambda packed: packed.decode().upper(), 2: bytes.decode}


def test_the_newest_version_is_written_and_every_older_one_read() -> None:
    kind = Versioned(str.encode, READERS)
    assert kind.pack("ann") == b"\x02ann"
    assert (kind.unpack(b"\x02ann"), kind.unpack(b"\x01ann")) == ("ann", "ANN")


def test_a_newer_version_is_refused() -> None:
    with pytest.raises(NewerState):
        Versioned(str.encode, READERS).unpack(b"\x03ann")


def test_a_setting_can_hold_the_older_version() -> None:
    assert Versioned(str.encode, READERS, write=1).pack("ann") == b"\x01ann"
    with pytest.raises(ValueError, match="no reader"):
        Versioned(str.encode, READERS, write=3)


def test_the_first_byte_of_the_key_tells_the_kind() -> None:
    packer = PackerByPrefix(
        {b"b": Versioned(str.encode, {1: bytes.decode}), b"n": Versioned(str.encode, {7: int})}
    )
    assert packer.pack(b"n1", "42") == b"\x0742" and packer.unpack(b"n1", b"\x0742") == 42
    assert packer.unpack(b"b1", packer.pack(b"b1", "42")) == "42"
