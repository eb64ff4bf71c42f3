"""What a decoder is asked and what it finds."""

from dataclasses import dataclass
from pathlib import Path

from aftercare_files.media import FileRefusal, MediaType, PictureHash

COPY, THUMBNAIL = "copy", "thumbnail"
"""The names of the files that a decoder writes beside the original."""


class Undecodable(Exception):
    """The file is refused."""

    def __init__(self, cause: FileRefusal) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder found; the copy is in the folder, and the thumbnail where there is one.

    `hashes` are those of a picture and of its crops that have enough detail; the picture is the first one of a video, the first page of a document.
    """

    copy_type: MediaType
    has_thumbnail: bool
    hashes: tuple[PictureHash, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """The file that is decoded as `media_type`, and the folder for what is made of it."""

    path: Path
    media_type: MediaType
    folder: Path
    max_pixels: int

    @property
    def copy(self) -> Path:
        """Where the copy is written."""
        return self.folder / COPY

    @property
    def thumbnail(self) -> Path:
        """Where the thumbnail is written."""
        return self.folder / THUMBNAIL
