"""A shop whose people upload evidence, over the local store or over an S3 server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from aftersale_shop import Shop
from aftersale_svc import main
from file_samples import sha256
from object_store import ObjectStore


class EvidenceDesk:
    """Uploads and reads files of order `ord_1` and its cases; `store` is a client without a token."""

    def __init__(self, shop: Shop, store: httpx.AsyncClient) -> None:
        self.shop, self.store = shop, store

    async def announced(
        self,
        content: bytes,
        media_type: str = "image/jpeg",
        *,
        by: httpx.AsyncClient | None = None,
        kind: str = "photo",
        **about: Any,
    ) -> dict[str, Any]:
        """The file as it is announced, by default by the buyer for the order."""
        body = {"kind": kind, "media_type": media_type, "size": len(content), "sha256": sha256(content)}
        about = about if about.keys() & {"order_id", "case_id"} else {"order_id": "ord_1", **about}
        response = await (by or self.shop.buyer).post("/v1/evidence", json={**body, **about})
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made

    async def post(self, upload: dict[str, Any], content: bytes, **changed: str) -> httpx.Response:
        """Post the form of an upload, perhaps with other fields."""
        fields = {**upload["fields"], **changed}
        return await self.store.post(upload["url"], data=fields, files={"file": ("photo", content)})

    async def uploaded(self, content: bytes, media_type: str = "image/jpeg", **options: Any) -> dict[str, Any]:
        """The file as it is after its upload and its check."""
        by = options.get("by") or self.shop.buyer
        file = await self.announced(content, media_type, **options)
        posted = await self.post(file["upload"], content)
        assert posted.status_code == 204, posted.text
        completed = await by.post(f"/v1/evidence/{file['id']}/complete")
        assert completed.status_code == 200, completed.text
        await self.checked()
        return await self.file(file["id"], by)

    async def checked(self) -> None:
        """Let the worker look at what is due."""
        await self.shop.harness.run_workers("evidence-checks")

    async def file(self, evidence_id: str, by: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """The file as somebody sees it, by default the buyer."""
        response = await (by or self.shop.buyer).get(f"/v1/evidence/{evidence_id}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def content(self, url: str) -> bytes:
        """What is behind a link."""
        response = await self.store.get(url)
        assert response.status_code == 200, response.text
        return response.content


@asynccontextmanager
async def desk(
    postgres_url: str, folder: Path, server: ObjectStore | None = None, **settings: object
) -> AsyncIterator[EvidenceDesk]:
    """The desk of a paid order; without a server, files are kept in the folder."""
    given: dict[str, object] = {"evidence_folder": str(folder), "evidence_public_url": "http://service.test"}
    given |= server.settings() if server else {}
    async with Harness.start(main.service, postgres_url, **{**given, **settings}) as harness:
        # An S3 server compares signatures with its own clock.
        harness.clock.set(datetime.now(UTC))
        shop = Shop(harness)
        await shop.paid()
        async with httpx.AsyncClient(timeout=60) as outside:
            yield EvidenceDesk(shop, outside if server else harness.client())
