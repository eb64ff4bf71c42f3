"""Removes symbols and debug information from shared libraries (ELF, 64 bits, little-endian; `elf(5)`).

A loader reads the segments of the program headers alone. What lies between and behind them in the file (sections of symbols and of
debug information, and the table of sections) is left out; of what is kept, only the place in the file changes. The base image has no `strip`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MAGIC = b"\x7fELF\x02\x01"
_HEADER_BYTES = 64
_TABLE_AT = 32
"""Where the header has the place of the table of segments; that of sections is 8 bytes further."""
_COUNTS_AT = 54
"""Where it has: bytes of a segment's entry, their number, and the same of sections."""
_LOADED = 1


@dataclass(frozen=True)
class Segment:
    """An entry of the table of segments: where it is in the file."""

    entry: int
    kind: int
    start: int
    size: int
    alignment: int

    @property
    def end(self) -> int:
        return self.start + self.size


@dataclass(frozen=True)
class Moved:
    """A part of the file that is kept, and where it is then."""

    start: int
    end: int
    to: int


def stripped(library: bytes) -> bytes:
    """The library without what no loader reads; the content itself where it is no such library or would not be smaller."""
    if not library.startswith(_MAGIC):
        return library
    [table] = struct.unpack_from("<Q", library, _TABLE_AT)
    found = list(segments(library, table))
    loaded = sorted((each for each in found if each.kind == _LOADED and each.size), key=lambda each: each.start)
    parts = list(_moved(loaded))
    if not parts or parts[0].start > 0:
        return library
    content = bytearray(parts[-1].to + parts[-1].end - parts[-1].start)
    for part in parts:
        content[part.to : part.to + part.end - part.start] = library[part.start : part.end]
    new_table = _place(parts, table)
    struct.pack_into("<QQ", content, _TABLE_AT, new_table, 0)
    struct.pack_into("<HHH", content, _COUNTS_AT + 4, 0, 0, 0)
    for each in found:
        if each.size:
            struct.pack_into("<Q", content, new_table + each.entry - table + 8, _place(parts, each.start))
    return bytes(content) if len(content) < len(library) else library


def segments(library: bytes, table: int) -> Iterator[Segment]:
    """The entries of the table of segments at this place."""
    size, number = struct.unpack_from("<HH", library, _COUNTS_AT)
    for entry in range(table, table + size * number, size):
        kind, _, start, _, _, length, _, alignment = struct.unpack_from("<IIQQQQQQ", library, entry)
        yield Segment(entry, kind, start, length, alignment)


def _moved(loaded: list[Segment]) -> Iterator[Moved]:
    """Where each segment is put: behind the one before, at a place that is the old one modulo its alignment, as loaders demand."""
    end = to_end = 0
    for each in loaded:
        if each.start < end:  # in the same pages as the one before
            to = to_end - (end - each.start)
        else:
            to = to_end + (each.start - to_end) % max(each.alignment, 1)
        yield Moved(each.start, each.end, to)
        end, to_end = max(end, each.end), max(to_end, to + each.size)


def _place(parts: list[Moved], old: int) -> int:
    return next(part.to + old - part.start for part in parts if part.start <= old < part.end)
