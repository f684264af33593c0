"""Which cases of a file were read already, in little memory.

Sequence numbers are dense from 1 within a case type, so a bit each is enough: an extract of a
million cases takes some hundred kilobytes. Numbers far ahead of the others are kept one by one.
"""

DENSE = 1_000_000


class SeenCases:
    def __init__(self) -> None:
        self._bits: dict[tuple[str, str], bytearray] = {}
        self._sparse: set[tuple[str, str, int]] = set()

    def add(self, group: str, case_type: str, number: int) -> bool:
        """False when this case was added before. ``group`` numbers its cases by itself."""
        place, bit = number >> 3, 1 << (number & 7)
        bits = self._bits.get((group, case_type))
        if bits is None:
            bits = self._bits[group, case_type] = bytearray(16)
        if self._sparse and (group, case_type, number) in self._sparse:
            return False
        if place >= len(bits):
            if number >= DENSE or place > 2 * len(bits) + 512:
                self._sparse.add((group, case_type, number))
                return True
            bits.extend(bytes(place + 64 - len(bits)))
        fresh = not bits[place] & bit
        bits[place] |= bit
        return fresh
