"""Questions about units of an order: at every stage, about units in other cases too, answered or handed to an agent."""

from typing import Any

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRequested,
    ConsultationAnswered,
    ConsultationContinued,
)
from aftersale_shop import Shop


async def question(shop: Shop, quantity: int = 3, **more: Any) -> dict[str, Any]:
    return await shop.case(quantity, type_="consult", reason="quality_defect", **more)


@pytest.mark.parametrize(
    ("stage", "now"), [("paid", "pre_ship"), ("shipped", "in_transit"), ("delivered", "post_receipt")]
)
async def test_a_question_may_be_asked_at_every_stage(shop: Shop, stage: str, now: str) -> None:
    await getattr(shop, stage)()
    case = await question(shop)
    assert (case["state"], case["stage"], case["whose_turn"]) == ("await_answer", now, "merchant")
    assert (case["requested"]["amount"], case["shipping_refund"]["amount"]) == (0, 0)
    event = await shop.last(AfterSaleRequested)
    assert (event.goods, event.money, event.requested_minor) == ("none", "none", 0)
    assert [(line.quantity, line.amount_minor) for line in event.lines] == [(3, 0)]


async def test_a_question_is_answered_asked_again_and_resolved(shop: Shop) -> None:
    await shop.delivered()
    case = await question(shop)
    answered = await shop.act(shop.seller, case["id"], "answer", text="可以用于电磁炉。", evidence=[])
    assert (answered["state"], answered["whose_turn"], answered["deadline_effect"]) == (
        "answered",
        "buyer",
        "completed_by_timeout",
    )
    assert (await shop.act(shop.buyer, case["id"], "ask-again", text="功率？"))["state"] == "await_answer"
    await shop.act(shop.seller, case["id"], "answer", text="1500W")
    done = await shop.act(shop.buyer, case["id"], "resolve", note="谢谢")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 0)
    assert len(await shop.published(ConsultationAnswered)) == 2
    assert len(await shop.published(ConsultationContinued)) == 1
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, completed.lines) == (0, ())
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [(step["action"], step["note"]) for step in steps][1] == ("answer", "可以用于电磁炉。")


async def test_a_question_takes_no_units_and_is_barred_by_none_that_are_taken(shop: Shop) -> None:
    await shop.delivered()
    first, taking = await question(shop), await shop.case(3)
    await shop.act(shop.buyer, first["id"], "cancel")
    second = await question(shop)
    assert {(await shop.get(each["id"]))["state"] for each in (taking, second)} == {"pending_review", "await_answer"}
    await shop.act(shop.buyer, second["id"], "cancel")
    shop.harness.problem(await shop.ask(4, type_="consult"), 422, "quantity_exceeds_remaining")


async def test_a_question_needs_its_words(shop: Shop) -> None:
    await shop.delivered()
    problem = shop.harness.problem(await shop.ask(1, type_="consult", description=None), 422, "description_missing")
    assert problem["errors"][0]["pointer"] == "/description"


async def test_a_merchant_who_does_not_answer_is_followed_by_an_agent(shop: Shop) -> None:
    await shop.delivered()
    case = await question(shop)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    late = await shop.get(case["id"])
    assert (late["state"], late["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "answer_late"
    assert (await shop.act(shop.agent, case["id"], "answer", text="平台代为答复"))["state"] == "answered"
    shop.clock.advance(hours=72)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_a_complaint_about_a_question_stays_with_customer_service(shop: Shop) -> None:
    await shop.delivered()
    case = await question(shop)
    assert await shop.complaint(case["id"]) is None
    assert (await shop.get(case["id"]))["state"] == "await_answer"


async def test_a_question_ends_with_its_cancelled_order(shop: Shop) -> None:
    await shop.paid()
    case = await question(shop)
    await shop.cancelled()
    assert (await shop.get(case["id"]))["close_cause"] == "order_cancelled"


async def test_only_the_parties_whose_turn_it_is_act(shop: Shop) -> None:
    await shop.delivered()
    case = await question(shop)
    path = f"/v1/cases/{case['id']}"
    assert (await shop.buyer.post(f"{path}/answer", json={"text": "?"})).status_code == 403
    assert (await shop.seller.post(f"{path}/ask-again", json={"text": "?"})).status_code == 403
    shop.harness.problem(await shop.buyer.post(f"{path}/resolve", json={}), 409, "illegal_transition")
