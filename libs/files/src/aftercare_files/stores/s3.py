"""An S3-compatible store: presigned requests over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from aftercare_files.stores.port import Upload, UploadForm, link_parameters
from aftercare_files.stores.signatures import Credentials, post_fields, presigned

_LIFETIME = timedelta(minutes=5)  # of the presigned requests that this service makes itself
_CHUNK = 1 << 20


class S3Store:
    """A bucket, addressed by its path. `public_url` is the store's address for people's browsers, `url` that for this service."""

    def __init__(
        self, client: httpx.AsyncClient, credentials: Credentials, *, url: str, public_url: str, bucket: str
    ) -> None:
        self._client, self._credentials, self._bucket = client, credentials, bucket
        self._own, self._public = f"{url.rstrip('/')}/{bucket}", f"{public_url.rstrip('/')}/{bucket}"

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """The HTTP client."""
        return [self._client]

    def upload_form(self, upload: Upload, now: datetime) -> UploadForm:
        """See the port."""
        fields = post_fields(
            self._credentials,
            bucket=self._bucket,
            fields=upload.fields(),
            size=upload.size,
            now=now,
            expires_at=upload.expires_at,
        )
        return UploadForm(self._public, fields)

    def link(self, key: str, *, media_type: str, file_name: str, now: datetime, until: datetime) -> str:
        """See the port."""
        return presigned(
            self._credentials,
            "GET",
            f"{self._public}/{key}",
            now=now,
            lifetime=until - now,
            query=link_parameters(media_type, file_name),
        )

    async def size(self, key: str) -> int | None:
        """See the port."""
        response = await self._client.head(self._signed("HEAD", key))
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        return int(response.raise_for_status().headers["content-length"])

    async def has(self, key: str) -> bool | None:
        """See the port. The processes that serve requests reach no store."""
        return None

    async def download(self, key: str, path: Path) -> None:
        """See the port."""
        async with self._client.stream("GET", self._signed("GET", key)) as response:
            response.raise_for_status()
            with path.open("xb") as file:
                async for chunk in response.aiter_raw(_CHUNK):
                    await asyncio.to_thread(file.write, chunk)

    async def put(self, key: str, path: Path, media_type: str) -> None:
        """See the port."""
        size = (await asyncio.to_thread(path.stat)).st_size
        headers = {"content-length": str(size), "content-type": media_type}
        response = await self._client.put(self._signed("PUT", key), content=_chunks(path), headers=headers)
        response.raise_for_status()

    async def delete(self, key: str) -> None:
        """See the port."""
        response = await self._client.delete(self._signed("DELETE", key))
        if response.status_code != httpx.codes.NOT_FOUND:
            response.raise_for_status()

    def _signed(self, method: str, key: str) -> str:
        # By the system's clock: the store compares it with its own.
        return presigned(self._credentials, method, f"{self._own}/{key}", now=datetime.now(UTC), lifetime=_LIFETIME)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
