"""Messages that were left for a case in a conversation with customer service, in the timeline of the case."""

from datetime import timedelta
from typing import Any

from aftercare_events import Envelope, MessagePosted
from aftersale_shop import HASH, Shop


async def posted(shop: Shop, case_id: str | None, **fields: Any) -> Envelope:
    """cs-svc publishes a message of the seller for this case."""
    usual: dict[str, Any] = {
        "affected_party": "buyer-1",
        "applicant": "buyer-1",
        "handler": "seller-1",
        "time": shop.clock.now() - timedelta(seconds=1),
        "result": "open",
        "conversation_id": "conv_1",
        "order_id": "ord_1",
        "case_id": case_id,
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "message_id": "msg_1",
        "author_role": "seller",
        "author_id": "seller-1",
        "text_hash": HASH,
        "evidence": (HASH,),
        "for_case": True,
    }
    envelope = await shop.harness.consume(MessagePosted(**{**usual, **fields}))
    assert await shop.harness.parked() == []
    return envelope


async def timeline(shop: Shop, case_id: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    return steps


async def test_a_message_is_shown_where_it_was_left_by_whom_and_when(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    before = await shop.get(case["id"])
    left_at = shop.clock.now() - timedelta(seconds=1)
    event = await posted(shop, case["id"])
    await shop.harness.deliver(event, event)
    asked, left = await timeline(shop, case["id"])
    assert (asked["action"], asked["message"]) == ("request", None)
    assert left["message"] == {"conversation_id": "conv_1", "message_id": "msg_1", "text_hash": HASH}
    assert (left["action"], left["actor_id"], left["actor_role"]) == ("leave_message", "seller-1", "seller")
    assert (left["at"], left["state"], left["note"], left["evidence"]) == (
        left_at.isoformat().replace("+00:00", "Z"),
        "pending_review",
        None,
        [],
    )
    assert left["text"]["zh_cn"] == "商家在客服会话中作出答复"
    assert await shop.get(case["id"]) == before, "a message changes nothing in the case"
    assert await shop.names(case["id"]) == ["AfterSaleRequested"]
    stream = (
        await shop.seller.get(f"/v1/cases/{case['id']}/timeline/live", headers={"Last-Event-ID": asked["id"]})
    ).text
    assert left["id"] in stream
    assert "leave_message" in stream


async def test_what_is_no_answer_for_a_case_of_these_people_is_left_out(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    await posted(shop, case["id"], for_case=None)
    await posted(shop, None, order_id=None)
    await posted(shop, "case_unknown")
    await posted(shop, case["id"], buyer_id="buyer-2")
    await posted(shop, case["id"], order_id="ord_2")
    assert [step["action"] for step in await timeline(shop, case["id"])] == ["request"]


async def test_a_message_is_shown_in_a_case_that_has_ended(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    await shop.act(shop.buyer, case["id"], "cancel")
    await posted(shop, case["id"], author_role="agent", author_id="agent-1")
    assert [step["action"] for step in await timeline(shop, case["id"])] == ["request", "cancel", "leave_message"]
