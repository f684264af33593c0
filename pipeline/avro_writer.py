"""Compiles an Avro schema into a function from struct to bytes.

Why not fastavro's writer: it wants dictionaries and writes a few bytes at a time, 6 us for the
claim row of 24 fields; the code made here needs 1.4 us on the same machine (bench/codec.py). The
bytes are plain Avro, and tests/contract/test_codec.py lets fastavro read them and compares.
"""

import re
from collections.abc import Callable
from typing import Any

_REMEMBERED = 1 << 16
_LISTS_REMEMBERED = _NAMES_REMEMBERED = 1 << 12
_LONGEST = 40
_NEVER_REPEATS = re.compile(
    r"((event|case|record|claim|result|item|target|command|submission|person)_id|.*(_key|_by|_hash"
    r"|_masked|_row)|evidence|case_ids|found|expected|chain|shortest_fix)"
)
"""Names of fields whose values are their own: to remember those would push out what repeats."""


class _Numbers(dict[int, bytes]):
    """Zig-zag bytes of a number; days, lengths and row numbers repeat all the time."""

    def __init__(self, bits: int) -> None:
        self._low, self._high = -(1 << bits - 1), (1 << bits - 1) - 1

    def __missing__(self, number: int) -> bytes:
        if not self._low <= number <= self._high:
            raise ValueError("number outside of its Avro type")
        rest, out = (number << 1) ^ (number >> 63), bytearray()
        while rest > 127:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest)
        if len(self) < _REMEMBERED:
            self[number] = bytes(out)
        return bytes(out)


class _Texts(dict[str, bytes]):
    """Length and UTF-8 bytes of a text. Short ASCII ones repeat: codes, days, names of columns."""

    def __init__(self, lengths: _Numbers) -> None:
        self._lengths = lengths

    def __missing__(self, text: str) -> bytes:
        body = text.encode()
        out = self._lengths[len(body)] + body
        if len(text) < 9 and text.isascii() and len(self) < _REMEMBERED:
            self[text] = out
        return out


class _Names(dict[str, bytes]):
    """The same for a field that takes few values: codes of facilities, orders, states."""

    def __init__(self, lengths: _Numbers) -> None:
        self._lengths = lengths

    def __missing__(self, text: str) -> bytes:
        body = text.encode()
        out = self._lengths[len(body)] + body
        if len(text) <= _LONGEST and len(self) < _NAMES_REMEMBERED:
            self[text] = out
        return out


class _Lists(dict[tuple[str, ...], bytes]):
    """A list of texts: actions, sentences and columns repeat. Full, it starts anew, so that lists
    that never repeat push nothing out for long."""

    def __init__(self, lengths: _Numbers, texts: _Texts) -> None:
        self._lengths, self._texts = lengths, texts

    def __missing__(self, texts: tuple[str, ...]) -> bytes:
        if len(self) >= _LISTS_REMEMBERED:
            self.clear()
        written = map(self._texts.__getitem__, texts)
        out = self[texts] = b"".join((self._lengths[len(texts)], *written, b"\0"))
        return out


class _Source:
    """Python source that grows by one function a record, array or map."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._records: dict[str, str] = {}

    def _function(self, body: str) -> str:
        name = f"write_{len(self.lines)}"
        self.lines.append(f"def {name}(x): return {body}")
        return name

    def _pieces(self, kind: Any, value: str, repeats: bool = False) -> list[str]:
        """Expressions whose bytes, one after the other, are ``value`` written as ``kind``."""
        match kind:
            case "string" if repeats:
                return [f"NAME[{value}]"]
            case "string":
                return [f"LONG[len(b := {value}.encode())]", "b"]
            case "int" | "long":
                return [f"{kind.upper()}[{value}]"]
            case "boolean":
                return [f"(b'\\1' if {value} else b'\\0')"]
            case "bytes":
                return [f"LONG[len({value})]", value]
            case ["null", other]:
                written = " + ".join(self._pieces(other, value))
                return [f"(b'\\0' if {value} is None else b'\\2' + {written})"]
            case {"type": "array", "items": items}:
                return [f"({self._array(items, repeats)}({value}) if {value} else b'\\0')"]
            case {"type": "map", "values": values}:
                return [f"({self._map(values)}({value}) if {value} else b'\\0')"]
            case {"type": "record", "name": name}:
                if name not in self._records:
                    self._records[name] = self.record(kind)
                return [f"{self._records[name]}({value})"]
            case str() if kind in self._records:
                return [f"{self._records[kind]}({value})"]
        raise ValueError(f"the codec does not know the Avro type {kind!r}")

    def _array(self, items: Any, repeats: bool) -> str:
        if items == "string" and repeats:
            return "LIST"
        each = f"*[{' + '.join(self._pieces(items, 'y'))} for y in x]"
        return self._function(f"JOIN((LONG[len(x)], {each}, b'\\0'))")

    def _map(self, values: Any) -> str:
        value = "TEXT(y)" if values == "string" else " + ".join(self._pieces(values, "y"))
        each = f"*[TEXT(k) + {value} for k, y in x.items()]"
        return self._function(f"JOIN((LONG[len(x)], {each}, b'\\0'))")

    def record(self, schema: dict[str, Any]) -> str:
        pieces = [
            piece
            for field in schema["fields"]
            for piece in self._pieces(
                field["type"],
                f"x.{field['name']}",
                _NEVER_REPEATS.fullmatch(field["name"]) is None,
            )
        ]
        return self._function(f"JOIN(({', '.join(pieces)},))")


def writer_of(schema: dict[str, Any]) -> Callable[[Any], bytes]:
    """A function from an object with the schema's fields as attributes to its Avro bytes.

    It raises ValueError for a number outside of its type, AttributeError or TypeError for a value
    of another type. Here, ValueError: the schema uses a type that none of ours needs.
    """
    source, longs = _Source(), _Numbers(64)
    texts = _Texts(longs)
    top = source.record(schema)
    names: dict[str, Any] = {
        "INT": _Numbers(32),
        "LONG": longs,
        "TEXT": texts.__getitem__,
        "NAME": _Names(longs),
        "LIST": _Lists(longs, texts).__getitem__,
        "JOIN": b"".join,
    }
    exec("\n".join(source.lines), names)
    written: Callable[[Any], bytes] = names[top]
    return written
