"""A refund is read by its id, with all of its shares, by those who may read its order."""

from typing import Any


async def test_a_refund_of_a_case_is_read_by_its_parties(shop: Any) -> None:
    order, payment = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await shop.ask_refund(order, 19133, refund_id="refund_1")
    await shop.settle()
    readers = [shop.buyer, shop.seller, shop.h.client("agent", "agent-1"), shop.h.client("admin", "ops-1")]
    for reader in readers:
        found = (await reader.get("/v1/refunds/refund_1")).json()
        assert (found["id"], found["order_id"], found["state"]) == ("refund_1", order["id"], "succeeded")
        assert found["amount"]["amount"] == found["refunded"]["amount"] == 19133
        assert [(each["id"], each["payment_id"]) for each in found["shares"]] == [("refund_1", payment["id"])]


async def test_a_refund_of_several_payments_has_its_shares_whichever_is_asked_for(shop: Any) -> None:
    order = await shop.place()
    for amount in (20000, 9500):
        body = {"payment_method": "sim_success", "amount": {"amount": amount, "currency": "CNY"}}
        await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
        await shop.settle()
    await shop.open_case(await shop.order(order["id"]), 2, case_type="return_refund")
    await shop.ask_refund(await shop.order(order["id"]), 19133, refund_id="refund_1")
    await shop.settle()
    whole = (await shop.buyer.get("/v1/refunds/refund_1")).json()
    assert (whole["state"], whole["amount"]["amount"]) == ("succeeded", 19133)
    assert [each["amount"]["amount"] for each in whole["shares"]] == [9500, 9633]
    assert len({each["payment_id"] for each in whole["shares"]}) == 2
    assert (await shop.buyer.get("/v1/refunds/refund_1_2")).json() == whole


async def test_nobody_else_reads_a_refund(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.ask_refund(order, 100, refund_id="refund_1")
    others = [shop.h.client("buyer", "buyer-2"), shop.h.client("seller", "seller-2", tenant="m-2")]
    for reader in others:
        shop.problem(await reader.get("/v1/refunds/refund_1"), 404, "not_found")
    shop.problem(await shop.buyer.get("/v1/refunds/refund_2"), 404, "not_found")
