"""Persons with the IDs that claims or results give them; those alike are found without a search."""

from collections.abc import Iterable

from claims.model import Kept
from claims.similar import likeness, parts


class Named(Kept, frozen=True, array_like=True, gc=False):
    """An ID as a claim or a result has it."""

    person_id: str
    birth_date: int | None


def are_alike(one: Named, other: Named) -> bool:
    return bool(likeness(one.person_id, one.birth_date, other.person_id, other.birth_date))


class Persons:
    """``names`` by person key. The parts of the IDs are indexed when first asked for: a day at a
    hospital has hundreds of open claims, and a file of wrong dates as many loose results."""

    __slots__ = ("_by_part", "names")

    def __init__(self, names: dict[bytes, tuple[Named, ...]]) -> None:
        self.names = dict(names)
        self._by_part: dict[str, dict[bytes, None]] | None = None

    def set(self, person: bytes, names: tuple[Named, ...]) -> None:
        if self._by_part is not None and person in self.names:
            self._unlist(person)
        self.names[person] = names
        if self._by_part is not None:
            self._list(self._by_part, person, names)

    def remove(self, person: bytes) -> None:
        if self._by_part is not None:
            self._unlist(person)
        del self.names[person]

    def alike(self, names: Iterable[Named], but: bytes) -> list[bytes]:
        """Persons, but this one, with an ID that may be meant as one of the names."""
        if not self.names:
            return []
        if self._by_part is None:
            self._by_part = {}
            for person, known in self.names.items():
                self._list(self._by_part, person, known)
        found: dict[bytes, None] = {}
        for name in names:
            for part in parts(name.person_id, name.birth_date):
                for other in self._by_part.get(part, ()):
                    if other != but and any(are_alike(name, one) for one in self.names[other]):
                        found[other] = None
        return list(found)

    @staticmethod
    def _list(
        by_part: dict[str, dict[bytes, None]], person: bytes, names: tuple[Named, ...]
    ) -> None:
        for name in names:
            for part in parts(name.person_id, name.birth_date):
                by_part.setdefault(part, {})[person] = None

    def _unlist(self, person: bytes) -> None:
        assert self._by_part is not None, "nothing is indexed yet"
        for name in self.names[person]:
            for part in parts(name.person_id, name.birth_date):
                self._by_part[part].pop(person, None)
