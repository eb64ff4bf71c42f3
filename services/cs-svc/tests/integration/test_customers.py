"""What is shown of a buyer to those who serve them."""

from cs_desk import CASE, ORDER, Desk


async def test_an_agent_sees_everything_of_a_buyer(prepared: Desk) -> None:
    conversation, complaint = await prepared.conversation(), await prepared.complaint()
    await prepared.completed()
    shown = (await prepared.agent.get("/v1/customers/buyer-1")).json()
    assert shown["orders"] == [{"id": ORDER, "merchant_id": "m-1", "state": "created"}]
    assert shown["cases"] == [{"id": CASE, "order_id": ORDER, "merchant_id": "m-1", "state": "completed"}]
    assert [each["id"] for each in shown["conversations"]] == [conversation["id"]]
    assert [each["id"] for each in shown["complaints"]] == [complaint["id"]]
    assert shown["ratings"] == []


async def test_a_seller_sees_the_orders_of_its_merchant(prepared: Desk) -> None:
    await prepared.order("ord_2", merchant_id="m-2")
    assert [each["id"] for each in (await prepared.other_seller.get("/v1/customers/buyer-1")).json()["orders"]] == [
        "ord_2"
    ]
    assert len((await prepared.agent.get("/v1/customers/buyer-1")).json()["orders"]) == 2


async def test_a_buyer_sees_only_their_own_page(prepared: Desk) -> None:
    assert (await prepared.buyer.get("/v1/customers/buyer-1")).status_code == 200
    prepared.harness.problem(await prepared.other_buyer.get("/v1/customers/buyer-1"), 404, "not_found")
    prepared.harness.problem(await prepared.agent.get("/v1/customers/buyer-7"), 404, "not_found")
    prepared.harness.problem(await prepared.courier.get("/v1/customers/buyer-1"), 404, "not_found")
