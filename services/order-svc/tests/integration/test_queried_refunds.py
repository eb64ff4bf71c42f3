"""Refunds of unknown outcome are listed by their age, and their provider is asked at once where somebody wants it."""

from typing import Any

import httpx
import pytest

OPERATORS = [("agent", "agent-1"), ("finance", "finance-1"), ("admin", "ops-1")]


async def unanswered(shop: Any) -> dict[str, Any]:
    """The payment of a refund whose result the provider has not reported; its next query is minutes away."""
    order, payment = await shop.paid("sim_refund_lost_answer")
    await shop.ask_refund(order, 500, refund_id="refund_1")
    await shop.settle()
    shop.network.fail(httpx.ReadTimeout)
    for _ in range(12):
        await shop.h.run_workers("provider-calls")
        shop.h.clock.advance(seconds=300)
    await shop.h.run_workers("provider-calls")
    shop.network.restore()
    return payment


async def state(shop: Any, refund_id: str) -> str:
    return (await shop.buyer.get(f"/v1/refunds/{refund_id}")).json()["state"]


@pytest.mark.parametrize(("role", "subject"), OPERATORS)
async def test_an_operator_has_the_provider_asked_at_once(shop: Any, role: str, subject: str) -> None:
    payment = await unanswered(shop)
    await shop.settle()
    assert await state(shop, "refund_1") == "unknown", "the next query is not due"
    response = await shop.h.client(role, subject).post("/v1/refunds/refund_1/query")
    assert (response.status_code, response.json()["state"]) == (200, "unknown")
    await shop.settle()
    assert await state(shop, "refund_1") == "succeeded"
    assert shop.paid_back(payment) == 500


async def test_a_query_without_an_answer_ends_nothing(shop: Any) -> None:
    payment = await unanswered(shop)
    shop.network.fail(httpx.ReadTimeout)
    finance = shop.h.client("finance", "finance-1")
    await finance.post("/v1/refunds/refund_1/query")
    await shop.settle()
    assert await state(shop, "refund_1") == "unknown"
    shop.network.restore()
    await finance.post("/v1/refunds/refund_1/query")
    await shop.settle()
    assert await state(shop, "refund_1") == "succeeded"
    assert shop.paid_back(payment) == 500


async def test_each_share_of_unknown_outcome_is_queried_by_the_id_of_any(shop: Any) -> None:
    order = await shop.place()
    for amount in (20000, 9500):
        method = {"payment_method": "sim_refund_lost_answer", "amount": {"amount": amount, "currency": "CNY"}}
        await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=method)
        await shop.settle()
    await shop.open_case(await shop.order(order["id"]), 2, case_type="return_refund")
    await shop.ask_refund(await shop.order(order["id"]), 19133, refund_id="refund_1")
    await shop.settle()
    agent = shop.h.client("agent", "agent-1")
    whole = (await agent.get("/v1/refunds/refund_1")).json()
    assert [each["state"] for each in whole["shares"]] == ["unknown", "unknown"]
    listed = (await agent.get("/v1/refunds")).json()["data"]
    assert [(each["id"], each["share_of"]) for each in listed] == [(each["id"], "refund_1") for each in whole["shares"]]
    assert (await agent.post("/v1/refunds/refund_1_2/query")).status_code == 200
    await shop.settle()
    assert await state(shop, "refund_1") == "succeeded"


async def test_only_what_is_with_the_provider_is_queried(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.ask_refund(order, 100, refund_id="refund_1")
    agent = shop.h.client("agent", "agent-1")
    problem = shop.problem(await agent.post("/v1/refunds/refund_1/query"), 409, "illegal_transition")
    assert problem["state"] == "created"
    await shop.settle()
    problem = shop.problem(await agent.post("/v1/refunds/refund_1/query"), 409, "illegal_transition")
    assert problem["state"] == "succeeded"
    shop.problem(await agent.post("/v1/refunds/refund_2/query"), 404, "not_found")
    for barred in (shop.buyer, shop.seller, shop.h.client("arbitrator", "arbitrator-1")):
        shop.problem(await barred.post("/v1/refunds/refund_1/query"), 403, "forbidden")
        shop.problem(await barred.get("/v1/refunds"), 403, "forbidden")


async def test_refunds_of_unknown_outcome_are_listed_by_their_age(shop: Any) -> None:
    orders = [(await shop.paid("sim_refund_lost_answer"))[0] for _ in range(2)]
    await shop.ask_refund(orders[0], 500, refund_id="refund_b")
    await shop.settle()
    shop.network.fail(httpx.ReadTimeout)
    shop.h.clock.advance(seconds=3600)
    await shop.ask_refund(orders[1], 700, refund_id="refund_a")
    await shop.h.run_workers("provider-calls")
    shop.network.restore()
    finance = shop.h.client("finance", "finance-1")
    [older, newer] = (await finance.get("/v1/refunds?state=unknown")).json()["data"]
    assert (older["id"], older["amount"]["amount"], newer["id"]) == ("refund_b", 500, "refund_a")
    assert older["age_seconds"] - newer["age_seconds"] >= 3600
    page = (await finance.get("/v1/refunds?limit=1")).json()
    assert [each["id"] for each in page["data"]] == ["refund_b"]
    rest = (await finance.get("/v1/refunds", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [each["id"] for each in rest["data"]] == ["refund_a"]
    await finance.post("/v1/refunds/refund_b/query")
    await shop.settle()
    assert "refund_b" not in [each["id"] for each in (await finance.get("/v1/refunds")).json()["data"]]
    [ended, *_] = (await finance.get("/v1/refunds?state=succeeded")).json()["data"]
    assert ended["id"] == "refund_b"
    shop.problem(await finance.get("/v1/refunds?state=lost"), 422, "validation_failed")
