"""The check of one uploaded file: its size, its hash, viruses, and whether it decodes as the type that was named."""

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from aftercare_files.decoders.results import Undecodable, Work
from aftercare_files.decoders.sandbox import Sandbox
from aftercare_files.media import FileRefusal, MediaType, PictureHash
from aftercare_files.stores.port import COPIES, ORIGINALS, FileStore
from aftercare_files.virus_scan import VirusScanner

SMALL = "_small"
"""Added to the name of a copy: its thumbnail."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What an uploaded file has to be; `sha256` are 64 hexadecimal digits, `size` is in bytes."""

    media_type: MediaType
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that passed. The hashes name objects in the store: the copy that is served, and its thumbnail. `hashes` are those of its picture."""

    copy_type: MediaType
    copy_sha256: str
    thumbnail_sha256: str | None
    hashes: tuple[PictureHash, ...]
    scanned: bool


@dataclass(frozen=True, slots=True)
class Examiner:
    """Examines files with a store, a sandbox for the decoders and perhaps a virus scanner."""

    store: FileStore
    scanner: VirusScanner | None
    sandbox: Sandbox
    max_pixels: int

    async def examine(
        self, key: str, size: int, announced: Announced, kept_as: str | None = None
    ) -> Examined | FileRefusal:
        """Examine the object of this size and store what is kept of it; the cause where it is refused.

        What is kept is named by its hashes, so that the same file is kept once; by `kept_as` where it is to be deleted with its row.
        Only what was downloaded here is checked and stored: what is uploaded meanwhile has no effect.

        Raises: DecoderFailed; what the store and the scanner raise where they do not answer.
        """
        if size != announced.size:
            return FileRefusal.SIZE_DIFFERS
        with tempfile.TemporaryDirectory(prefix="examined-") as folder:
            path = Path(folder, "original")
            await self.store.download(key, path)
            if await asyncio.to_thread(_sha256, path) != announced.sha256:
                return FileRefusal.HASH_DIFFERS
            if self.scanner is not None and await self.scanner.is_infected(path):
                return FileRefusal.INFECTED
            try:
                return await self._decoded(path, announced, kept_as)
            except Undecodable as error:
                return error.cause

    async def _decoded(self, path: Path, announced: Announced, kept_as: str | None) -> Examined:
        """Raises: Undecodable."""
        work = Work(path, announced.media_type, path.parent, self.max_pixels)
        found = await self.sandbox.decode(work)
        await self.store.put(ORIGINALS + (kept_as or announced.sha256), path, announced.media_type)
        copy = await self._stored(work.copy, found.copy_type, kept_as)
        small = None if kept_as is None else kept_as + SMALL
        thumbnail = await self._stored(work.thumbnail, MediaType.JPEG, small) if found.has_thumbnail else None
        return Examined(found.copy_type, copy, thumbnail, found.hashes, scanned=self.scanner is not None)

    async def _stored(self, path: Path, media_type: str, name: str | None) -> str:
        """Store a file that is served, under this name or its SHA-256, which is returned."""
        sha256 = await asyncio.to_thread(_sha256, path)
        await self.store.put(COPIES + (name or sha256), path, media_type)
        return sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
