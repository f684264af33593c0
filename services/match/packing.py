"""The state of match as bytes: MessagePack behind a version, each kind of object by itself."""

from typing import Any

import msgspec

from pipeline.state_bytes import PackerByPrefix, Versioned
from services.match import aliases, arrivals, facilities, loose_days, state

_MODULES = (state, aliases, arrivals, facilities, loose_days)


def state_packer() -> PackerByPrefix:
    """Each kind of object counts its versions alone."""
    pack = msgspec.msgpack.Encoder().encode
    kinds: dict[bytes, Any] = {}
    for module in _MODULES:
        twice = kinds.keys() & module.STATE_KINDS.keys()
        assert not twice, f"two modules keep {twice}"
        kinds |= module.STATE_KINDS
    return PackerByPrefix(
        {
            prefix: Versioned(pack, {1: msgspec.msgpack.Decoder(kind).decode})
            for prefix, kind in kinds.items()
        }
    )
