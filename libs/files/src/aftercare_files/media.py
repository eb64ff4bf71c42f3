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


_FTYP_HEIC = (b"heic", b"heix", b"mif1", b"msf1")
_BEGINNINGS = ((b"\xff\xd8\xff", MediaType.JPEG), (b"\x89PNG\r\n\x1a\n", MediaType.PNG), (b"%PDF-", MediaType.PDF))


def media_type_of(content: bytes) -> MediaType | None:
    """Of which type the content seems to be by its first bytes; None where it is of none of them. Only its decoder knows."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return MediaType.WEBP
    if content[4:8] == b"ftyp":
        return MediaType.HEIC if content[8:12] in _FTYP_HEIC else MediaType.MP4
    return None


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
