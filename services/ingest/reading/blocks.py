"""Cut a claim file at ``<ddata>`` ... ``</ddata>``, as bytes, in bounded memory.

What lies outside the cases is the skeleton: root, tdata, and nothing else in a sound file. Comments
and CDATA sections are stepped over, so a case inside a comment is no case. Cutting is also the
recovery: a case that lacks its end tag ends where the next one begins (claim-file.md section 9).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from services.ingest.reading.container import MIB

MAX_CASE = 4 * MIB
MAX_SKELETON = 2 * MIB
# Longer than any token below but the end tag's blanks, of which it takes up to forty.
_TAIL = 64
# Spelled out rather than IGNORECASE: with a plain "<" in front the search skips from tag to tag.
_TOKEN = re.compile(
    rb"<(?:(?P<begin>[dD][dD][aA][tT][aA](?=[\s>]))|(?P<end>/[dD][dD][aA][tT][aA]\s{0,40}>)"
    rb"|(?P<empty>[dD][dD][aA][tT][aA]\s{0,40}/>)|(?P<comment>!--)|(?P<cdata>!\[CDATA\[)"
    rb"|(?P<unsafe>!(?:(?i:DOCTYPE|ENTITY|ELEMENT|ATTLIST))))"
)
_END = b"</ddata>"
_CLOSES = {"comment": b"-->", "cdata": b"]]>"}

WHOLE, CUT_SHORT, TOO_LONG, AT_END = "whole", "cut-short", "too-long", "at-end"


class Block(NamedTuple):
    """One case as bytes. how: whole; cut-short (another began), at-end (the file ended), too-long
    (``data`` is then only its beginning)."""

    offset: int
    data: bytes
    how: str


class Scanner:
    """Iterate to get the blocks; ``skeleton``, ``unsafe`` and ``overgrown`` are final at the end.

    width  how many bytes of the file a piece stands for (differs for UTF-16)
    """

    def __init__(
        self, pieces: Iterable[bytes], start: int, width: Callable[[bytes], int] = len
    ) -> None:
        self.skeleton = bytearray()
        self.unsafe = False
        self.overgrown = False
        self._pieces = iter(pieces)
        self._width = width
        self._buffer = b""
        self._low = 0  # what stands before it has been handed out
        self._at = 0  # what stands before it holds no further token
        self._offset = start  # in the file, of the byte at _low
        self._clear: dict[bytes, int] = {}  # closing mark -> place before which there is none
        self._ended = False

    def __iter__(self) -> Iterator[Block]:
        inside = False
        while True:
            if inside and (end := self._plain_end()):
                yield self._case(end, WHOLE)
                inside = False
            token = _TOKEN.search(self._buffer, self._at)
            if token is None:
                if inside and (block := self._given_up()) is not None:
                    yield block
                    inside = False
                elif self._ended:
                    self._outside(len(self._buffer))
                    return
                else:
                    self._read_on(inside)
                continue
            kind, self._at = token.lastgroup, token.end()
            if kind == "begin":
                if inside:
                    yield self._case(token.start(), CUT_SHORT)
                self._outside(token.start())
                inside = True
            elif kind == "end" and inside:
                yield self._case(token.end(), WHOLE)
                inside = False
            elif kind == "empty" and not inside:
                self._outside(token.start())
                yield self._case(token.end(), WHOLE)
            elif kind == "unsafe":
                self.unsafe = True
            elif kind in _CLOSES:
                self._step_over(_CLOSES[kind])

    def _plain_end(self) -> int:
        """End of the open case when nothing in it needs a second look, else 0: the fast way."""
        end = self._buffer.find(_END, self._at)
        if end < 0:
            return 0
        inner = self._buffer[self._at : end].lower()
        return 0 if b"ddata" in inner or b"<!" in inner else end + len(_END)

    def _given_up(self) -> Block | None:
        """The open case, when the file has ended or the case outgrew its bound."""
        size = len(self._buffer)
        if self._ended:
            return self._case(size, AT_END)
        if size - self._low <= MAX_CASE:
            return None
        block = self._case(size - _TAIL, TOO_LONG)
        return block._replace(data=block.data[:4096])

    def _read_on(self, inside: bool) -> None:
        """Read more. A token may begin in the last bytes, so those are searched again."""
        self._at = max(self._at, len(self._buffer) - _TAIL)
        if not inside:
            self._outside(self._at)
        self._more()

    def _step_over(self, mark: bytes) -> None:
        """Go behind the mark that closes a comment or CDATA; stay when none comes in time: an
        opening without an end is damage, and must not swallow the cases that follow."""
        while True:
            found = self._buffer.find(mark, max(self._at, self._clear.get(mark, 0)))
            if found >= 0:
                self._at = found + len(mark)
                return
            self._clear[mark] = max(self._at, len(self._buffer) - len(mark) + 1)
            if len(self._buffer) - self._at > MAX_CASE or not self._more():
                return

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            self._ended = True
            return False
        gone = self._low
        self._buffer = self._buffer[gone:] + piece
        self._low, self._at = 0, self._at - gone
        self._clear = {mark: place - gone for mark, place in self._clear.items()}
        return True

    def _case(self, end: int, how: str) -> Block:
        offset = self._offset
        return Block(offset, self._take(end), how)

    def _outside(self, end: int) -> None:
        """What stands before ``end`` belongs to no case."""
        piece = self._take(end)
        if piece.isspace():
            # One blank stands for all: the line ends between a million cases are no news.
            if not self.skeleton[-1:].isspace():
                self.skeleton += b"\n"
        elif piece:
            self.overgrown = self.overgrown or len(self.skeleton) > MAX_SKELETON
            if not self.overgrown:
                self.skeleton += piece

    def _take(self, end: int) -> bytes:
        piece = self._buffer[self._low : end]
        self._offset += self._width(piece)
        self._low = end
        self._at = max(self._at, end)
        return piece
