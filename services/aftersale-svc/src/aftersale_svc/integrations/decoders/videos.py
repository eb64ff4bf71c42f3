"""MP4: the boxes are parsed strictly, and those that hold more than picture and sound are emptied in the copy.

Source: ISO/IEC 14496-12 (ISO base media file format). A box is its length, a type of four letters and its content.
"""

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from aftersale_svc.domain.evidence.model import EvidenceRefusal, MediaType
from aftersale_svc.integrations.decoders.results import Decoded, Undecodable, Work

_TOP = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"sidx", b"styp", b"mfra", b"pdin", b"prft"})
_CONTAINERS = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"mvex", b"moof", b"traf", b"mfra"}
)
_KEPT = frozenset(
    {
        *(b"mvhd", b"iods", b"tkhd", b"tref", b"elst", b"mdhd", b"hdlr", b"vmhd", b"smhd", b"dref", b"stsd", b"stts"),
        *(b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stsh", b"padb", b"sdtp", b"sbgp"),
        *(b"sgpd", b"subs", b"saiz", b"saio", b"mehd", b"trex", b"mfhd", b"tfhd", b"tfdt", b"trun", b"tfra", b"mfro"),
    }
)
"""Boxes inside of others that a player needs. All others are emptied: notes of cameras and editors, the place included."""
_NOTES = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip", b"wide"})
"""Boxes beside the movie that are emptied; those that are neither known nor of these are refused."""
_BRANDS = frozenset({b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4A ", b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6"})
_HANDLERS = frozenset({b"vide", b"soun"})
_DEEPEST, _MOST_BOXES, _MOST_ENTRIES = 8, 100_000, 10_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the file: its type, where it begins and ends, and where its content begins."""

    type: bytes
    start: int
    content: int
    end: int


@dataclass(slots=True)
class _Findings:
    """What was found in the boxes."""

    emptied: list[Box] = field(default_factory=list)
    data: list[Box] = field(default_factory=list)
    chunks: list[Box] = field(default_factory=list)
    handlers: list[bytes] = field(default_factory=list)
    has_movie: bool = False
    boxes: int = 0


def decode(work: Work) -> Decoded:
    """Check an MP4 file and write the copy. Raises: Undecodable, struct.error."""
    size = work.path.stat().st_size
    with work.path.open("rb") as file:
        found = _parsed(file, size)
        _check(file, found)
    shutil.copyfile(work.path, work.copy)
    with work.copy.open("r+b") as copy:
        for box in found.emptied:
            _empty(copy, box)
    return Decoded(MediaType.MP4, has_thumbnail=False)


def _parsed(file: BinaryIO, size: int) -> _Findings:
    if file.read(8)[4:] != b"ftyp":
        raise Undecodable(EvidenceRefusal.TYPE_DIFFERS)
    found = _Findings()
    for number, box in enumerate(_boxes(file, 0, size, found)):
        if number == 0:
            _check_brand(file, box)
        elif box.type == b"ftyp" or box.type not in _TOP | _NOTES:
            raise Undecodable(EvidenceRefusal.MALFORMED)
        _visit(file, box, found, depth=0)
    return found


def _visit(file: BinaryIO, box: Box, found: _Findings, depth: int) -> None:
    if box.type == b"mdat" and depth == 0:
        found.data.append(box)
    elif box.type in (b"stco", b"co64"):
        found.chunks.append(box)
    elif box.type == b"hdlr":
        file.seek(box.content + 8)
        found.handlers.append(file.read(4))
    elif box.type in _CONTAINERS:
        found.has_movie |= box.type == b"moov"
        if depth == _DEEPEST:
            raise Undecodable(EvidenceRefusal.MALFORMED)
        for inner in _boxes(file, box.content, box.end, found):
            _visit(file, inner, found, depth + 1)
    elif box.type not in (_KEPT if depth else _TOP):
        found.emptied.append(box)


def _boxes(file: BinaryIO, start: int, end: int, found: _Findings) -> Iterator[Box]:
    """The boxes that fill the range exactly. Raises: Undecodable where they do not."""
    while start < end:
        found.boxes += 1
        file.seek(start)
        header = file.read(min(16, end - start))
        if len(header) < 8 or found.boxes > _MOST_BOXES:
            raise Undecodable(EvidenceRefusal.MALFORMED)
        length, kind = struct.unpack_from(">I4s", header)
        content = start + 8
        if length == 1:
            [length] = struct.unpack_from(">Q", header, 8)
            content = start + 16
        elif length == 0 and kind == b"mdat":
            length = end - start
        box = Box(kind, start, content, start + length)
        if box.end > end or box.content > box.end:
            raise Undecodable(EvidenceRefusal.MALFORMED)
        yield box
        start = box.end


def _check_brand(file: BinaryIO, box: Box) -> None:
    """Raises: Undecodable where the file is none of MP4's; QuickTime, which is like it, is another type."""
    if not 8 <= box.end - box.content <= 1024:
        raise Undecodable(EvidenceRefusal.TYPE_DIFFERS)
    file.seek(box.content)
    brands = file.read(box.end - box.content)
    named = {brands[:4], *(brands[place : place + 4] for place in range(8, len(brands), 4))}
    if not any(each in _BRANDS or each.startswith(b"iso") for each in named) or brands[:4] == b"qt  ":
        raise Undecodable(EvidenceRefusal.TYPE_DIFFERS)


def _check(file: BinaryIO, found: _Findings) -> None:
    """Raises: Undecodable where there is no picture and no sound, a track of anything else, or a chunk outside the data."""
    if not found.has_movie or not found.handlers or not found.data:
        raise Undecodable(EvidenceRefusal.MALFORMED)
    if not _HANDLERS.issuperset(found.handlers):
        raise Undecodable(EvidenceRefusal.METADATA_TRACK)
    for box in found.chunks:
        for offset in _offsets(file, box):
            if not any(data.content <= offset < data.end for data in found.data):
                raise Undecodable(EvidenceRefusal.MALFORMED)


def _offsets(file: BinaryIO, box: Box) -> Iterator[int]:
    """Where the chunks of a track begin."""
    file.seek(box.content)
    _, count = struct.unpack(">II", file.read(8))
    width, code = (8, "Q") if box.type == b"co64" else (4, "I")
    if count > _MOST_ENTRIES or box.content + 8 + count * width != box.end:
        raise Undecodable(EvidenceRefusal.MALFORMED)
    for (offset,) in struct.iter_unpack(f">{code}", file.read(count * width)):
        yield offset


def _empty(copy: BinaryIO, box: Box) -> None:
    """Make the box one of free space, of the same length and filled with zeros, so that nothing moves."""
    copy.seek(box.start + 4)
    copy.write(b"free")
    copy.seek(box.content)
    left = box.end - box.content
    while left > 0:
        left -= copy.write(bytes(min(left, 1 << 20)))
