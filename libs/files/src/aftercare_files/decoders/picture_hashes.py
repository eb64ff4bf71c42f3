"""Difference hashes of a picture and of its crops. Scaling, compression and small crops change few of their bits."""

from collections.abc import Iterator

from PIL import Image

from aftercare_files.media import PictureHash

_SIDE = 256
"""To which a picture is scaled before its crops are taken: the cost does not depend on its size then."""
_EVEN, _ONE_SIDED = (0.025, 0.05, 0.075, 0.1), (0.05, 0.1)
"""What the crops leave out, in parts of a side: of all four sides, or of one of them."""
_COLUMNS, _ROWS = 9, 8
_VISIBLE = 3
"""From this difference in grey levels, of 256, two fields differ visibly."""
_LEAST_DETAIL, _LEAST_BITS = 16, 6
"""With fewer fields that differ, or with fewer bits set or not set, a picture is empty or one slope: it would be like many others."""


def hashes_of(picture: Image.Image) -> tuple[PictureHash, ...]:
    """The hashes of the picture and of its crops; none of those that have too little detail."""
    grey = picture.convert("RGB").convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    found = (_hash_of(grey, number, box) for number, box in enumerate(_boxes()))
    return tuple(each for each in found if each is not None)


def _boxes() -> Iterator[tuple[float, float, float, float]]:
    """The whole picture first, then its crops: left, upper, right, lower."""
    for cut in (0.0, *_EVEN):
        yield cut * _SIDE, cut * _SIDE, (1 - cut) * _SIDE, (1 - cut) * _SIDE
    for cut in _ONE_SIDED:
        kept, left_out = (1 - cut) * _SIDE, cut * _SIDE
        yield left_out, 0, _SIDE, _SIDE
        yield 0, left_out, _SIDE, _SIDE
        yield 0, 0, kept, _SIDE
        yield 0, 0, _SIDE, kept


def _hash_of(grey: Image.Image, crop: int, box: tuple[float, float, float, float]) -> PictureHash | None:
    """Whether each of 9 x 8 grey fields is darker than its right neighbour."""
    fields = grey.resize((_COLUMNS, _ROWS), Image.Resampling.LANCZOS, box=box).tobytes()
    places = (row * _COLUMNS + column for row in range(_ROWS) for column in range(_COLUMNS - 1))
    differences = [fields[place + 1] - fields[place] for place in places]
    bits = sum((difference > 0) << number for number, difference in enumerate(differences))
    detail = sum(abs(difference) >= _VISIBLE for difference in differences)
    if detail < _LEAST_DETAIL or not _LEAST_BITS <= bits.bit_count() <= 64 - _LEAST_BITS:
        return None
    return PictureHash(crop, bits - (1 << 64) if bits >> 63 else bits, detail)
