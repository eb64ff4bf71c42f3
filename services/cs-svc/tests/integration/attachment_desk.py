"""A desk whose people upload files in a conversation, over the local store or over an S3 server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from cs_desk import ORDER, Desk
from cs_svc import main
from file_samples import sha256
from object_store import BUCKET, CREDENTIALS, ObjectStore

WORKER = "attachment-checks"


def s3_settings(server: ObjectStore) -> dict[str, object]:
    return {
        "attachment_s3_url": server.url,
        "attachment_s3_bucket": BUCKET,
        "attachment_s3_access_key": CREDENTIALS.access_key,
        "attachment_s3_secret_key": CREDENTIALS.secret_key,
    }


class AttachmentDesk:
    """Uploads, names and reads files of one conversation of buyer-1 about their order; `store` is a client without a token."""

    def __init__(self, desk: Desk, store: httpx.AsyncClient, folder: Path) -> None:
        self.desk, self.store, self.folder = desk, store, folder
        self.conversation_id = ""

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.conversation_id}"

    async def opened(self, **about: str) -> str:
        """Another conversation of buyer-1; the id."""
        opened = await self.desk.buyer.post("/v1/conversations", json={"text": "外壳有划痕", **about})
        assert opened.status_code == 201, opened.text
        return str(opened.json()["id"])

    async def announce(
        self, content: bytes, media_type: str = "image/jpeg", *, by: httpx.AsyncClient | None = None, **body: Any
    ) -> httpx.Response:
        given = {"media_type": media_type, "size_bytes": len(content), "sha256": sha256(content), **body}
        return await (by or self.desk.buyer).post(f"{self.path}/attachments", json=given)

    async def post(self, upload: dict[str, Any], content: bytes) -> httpx.Response:
        """Post the form of an upload."""
        return await self.store.post(upload["url"], data=upload["fields"], files={"file": ("photo", content)})

    async def uploaded(
        self, content: bytes, media_type: str = "image/jpeg", *, by: httpx.AsyncClient | None = None, **body: Any
    ) -> dict[str, Any]:
        """A file as it is after its upload and its check."""
        by = by or self.desk.buyer
        announced = await self.announce(content, media_type, by=by, **body)
        assert announced.status_code == 201, announced.text
        posted = await self.post(announced.json()["upload"], content)
        assert posted.status_code == 204, posted.text
        completed = await by.post(f"{self.path}/attachments/{announced.json()['id']}/complete")
        assert completed.status_code == 200, completed.text
        await self.checked()
        return await self.file(announced.json()["id"], by)

    async def checked(self) -> None:
        """Let the worker look at what is due."""
        await self.desk.harness.run_workers(WORKER)

    async def file(self, attachment_id: str, by: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """The file as somebody sees it, by default the buyer."""
        response = await (by or self.desk.buyer).get(f"{self.path}/attachments/{attachment_id}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def listed(self, by: httpx.AsyncClient) -> list[str]:
        """The ids of the files that somebody sees."""
        response = await by.get(f"{self.path}/attachments")
        assert response.status_code == 200, response.text
        return [each["id"] for each in response.json()["data"]]

    async def write(self, *ids: str, by: httpx.AsyncClient | None = None, text: str = "如图") -> httpx.Response:
        """Post a message with these files, by default as the buyer."""
        body = {"text": text, "attachment_ids": list(ids)}
        return await (by or self.desk.buyer).post(f"{self.path}/messages", json=body)

    async def content(self, url: str) -> httpx.Response:
        """What is behind a link."""
        return await self.store.get(url)


@asynccontextmanager
async def attachment_desk(
    postgres_url: str, folder: Path, server: ObjectStore | None = None, **settings: object
) -> AsyncIterator[AttachmentDesk]:
    """The desk with a conversation; without a server, files are kept in the folder."""
    given: dict[str, object] = {"attachment_folder": str(folder), "attachment_public_url": "http://service.test"}
    given |= s3_settings(server) if server else {}
    async with Harness.start(main.service, postgres_url, **{**given, **settings}) as harness:
        # An S3 server compares signatures with its own clock.
        harness.clock.set(datetime.now(UTC))
        desk = Desk(harness)
        await desk.order()
        async with httpx.AsyncClient(timeout=60) as outside:
            made = AttachmentDesk(desk, outside if server else harness.client(), folder)
            made.conversation_id = await made.opened(order_id=ORDER)
            yield made
