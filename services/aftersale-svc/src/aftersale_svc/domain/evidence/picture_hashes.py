"""Hashes by which pictures are found that look alike: of the whole picture, and of parts of it that a crop may leave."""

from dataclasses import dataclass

PARTS, _WIDTH = 4, 16
FARTHEST = 2 * PARTS - 1
"""Of more differing bits, two may be in each part, and the lookup by parts misses the hash."""
CHANGES = (0, *(1 << bit for bit in range(_WIDTH)))
"""By what a part of a hash can differ in one bit at most. Of `FARTHEST` differing bits, some part has no more."""
FIELDS_PER_BIT = 7
"""One bit may differ for as many fields with detail: where most of a picture is empty, two others have as few differences."""


@dataclass(frozen=True, slots=True)
class StoredHash:
    """A hash of an accepted file."""

    file_id: str
    crop: int
    value: int
    detail: int


def part(value: int, place: int) -> int:
    """One of the four parts of a hash, 16 bits; the first is the lowest."""
    return value >> place * _WIDTH & 0xFFFF
