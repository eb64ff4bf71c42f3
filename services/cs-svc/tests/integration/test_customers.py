"""What is shown of a buyer to those who serve them."""

from cs_desk import CASE, ORDER, Desk, made


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


async def test_the_latest_twenty_of_each_kind_are_shown_newest_first(prepared: Desk) -> None:
    conversations = [(await prepared.conversation())["id"] for _ in range(22)]
    for number in range(2, 24):
        await prepared.order(f"ord_9{number:02d}")
    shown = (await prepared.agent.get("/v1/customers/buyer-1")).json()
    assert [each["id"] for each in shown["conversations"]] == conversations[:1:-1]
    assert [each["id"] for each in shown["orders"]] == [f"ord_9{number:02d}" for number in range(23, 3, -1)]


async def test_each_reader_sees_what_they_may_do(prepared: Desk) -> None:
    await prepared.conversation()
    await prepared.complaint()
    for reader, may_answer in ((prepared.agent, True), (prepared.buyer, False)):
        shown = (await reader.get("/v1/customers/buyer-1")).json()
        allowed = {each["action"]: each["allowed"] for each in shown["complaints"][0]["allowed_actions"]}
        assert (allowed["answer"], allowed["escalate"]) == (may_answer, False)


async def test_the_id_of_a_buyer_may_contain_a_slash(prepared: Desk) -> None:
    buyer = prepared.harness.client("buyer", "shop/buyer 7")
    made(await buyer.post("/v1/conversations", json={"text": "你好"}))
    shown = await prepared.agent.get("/v1/customers/shop%2Fbuyer%207")
    assert (shown.status_code, shown.json()["id"]) == (200, "shop/buyer 7")
