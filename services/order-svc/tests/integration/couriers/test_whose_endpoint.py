"""An endpoint of a merchant's account: it reports on that merchant's parcels alone, and proves only what its courier signs."""

from typing import Any

from courier_pushes import EXAMPLES, carrier_of, contents
from order_svc.commands.parcels import courier_endpoints
from order_svc.integrations.couriers.registry import COURIERS


async def endpoint_of(desk, partner: str, merchant_id: str) -> dict[str, Any]:
    async with desk.harness.runtime.transaction() as tx:
        made = await courier_endpoints.open_endpoint(
            tx, partner=partner, secret=COURIERS[partner].new_secret(), merchant_id=merchant_id
        )
    query = COURIERS[partner].address_query(made.secret)
    path = f"/v1/courier-webhooks/{partner}/{made.id}{query}"
    return {"id": made.id, "partner": partner, "secret": made.secret, "path": path}


async def test_nobody_reports_on_another_merchants_parcel(desk):
    for number, (partner, example) in enumerate(EXAMPLES.items()):
        waybill = f"7300{number:04}"
        parcel = await desk.ship(await desk.ordered(), waybill, carrier=carrier_of(partner), reference=waybill)
        content = contents(waybill, desk.harness.clock.now())[partner]
        foreign = await endpoint_of(desk, partner, "m-2")
        assert (await desk.push(foreign, content)).status_code == 200
        await desk.work()
        assert (await desk.parcel(parcel))["events"] == [], partner
        [push] = await desk.pushes(endpoint_id=foreign["id"])
        assert (push["state"], push["why"]) == ("waiting", f"unknown waybill of m-2: {waybill}")
        own = await endpoint_of(desk, partner, "m-1")
        await desk.push(own, content)
        await desk.work()
        moved = (await desk.parcel(parcel))["status"]
        assert moved == (example.status if COURIERS[partner].signs and example.status != "unknown" else "pending"), (
            partner
        )
        assert (await desk.pushes(endpoint_id=own["id"]))[0]["state"] == "applied"


async def test_what_a_merchants_endpoint_does_not_report_on_is_unmatched_in_the_end(desk, order):
    await desk.ship(order)
    foreign = await endpoint_of(desk, "zto", "m-2")
    await desk.zto(foreign, "SIGNED")
    await desk.work()
    desk.harness.clock.advance(hours=73)
    await desk.work()
    [push] = await desk.pushes(endpoint_id=foreign["id"])
    assert (push["state"], push["why"]) == ("unmatched", "unknown waybill of m-2: 73000000000001")


async def test_scans_of_one_merchants_endpoint_do_not_reach_a_later_parcel_of_another(desk, order):
    other = desk.harness.client("seller", "seller-2", tenant="m-2")
    first = await desk.ship(await desk.ordered(seller=other), seller=other)
    endpoint = await endpoint_of(desk, "zto", "m-2")
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert (await desk.parcel(first))["status"] == "delivered"
    assert (await desk.parcel(await desk.ship(order)))["events"] == []
