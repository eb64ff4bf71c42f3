"""A tag and a macro of cs-svc, and what agents do with conversations."""

from typing import Any

from aftercare_chassis.testing import Harness
from seeded_service import SeededService, made

TAG = {"name_zh": "等待仓库", "name_en": "Awaits the warehouse"}
MACRO = {"title": "退货进度", "text": "您的订单 {order_id} 已在处理。", "team_id": "general"}
DESK_BODIES: dict[str, dict[str, Any]] = {
    "putTag": TAG,
    "putMacro": MACRO,
    "tagConversation": {"tags": ["warehouse"]},
    "addNote": {"text": "已电话核实", "mentions": ["agent-9"]},
    "transferConversation": {"team_id": "general", "reason": "需要核对"},
    "mergeConversation": {"into_id": "conv_9"},
    "splitConversation": {"from_place": "00000002"},
    "referConversation": {"reason": "请核对发货清单"},
    "holdReply": {"text": "我们给您补偿 9000 元"},
    "declineReply": {"reason": "金额过高"},
    "declineReferral": {"reason": "与发货无关"},
    "snoozeConversation": {"until": "2027-01-01T09:00:00Z"},
}
DESK_IDS = {"tag_id": "warehouse", "author_id": "agent-1", "mentioned_id": "agent-9", "macro_id": "progress"}


async def add_tag(harness: Harness) -> None:
    """Add it, and a macro."""
    assert (await harness.client("admin", "admin-9").put("/v1/macros/progress", json=MACRO)).is_success
    assert (await harness.client("admin", "admin-9").put("/v1/tags/warehouse", json=TAG)).is_success


async def add_referral(service: SeededService) -> None:
    """Offer the conversation to the merchant."""
    path = f"/v1/conversations/{service.ids['conversation_id']}/refer"
    offered = await service.harness.client("agent", "agent-1").post(path, json=DESK_BODIES["referConversation"])
    service.ids["referral_id"] = made(offered)["id"]


async def add_held_reply(service: SeededService) -> None:
    """Let a reply wait for another agent."""
    path = f"/v1/conversations/{service.ids['conversation_id']}/held-replies"
    held = await service.harness.client("agent", "agent-9").post(path, json=DESK_BODIES["holdReply"])
    service.ids["held_reply_id"] = made(held)["id"]
