"""How persons leave this service: keyed hash and sealed texts, with a memory for the hashes."""

from claims.case_events import Publisher
from pipeline.sealing import PersonKeys, Sealer

REMEMBERED = 20_000


class RememberedKeys(dict[str, str]):
    """ID to person key. A file names the same persons again and again; full, it starts anew."""

    def __init__(self, keys: PersonKeys) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, person_id: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        key = self[person_id] = self._keys.key(person_id)
        return key

    def __repr__(self) -> str:
        return f"RememberedKeys({len(self)})"


def publisher_of(keys: PersonKeys, sealer: Sealer) -> Publisher:
    remembered = RememberedKeys(keys)
    return Publisher(remembered.__getitem__, keys.key_id, sealer.seal, sealer.key_id)
