"""Structs whose text shows harmless fields only: nothing personal can slip into a log line."""

from typing import Any, ClassVar

import msgspec


class Discreet(msgspec.Struct, frozen=True, gc=False):
    """Base of facts and of what a book keeps; a subclass names in SHOWN what its text may show."""

    SHOWN: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        shown = (
            f"{name}={getattr(self, name)!r}"
            for name in self.__struct_fields__
            if name in self.SHOWN
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Any:  # rich would otherwise print every field
        yield repr(self)
