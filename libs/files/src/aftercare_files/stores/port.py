"""The port of a store for files."""

import base64
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

PENDING = "pending/"
"""Where uploads arrive: `pending/{id}`. What a crash left there may be deleted after a day."""
ORIGINALS, COPIES = "originals/", "copies/"
"""Accepted files, and what is served of them, under the SHA-256 of their content."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that is to be permitted: one object of this type, size in bytes and SHA-256 (hexadecimal)."""

    key: str
    media_type: str
    size: int
    sha256: str
    expires_at: datetime

    def fields(self) -> dict[str, str]:
        """The form fields with what the object must be."""
        return {
            "key": self.key,
            "Content-Type": self.media_type,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(self.sha256)).decode(),
        }


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a form is posted to, and its fields; the field `file` with the content comes after them."""

    url: str
    fields: Mapping[str, str]


class FileStore(Protocol):
    """Keeps objects under keys. Signing is a local computation; everything else may fail with OSError or httpx.HTTPError."""

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """What it holds open while a process runs."""
        ...

    def upload_form(self, upload: Upload, now: datetime) -> UploadForm:
        """The form by which a client may upload this object, and no other."""
        ...

    def link(self, key: str, *, media_type: str, file_name: str, now: datetime, until: datetime) -> str:
        """An address from which anybody may download the object until then."""
        ...

    async def size(self, key: str) -> int | None:
        """The size of the object in bytes; None where there is none."""
        ...

    async def has(self, key: str) -> bool | None:
        """Whether there is the object; None where only another server knows."""
        ...

    async def download(self, key: str, path: Path) -> None:
        """Write the object to a new file."""
        ...

    async def put(self, key: str, path: Path, media_type: str) -> None:
        """Store the file as the object."""
        ...

    async def delete(self, key: str) -> None:
        """Delete the object; one that is not there is deleted."""
        ...


def link_parameters(media_type: str, file_name: str) -> dict[str, str]:
    """How a download is to be answered. A document is saved and not shown: browsers run what is in it."""
    place = "attachment" if media_type == "application/pdf" else "inline"
    return {
        "response-content-type": media_type,
        "response-content-disposition": f'{place}; filename="{file_name}"',
    }
