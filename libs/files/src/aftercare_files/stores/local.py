"""A folder of this machine behind the contract of an S3-compatible store. Its routes are in `store_routes.py`."""

import asyncio
import base64
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from aftercare_files.stores.form_data import UploadedForm
from aftercare_files.stores.policies import StoreRefusal, permitted_sizes
from aftercare_files.stores.port import Upload, UploadForm, link_parameters
from aftercare_files.stores.signatures import Credentials, is_presigned, post_fields, presigned

_KEY = re.compile(r"(pending|originals|copies)/[A-Za-z0-9_]{1,100}")


class LocalStore:
    """Files below a folder; `url` is the address of the routes that receive and serve them, and `bucket` the last part of their path."""

    def __init__(self, folder: Path, credentials: Credentials, url: str, bucket: str) -> None:
        self._folder, self._credentials, self.bucket = folder, credentials, bucket
        self._url = f"{url.rstrip('/')}/{bucket}"

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """Nothing is held open."""
        return []

    def upload_form(self, upload: Upload, now: datetime) -> UploadForm:
        """See the port."""
        fields = post_fields(
            self._credentials,
            bucket=self.bucket,
            fields=upload.fields(),
            size=upload.size,
            now=now,
            expires_at=upload.expires_at,
        )
        return UploadForm(self._url, fields)

    def link(self, key: str, *, media_type: str, file_name: str, now: datetime, until: datetime) -> str:
        """See the port."""
        query = link_parameters(media_type, file_name)
        return presigned(self._credentials, "GET", f"{self._url}/{key}", now=now, lifetime=until - now, query=query)

    async def size(self, key: str) -> int | None:
        """See the port."""
        with suppress(FileNotFoundError):
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        return None

    async def has(self, key: str) -> bool | None:
        """See the port."""
        return await self.size(key) is not None

    async def download(self, key: str, path: Path) -> None:
        """See the port."""
        await asyncio.to_thread(shutil.copyfile, self._path(key), path)

    async def put(self, key: str, path: Path, media_type: str) -> None:
        """See the port. The type is not stored: links name it."""
        await asyncio.to_thread(self._put, key, path)

    async def delete(self, key: str) -> None:
        """See the port."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def receive(self, form: UploadedForm, now: datetime) -> None:
        """Store what is uploaded by a form of this store. Raises: StoreRefusal, FormMalformed; nothing is stored then."""
        least, most = permitted_sizes(self._credentials, self.bucket, form.fields, now)
        path = self._path(form.fields["key"])
        arriving = self._arriving()
        try:
            with await asyncio.to_thread(arriving.open, "xb") as file:
                size, found = await _written(file, form.content(), most)
            if size < least:
                raise StoreRefusal(400, "EntityTooSmall", "The file is smaller than the policy permits.")
            if base64.b64encode(found.digest()).decode() != form.fields["x-amz-checksum-sha256"]:
                raise StoreRefusal(400, "BadDigest", "The SHA-256 of the file is another one.")
            await asyncio.to_thread(_move, arriving, path)
        finally:
            arriving.unlink(missing_ok=True)

    def served(self, key: str, parameters: Mapping[str, str], now: datetime) -> Path:
        """The file behind a link. Raises: StoreRefusal where the link is not ours or has expired, or there is no file."""
        if not is_presigned(self._credentials, "GET", f"{self._url}/{key}", parameters, now):
            raise StoreRefusal(403, "AccessDenied", "The link is not valid, or not any more.")
        path = self._path(key)
        if not path.is_file():
            raise StoreRefusal(404, "NoSuchKey", "There is no such file.")
        return path

    def _put(self, key: str, path: Path) -> None:
        arriving = self._arriving()
        shutil.copyfile(path, arriving)
        _move(arriving, self._path(key))

    def _arriving(self) -> Path:
        folder = self._folder / "arriving"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / uuid4().hex

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise StoreRefusal(404, "NoSuchKey", "There is no such file.")
        return self._folder / key


async def _written(file: BinaryIO, content: AsyncIterator[bytes], most: int) -> "tuple[int, hashlib._Hash]":
    """Write the content; its size in bytes and hash. Raises: StoreRefusal where there are more than `most` bytes."""
    size, found = 0, hashlib.sha256()
    async for piece in content:
        size += len(piece)
        if size > most:
            raise StoreRefusal(400, "EntityTooLarge", "The file is larger than the policy permits.")
        found.update(piece)
        await asyncio.to_thread(file.write, piece)
    return size, found


def _move(arrived: Path, path: Path) -> None:
    """Put a complete file into its place, durably: it is there whole or not at all."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with arrived.open("rb") as file:
        os.fsync(file.fileno())
    arrived.replace(path)
