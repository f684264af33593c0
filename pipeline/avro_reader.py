"""Compiles an Avro schema into a function from bytes to struct: the other half of avro_writer.py.

Why not fastavro's reader: 6 us for the claim row of 24 fields, against 3 us here (bench/codec.py).
The bytes are cut from a Latin-1 text of the message, where a character is a byte, so that an ASCII
value costs one slice; only other values are decoded again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.schemas import records_in

Reader = Callable[[bytes, int], Any]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The zig-zag number at ``at``, and where it ends. Ten bytes are the longest."""
    raw = shift = 0
    while True:
        byte = data[at]
        at += 1
        raw |= (byte & 127) << shift
        if byte < 128:
            return raw >> 1 ^ -(raw & 1), at
        shift += 7
        if shift > 63:
            raise ValueError("number too long")


def _size(data: bytes, at: int) -> tuple[int, int]:
    """The length at ``at``, doubled as in its first byte, and where it ends."""
    size, at = _number(data, at)
    if size < 0:
        raise ValueError("negative length")
    return size << 1, at


def _count(data: bytes, at: int) -> tuple[int, int]:
    """How many items the next block has; a negative count brings its size in bytes along."""
    count, at = _number(data, at)
    if count < 0:
        _, at = _number(data, at)
    return abs(count), at


_STRING = """\
n = b[p]
p += 1
if n & 129: n, p = SIZE(b, p - 1)
e = p + (n >> 1)
{into} = t[p:e]
if not {into}.isascii(): {into} = b[p:e].decode()
p = e"""
_BYTES = """\
n, p = SIZE(b, p)
e = p + (n >> 1)
{into} = b[p:e]
p = e"""
# Three bytes reach to a million: days, months and row numbers never call a function.
_NUMBER = """\
n = b[p]
p += 1
if n > 127:
    m = b[p]
    if m < 128:
        n += (m << 7) - 128
        p += 1
    elif b[p + 1] < 128:
        n = n & 127 | (m & 127) << 7 | b[p + 1] << 14
        p += 2
    else:
        n, p = NUMBER(b, p - 1)
        n = n << 1 ^ n >> 63
{into} = n >> 1 ^ -(n & 1)"""
_BLOCK = """\
c = b[p]
p += 1
if c & 129: c, p = COUNT(b, p - 1)
else: c >>= 1"""
_BOOLEAN = "{into} = BOOLEANS[b[p]]\np += 1"
_PLAIN = {
    "string": _STRING,
    "bytes": _BYTES,
    "int": _NUMBER,
    "long": _NUMBER,
    "boolean": _BOOLEAN,
}


def _indented(lines: str) -> str:
    return "\n".join("    " + line for line in lines.split("\n"))


def _shape(kind: Any) -> Any:
    """The type with records reduced to their names: what must not change between two versions."""
    match kind:
        case list():
            return [_shape(branch) for branch in kind]
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            return [kind["type"], _shape(inner)]
        case {"type": "record", "name": name}:
            return name
    return kind


class _Source:
    """Python source of the readers, one function a record, array or map."""

    def __init__(self, newest: dict[str, Any], kinds: Mapping[str, type[Any]]) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._newest = {record["name"]: record for record in records_in(newest)}
        self._kinds = kinds
        self._records: dict[str, str] = {}

    def _function(self, body: str) -> str:
        name = f"read_{len(self.lines)}"
        self.lines.append(f"def {name}(b, t, p):\n{_indented(body)}")
        return name

    def _read(self, kind: Any, into: str) -> str:
        """Statements that read ``kind`` at p into the variable ``into``."""
        match kind:
            case str() if kind in _PLAIN:
                return _PLAIN[kind].format(into=into)
            case ["null", other]:
                some = _indented("p += 1\n" + self._read(other, into))
                # Index 0 is null, 1 (as zig-zag 2) the other; whatever else is damage.
                return (
                    f"if b[p] == 2:\n{some}\nelif b[p]: raise ValueError('no such branch')\n"
                    f"else:\n    {into} = None\n    p += 1"
                )
            case {"type": "array", "items": items}:
                return self._blocks(into, "()", self._array(items))
            case {"type": "map", "values": values}:
                return self._blocks(into, "{}", self._map(values))
            case {"type": "record", "name": name}:
                if name not in self._records:
                    self._records[name] = self.record(kind)
                return f"{into}, p = {self._records[name]}(b, t, p)"
            case str() if kind in self._records:
                return f"{into}, p = {self._records[kind]}(b, t, p)"
        raise ValueError(f"the codec does not know the Avro type {kind!r}")

    @staticmethod
    def _blocks(into: str, empty: str, function: str) -> str:
        return f"if b[p]: {into}, p = {function}(b, t, p)\nelse:\n    {into} = {empty}\n    p += 1"

    def _loop(self, begin: str, read: str, end: str) -> str:
        body = f"{_BLOCK}\nif not c: return {end}, p\nfor _ in range(c):\n{_indented(read)}"
        return self._function(f"{begin}\nwhile True:\n{_indented(body)}")

    def _array(self, items: Any) -> str:
        return self._loop("out = []", self._read(items, "v") + "\nout.append(v)", "tuple(out)")

    def _map(self, values: Any) -> str:
        entry = f"{self._read('string', 'k')}\n{self._read(values, 'v')}\nout[k] = v"
        return self._loop("out = {}", entry, "out")

    def record(self, writer: dict[str, Any]) -> str:
        """Read the writer's fields in its order; give the newest version's in its own."""
        name = writer["name"]
        body: list[str] = []
        written: dict[str, str] = {}
        for field in writer["fields"]:
            into = written[field["name"]] = f"f{len(written)}"
            body.append(self._read(field["type"], into))
        kinds = {field["name"]: _shape(field["type"]) for field in writer["fields"]}
        given = []
        for field in self._newest[name]["fields"]:
            if field["name"] in written:
                if _shape(field["type"]) != kinds[field["name"]]:
                    raise ValueError(f"{name}.{field['name']} changed its type")
                given.append(written[field["name"]])
            else:
                given.append(self._default(name, field))
        self.constants[f"KIND_{name}"] = self._kinds[name]
        return self._function("\n".join(body) + f"\nreturn KIND_{name}({', '.join(given)}), p")

    def _default(self, name: str, field: dict[str, Any]) -> str:
        if "default" not in field:
            raise ValueError(f"{name}.{field['name']} is new and has no default")
        value = field["default"]
        if field["type"] == "bytes":  # stand in a schema as a text, a character a byte
            value = value.encode("latin-1")
        # A fresh map for every struct: a shared one would let one reader's change reach all others.
        return "()" if value == [] else repr(value)


def reader_of(
    writer: dict[str, Any], newest: dict[str, Any], kinds: Mapping[str, type[Any]]
) -> Reader:
    """A function from bytes and an offset to the struct that begins there and ends with the bytes.

    kinds      class of every record inside, by the record's name; its fields stand in schema order
    raises     ValueError: the newest version cannot read this writer; the function itself raises
               IndexError or ValueError for bytes that do not fit the schema
    """
    source = _Source(newest, kinds)
    top = source.record(writer)
    names: dict[str, Any] = {
        "NUMBER": _number,
        "SIZE": _size,
        "COUNT": _count,
        "BOOLEANS": (False, True),
        **source.constants,
    }
    exec("\n".join(source.lines), names)
    read = names[top]

    def read_all(data: bytes, at: int) -> Any:
        value, end = read(data, data.decode("latin-1"), at)
        if end != len(data):  # also where a length ran over the end: slices say nothing
            raise ValueError("bytes missing, or left over")
        return value

    return read_all
