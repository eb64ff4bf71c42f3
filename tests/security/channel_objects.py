"""An address of buyer-1 on a channel, and a message to it."""

from typing import Any

import httpx
from seeded_service import SeededService, made

ATTACHMENT: dict[str, Any] = {"media_type": "image/jpeg", "size_bytes": 1000, "sha256": "sha256:" + "0" * 64}
CHANNEL_BODIES: dict[str, dict[str, Any]] = {
    "announceAttachment": ATTACHMENT,
    "addIdentity": {"channel": "email", "address": "li.wei@example.com"},
    "linkIdentity": {"buyer_id": "buyer-1", "reason": "核对了订单号"},
    "unlinkIdentity": {"reason": "误关联"},
    "writeToIdentity": {"text": "您好"},
    "askForLinkCode": {"channel": "email", "address": "buyer-1@example.com"},
    "confirmLinkCode": {"code": "000000"},
    "disposeCall": {"outcome": "resolved"},
}


async def add_identity(service: SeededService, agent: httpx.AsyncClient) -> None:
    """Add them, with their ids."""
    body = CHANNEL_BODIES["addIdentity"] | {"address": "buyer-1@example.com"}
    identity = made(await agent.post("/v1/identities", json=body))["id"]
    await agent.post(f"/v1/identities/{identity}/link", json=CHANNEL_BODIES["linkIdentity"])
    written = made(await agent.post(f"/v1/identities/{identity}/conversations", json=CHANNEL_BODIES["writeToIdentity"]))
    [delivery] = (await agent.get(f"/v1/conversations/{written['id']}/deliveries")).json()["data"]
    service.ids |= {"identity_id": identity, "delivery_id": delivery["id"]}


async def add_file(service: SeededService, buyer: httpx.AsyncClient) -> None:
    """Add a file of the buyer that was announced for the conversation."""
    path = f"/v1/conversations/{service.ids['conversation_id']}/attachments"
    service.ids["attachment_id"] = made(await buyer.post(path, json=ATTACHMENT))["id"]


async def add_call(service: SeededService) -> None:
    """Add a call of buyer-1 that was missed."""
    add = """
        INSERT INTO calls (id, version, state, direction, external_id, identity_id, buyer_id, started_at, created_at, updated_at)
        SELECT 'call_1', 1, 'missed', 'inbound', 'c-1', id, 'buyer-1', now(), now(), now() FROM identities WHERE id = $1
    """
    await service.harness.runtime.pool.execute(add, service.ids["identity_id"])
    service.ids["call_id"] = "call_1"


async def add_inbox(service: SeededService) -> None:
    """Add a code of buyer-1 that was sent, and a push that cannot be read."""
    pool = service.harness.runtime.pool
    await pool.execute("""
        INSERT INTO link_codes (id, buyer_id, channel, address, state, code_hash, attempts_left, expires_at, created_at)
        VALUES ('lc_1', 'buyer-1', 'email', 'new@example.com', 'sent', 'none', 5, '2099-01-01', now())
    """)
    await pool.execute("""
        INSERT INTO channel_inbox (id, channel, push_id, state, why, attempts, received_at, finished_at, raw)
        VALUES ('in_1', 'sms', '1', 'unreadable', 'sms_malformed', 1, now(), now(), '')
    """)
    service.ids |= {"code_id": "lc_1", "inbound_id": "in_1"}
