"""A buyer at one glance, for whoever serves them."""

from cs_desk import CASE, ORDER, Desk


async def test_an_agent_sees_all_of_a_buyer(served: Desk) -> None:
    conversation, complaint = await served.conversation(), await served.complaint()
    await served.completed()
    shown = (await served.agent.get("/v1/customers/buyer-1")).json()
    assert shown["orders"] == [{"id": ORDER, "merchant_id": "m-1", "state": "created"}]
    assert shown["cases"] == [{"id": CASE, "order_id": ORDER, "merchant_id": "m-1", "state": "completed"}]
    assert [each["id"] for each in shown["conversations"]] == [conversation["id"]]
    assert [each["id"] for each in shown["complaints"]] == [complaint["id"]]
    assert shown["ratings"] == []


async def test_a_seller_sees_what_is_its_merchants(served: Desk) -> None:
    await served.order("ord_2", merchant_id="m-2")
    assert [each["id"] for each in (await served.rival.get("/v1/customers/buyer-1")).json()["orders"]] == ["ord_2"]
    assert len((await served.agent.get("/v1/customers/buyer-1")).json()["orders"]) == 2


async def test_a_buyer_sees_only_themselves(served: Desk) -> None:
    assert (await served.buyer.get("/v1/customers/buyer-1")).status_code == 200
    served.harness.problem(await served.stranger.get("/v1/customers/buyer-1"), 404, "not_found")
    served.harness.problem(await served.agent.get("/v1/customers/buyer-7"), 404, "not_found")
    served.harness.problem(await served.courier.get("/v1/customers/buyer-1"), 404, "not_found")
