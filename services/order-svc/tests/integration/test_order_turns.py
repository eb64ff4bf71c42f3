"""The filter `whose_turn` of orders: it agrees with the field in every state, and pages as the other filters do."""

import pytest
from order_svc.domain.tracking import ParcelStatus as S

TURNS = ("buyer", "merchant", "courier", "system")


@pytest.fixture
async def orders(shop):
    """One order of each kind whose turn differs, oldest first."""
    made = [await shop.place(), (await shop.paid())[0]]
    partly, _ = await shop.paid()
    await shop.ship(partly, 2, "73006")
    waiting, _ = await shop.paid()
    await shop.ship(waiting, 2, "73002")
    await shop.scan(S.DELIVERED, "73002")
    lost, _ = await shop.paid()
    await shop.ship(lost, 3, "73003")
    await shop.scan(S.LOST, "73003")
    mixed, _ = await shop.paid()
    await shop.ship(mixed, 2, "73004")
    await shop.ship(mixed, 1, "73005")
    await shop.scan(S.DELIVERED, "73004")
    delivered = await shop.delivered()
    received = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{received['id']}/confirm-receipt")
    cancelled = await shop.place()
    await shop.buyer.post(f"/v1/orders/{cancelled['id']}/cancel")
    return [*made, partly, waiting, lost, mixed, delivered, received, cancelled]


async def test_the_filter_agrees_with_the_field(shop, orders):
    everything = (await shop.buyer.get("/v1/orders")).json()["data"]
    turns = {each["id"]: each["whose_turn"] for each in everything}
    assert [turns[each["id"]] for each in orders] == [
        "buyer",
        "merchant",
        "courier",
        "merchant",
        "buyer",
        "courier",
        "buyer",
        "system",
        None,
    ]
    for turn in TURNS:
        expected = [each["id"] for each in everything if each["whose_turn"] == turn]
        for reader in (shop.buyer, shop.seller, shop.h.client("agent", "agent-1")):
            found = (await reader.get("/v1/orders", params={"whose_turn": turn})).json()["data"]
            assert [each["id"] for each in found] == expected, turn
    shop.problem(await shop.buyer.get("/v1/orders", params={"whose_turn": "nobody"}), 422, "validation_failed")
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.get("/v1/orders", params={"whose_turn": "merchant"})).json()["data"] == []


async def test_the_pages_of_a_turn_are_those_of_its_filter(shop, orders):
    query = {"whose_turn": "merchant", "limit": 1}
    first = (await shop.seller.get("/v1/orders", params=query)).json()
    rest = {**query, "cursor": first["next_cursor"]}
    second = (await shop.seller.get("/v1/orders", params=rest)).json()
    assert [each["id"] for page in (first, second) for each in page["data"]] == [orders[3]["id"], orders[1]["id"]]
    assert second["has_more"] is False
    paid = (await shop.seller.get("/v1/orders", params={"whose_turn": "merchant", "state": "paid"})).json()
    assert [each["id"] for each in paid["data"]] == [orders[1]["id"]]
    shop.problem(await shop.seller.get("/v1/orders", params={**rest, "whose_turn": "buyer"}), 400, "cursor_invalid")
