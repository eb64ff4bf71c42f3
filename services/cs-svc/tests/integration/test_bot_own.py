"""What the bot shows of the asker's own orders and cases: state, whose turn, deadline and refund; and which one is meant."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCompleted,
    AfterSaleRefundFailed,
    DeadlineExtended,
    RefundRequested,
)
from cs_desk import CASE, ORDER, Desk
from cs_svc.commands.bot_own import named
from hypothesis import given
from hypothesis import strategies as st
from test_bot import ASKED, OTHER

DUE = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
QUESTION = "查一下我的售后进度"
CASES = (
    "我的售后到哪了",
    "查售后进度",
    "售后单现在什么状态",
    "退款单处理了吗",
    "我的售后进度",
    "看看我的售后单",
    "售后处理到哪一步",
    "查一下售后进度",
)


@pytest.fixture
async def asked(desk: Desk) -> Desk:
    """The desk with a model that knows questions about orders and cases."""
    intents: list[dict[str, Any]] = [
        {"name": "case_status", "examples": list(CASES), "action": "case_status"},
        {"name": "order_status", "examples": list(ASKED["order_status"]), "action": "order_status"},
    ]
    await desk.agent.put("/v1/bot/intents", json={"intents": intents, "out_of_scope": list(OTHER)})
    version = (await desk.agent.post("/v1/bot/train", json={"precision": 0.6})).json()["version"]
    await desk.harness.run_workers("bot-training")
    assert (await desk.agent.post(f"/v1/bot/models/{version}/activate")).status_code == 200
    return desk


async def ask(desk: Desk, text: str, who: str = "buyer", **more: Any) -> dict[str, Any]:
    response = await getattr(desk, who).post("/v1/bot/ask", json={"text": text, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def waiting(turn: str, **more: Any) -> dict[str, Any]:
    return {"deadlines": ({"running": True, "turn": turn, "due_at": DUE, **more},)}


async def test_a_case_is_shown_with_its_turn_deadline_and_refund(asked: Desk) -> None:
    await asked.order()
    await asked.case(**waiting("merchant"))
    assert "等待商家处理，截止 2026-05-04 10:00 UTC" in (await ask(asked, QUESTION))["text"]
    later = DUE.replace(day=6)
    await asked.consume(DeadlineExtended, cause="agent", previous_due_at=DUE, deadline_at=later)
    assert "等待商家处理，截止 2026-05-06 10:00 UTC" in (await ask(asked, QUESTION))["text"]
    await asked.consume(AfterSaleApproved, state="refunding", **waiting("system", due_at=None))
    await asked.consume(RefundRequested, state="refunding", cause="approval")
    shown = (await ask(asked, QUESTION))["text"]
    assert "等待系统处理" in shown
    assert "退款 191.33 CNY，" not in shown
    assert "退款 191.33 CNY：已申请，尚未到账" in shown
    await asked.consume(AfterSaleRefundFailed, state="manual_review")
    assert "退款 191.33 CNY：未成功" in (await ask(asked, QUESTION))["text"]
    ended: dict[str, Any] = {"deadlines": ({"running": False, "ended": "met"},)}
    await asked.consume(AfterSaleCompleted, state="completed", **ended)
    shown = (await ask(asked, QUESTION))["text"]
    assert "等待" not in shown
    assert "退款 191.33 CNY：已退回" in shown


async def test_others_are_never_shown(asked: Desk) -> None:
    await asked.order()
    await asked.case(**waiting("merchant"))
    for text in (QUESTION, f"{QUESTION} {CASE}", f"查一下订单状态 {ORDER}"):
        assert CASE not in (await ask(asked, text, "other_buyer"))["text"]
        assert ORDER not in (await ask(asked, text, "other_buyer"))["text"]


async def test_it_asks_which_of_several_orders_is_meant(asked: Desk) -> None:
    for number in (1, 2, 3):
        await asked.order(f"ord_{number}")
    conversation = (await asked.buyer.post("/v1/conversations", json={"text": "?"})).json()["id"]
    which = await ask(asked, "查一下我的订单状态", conversation_id=conversation)
    assert (which["kind"], which["intent"], which["choices"]) == (
        "clarify",
        "order_status",
        ["ord_3", "ord_2", "ord_1"],
    )
    assert "1. ord_3（待付款）" in which["text"]
    chosen = await ask(asked, "第2个", conversation_id=conversation)
    assert (chosen["kind"], chosen["choices"], chosen["intent"]) == ("answer", [], "order_status")
    assert "ord_2" in chosen["text"]
    assert "ord_3" not in chosen["text"]
    named_one = await ask(asked, "查一下我的订单状态 ord_1")
    assert (named_one["kind"], "ord_1" in named_one["text"]) == ("answer", True)
    foreign = await ask(asked, "查一下我的订单状态 ord_1", "other_buyer")
    assert "ord_1" not in foreign["text"]


async def test_a_conversation_about_an_order_is_about_that_one(asked: Desk) -> None:
    await asked.order("ord_1")
    await asked.order("ord_2")
    conversation = (await asked.buyer.post("/v1/conversations", json={"text": "?", "order_id": "ord_1"})).json()["id"]
    shown = await ask(asked, "查一下我的订单状态", conversation_id=conversation)
    assert (shown["kind"], "ord_1" in shown["text"], "ord_2" in shown["text"]) == ("answer", True, False)


async def test_a_merchant_reads_nothing_of_other_merchants(asked: Desk) -> None:
    """The merchant of a conversation reads what the bot writes there."""
    await asked.order("ord_1")
    await asked.order("ord_2", merchant_id="m-2")
    await asked.case("case_2", order_id="ord_2", merchant_id="m-2")
    conversation = (await asked.buyer.post("/v1/conversations", json={"text": "?", "order_id": "ord_1"})).json()["id"]
    switch = await asked.agent.post(f"/v1/conversations/{conversation}/switch-bot", json={"in_charge": True})
    assert switch.status_code == 200
    for text in (QUESTION, "查一下我的订单状态 ord_2", f"{QUESTION} case_2"):
        await asked.buyer.post(f"/v1/conversations/{conversation}/messages", json={"text": text})
        await asked.harness.run_workers("bot-turns")
    messages = (await asked.seller.get(f"/v1/conversations/{conversation}")).json()["messages"]
    written = [each for each in messages if each["author_role"] == "bot"]
    assert len(written) == 3
    assert "ord_1" in str(written)
    assert "_2" not in str(written)


@given(st.text(max_size=40), st.lists(st.sampled_from(["ord_1", "ord_2", "case_1"]), max_size=3))
def test_a_text_names_an_id_of_its_own_or_one_that_was_offered(text: str, offered: list[str]) -> None:
    found = named(text, offered)
    assert found is None or found in text or found in offered
