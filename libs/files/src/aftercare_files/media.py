"""What a checked file is: its type, why one is refused, and what was found of one that is not. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from types import MappingProxyType


class MediaType(StrEnum):
    """The types of files that are checked and served."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    MP4 = "video/mp4"
    PDF = "application/pdf"


EXTENSIONS: Mapping[MediaType, str] = MappingProxyType(
    {
        MediaType.JPEG: "jpg",
        MediaType.PNG: "png",
        MediaType.WEBP: "webp",
        MediaType.HEIC: "heic",
        MediaType.MP4: "mp4",
        MediaType.PDF: "pdf",
    }
)
"""How the names of downloads end."""
DECODED_BY: Mapping[MediaType, str] = MappingProxyType({MediaType.MP4: "av", MediaType.HEIC: "pillow_heif"})
"""The packages that an image may be without, by the types of files that need them."""


class FileRefusal(StrEnum):
    """Why the check of a file refuses it."""

    SIZE_DIFFERS = "size_differs"
    HASH_DIFFERS = "hash_differs"
    TYPE_DIFFERS = "type_differs"
    TOO_LARGE_DECODED = "too_large_decoded"
    MALFORMED = "malformed"
    CODEC_UNSUPPORTED = "codec_unsupported"
    INFECTED = "infected"
    CHECK_LIMIT = "check_limit"


@dataclass(frozen=True, slots=True)
class PictureHash:
    """A difference hash of 64 bits, as a signed integer. `crop` is the part of the picture, 0 for the whole; `detail` counts
    the bits, 0 to 64, whose two fields differ visibly."""

    crop: int
    value: int
    detail: int


def check_decodable(types: Iterable[MediaType]) -> None:
    """Raises: ValueError where a type is taken that nothing here decodes."""
    missing = [each.value for each, package in DECODED_BY.items() if each in types and find_spec(package) is None]
    if missing:
        raise ValueError(f"nothing that is installed decodes {' and '.join(missing)}")
