"""State of validate as objects and as bytes: parts seen, day ends seen, outputs held back.

Key                value
d                  Days: which day ends came, what is held
p submission       Parts: which parts of a submission came
x day submission   Received: the submissions by the day they were received, for forgetting them
q topic 0 number   Held: an output that waits behind a day end, or a day end that waits itself
"""

import struct

import msgspec

from pipeline.state_bytes import PackerByPrefix, Versioned

DAYS_KEY = b"d"
_DAY, _NUMBER = struct.Struct(">i"), struct.Struct(">Q")


class Days(msgspec.Struct, frozen=True, array_like=True):
    """Per input topic the newest day end that took effect; the newest one sent on; the queues.

    queues   topic -> (number of the first held entry, number of the next one)
    swept    day end after which old submissions were last forgotten
    """

    closed: dict[str, int] = {}
    forwarded: int | None = None
    queues: dict[str, tuple[int, int]] = {}
    swept: int | None = None


class Parts(msgspec.Struct, frozen=True, array_like=True):
    """Bit n is set when part n was taken; the bits as big-endian bytes."""

    bits: bytes = b""

    def has(self, part_no: int) -> bool:
        return bool(int.from_bytes(self.bits, "big") >> part_no & 1)

    def with_part(self, part_no: int) -> "Parts":
        bits = int.from_bytes(self.bits, "big") | 1 << part_no
        return Parts(bits.to_bytes((bits.bit_length() + 7) // 8, "big"))


class Received(msgspec.Struct, frozen=True, array_like=True):
    """Nothing but its key counts."""


class Held(msgspec.Struct, frozen=True, array_like=True):
    """``day`` of a day end that waits; else an output of ``records``."""

    day: int | None
    key: bytes
    value: bytes


def parts_key(submission_id: str) -> bytes:
    return b"p" + submission_id.encode()


def received_key(received_on: int, submission_id: str = "") -> bytes:
    return b"x" + _DAY.pack(received_on) + submission_id.encode()


def submission_of(received: bytes) -> str:
    return received[1 + _DAY.size :].decode()


def held_key(topic: str, number: int) -> bytes:
    return b"q" + topic.encode() + b"\0" + _NUMBER.pack(number)


def state_packer() -> PackerByPrefix:
    """Version 1 of everything: MessagePack of the classes above."""
    pack = msgspec.msgpack.Encoder().encode
    return PackerByPrefix(
        {
            prefix: Versioned(pack, {1: msgspec.msgpack.Decoder(kind).decode})
            for prefix, kind in ((b"d", Days), (b"p", Parts), (b"x", Received), (b"q", Held))
        }
    )
