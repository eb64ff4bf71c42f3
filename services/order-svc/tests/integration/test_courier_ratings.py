"""How a buyer rated the courier of a parcel, shown with the parcel."""

from typing import Any

from aftercare_events import CourierRated


def rated(shop, parcel: dict[str, Any], score: int, *faults: str) -> CourierRated:
    return CourierRated(
        affected_party="buyer-1",
        applicant="buyer-1",
        handler="buyer-1",
        time=shop.h.clock.now(),
        result="given",
        rating_id="crat_1",
        parcel_id=parcel["id"],
        order_id=parcel["order_id"],
        buyer_id="buyer-1",
        merchant_id="m-1",
        leg="outbound",
        carrier=parcel["carrier"],
        score=score,
        faults=faults,
    )


async def test_merchant_agent_and_buyer_see_the_rating_with_the_parcel(shop) -> None:
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 1)
    path = f"/v1/parcels/{parcel['id']}"
    assert (await shop.seller.get(path)).json().get("courier_rating") is None
    await shop.h.consume(rated(shop, parcel, 1, "late", "a_fault_of_a_newer_build"))
    assert await shop.h.parked() == []
    for client in (shop.seller, shop.h.client("agent", "agent-1"), shop.buyer):
        shown = (await client.get(path)).json()["courier_rating"]
        assert (shown["rating_id"], shown["score"]) == ("crat_1", 1)
        assert shown["faults"] == ["late", "a_fault_of_a_newer_build"]
