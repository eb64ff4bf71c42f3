"""Endpoints at which nothing arrives, though parcels of their partners are under way."""

from courier_pushes import SIGNERS, contents
from shipping_depot import SENDER


async def silent(desk):
    found = (await desk.admin.get("/v1/silent-courier-endpoints")).json()
    assert found["hours"] == 12
    return found["data"]


async def test_an_endpoint_without_a_push_for_hours_is_listed_with_its_parcels(desk):
    endpoint = await desk.endpoint("zto")
    await desk.endpoint("kuaidi100")  # an aggregator that has reported none of them
    await desk.ship(await desk.ordered(), "73000000000001")
    assert await silent(desk) == [], "not long enough"
    desk.harness.clock.advance(hours=13)
    [found] = await silent(desk)
    assert (found["id"], found["partner"], found["parcels"]) == (endpoint["id"], "zto", 1)
    await desk.harness.run_workers("standstill-figures")
    text = desk.harness.runtime.metrics.exposition().decode()
    name = f'aftercare_courier_endpoint_silent_seconds{{endpoint="{endpoint["id"]}",partner="zto"}} '
    [figure] = [line for line in text.splitlines() if line.startswith(name)]
    assert float(figure.removeprefix(name)) >= 13 * 3600


async def test_a_push_ends_the_silence_and_is_shown_with_the_endpoint(desk):
    endpoint = await desk.endpoint("zto")
    await desk.ship(await desk.ordered(), "73000000000001")
    desk.harness.clock.advance(hours=13)
    await desk.zto(endpoint, "GOT", billCode="73000000000001")
    await desk.work()
    assert await silent(desk) == []
    shown = (await desk.admin.get(f"/v1/courier-endpoints/{endpoint['id']}")).json()
    assert shown["last_push_at"] is not None
    desk.harness.clock.advance(hours=13)
    assert [each["since"] for each in await silent(desk)] == [shown["last_push_at"]]
    await desk.harness.run_workers("standstill-figures")
    assert "aftercare_courier_endpoint_silent_seconds{" in desk.harness.runtime.metrics.exposition().decode()
    await desk.zto(endpoint, "ARRIVAL", billCode="73000000000001")
    await desk.work()
    await desk.harness.run_workers("standstill-figures")
    assert "aftercare_courier_endpoint_silent_seconds{" not in desk.harness.runtime.metrics.exposition().decode()


async def test_where_no_parcel_is_under_way_nothing_is_missing(desk):
    endpoint = await desk.endpoint("zto")
    desk.harness.clock.advance(hours=13)
    assert await silent(desk) == []
    await desk.ship(await desk.ordered(), "73000000000001")
    assert await silent(desk) == [], "it was handed over a moment ago"
    desk.harness.clock.advance(hours=13)
    assert len(await silent(desk)) == 1
    await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/revoke", json={"grace_hours": 0})
    assert await silent(desk) == [], "a revoked endpoint gets none"


async def test_an_aggregator_is_silent_about_the_parcels_that_it_has_reported(desk):
    endpoint = await desk.endpoint("kuaidi100")
    for waybill_no in ("73000000000001", "73000000000002"):
        await desk.ship(await desk.ordered(), waybill_no)
    content = contents("73000000000001", desk.harness.clock.now())["kuaidi100"]
    row = content["lastResult"]["data"][0] | {"context": "已揽收", "statusCode": "103"}
    content["lastResult"]["data"] = [row]
    pushed = SIGNERS["kuaidi100"](content, endpoint["secret"])
    await desk.courier.post(endpoint["path"], content=pushed.raw, headers=pushed.headers)
    await desk.work()
    desk.harness.clock.advance(hours=13)
    assert [(each["id"], each["parcels"]) for each in await silent(desk)] == [(endpoint["id"], 1)]


async def test_the_endpoint_of_a_merchant_is_not_among_them(desk):
    body = {"courier": "sf", "account_no": "SHOP1", "secret": "a-secret-of-no-courier", "sender": SENDER}
    assert (await desk.seller.post("/v1/shipping-accounts", json=body)).status_code == 201
    await desk.ship(await desk.ordered(), "SF1000", carrier="sf")
    desk.harness.clock.advance(hours=13)
    assert await silent(desk) == [], "its parcels are polled"


async def test_only_administrators_read_it(desk):
    seller = desk.harness.client("seller", "seller-1", tenant="m-1")
    assert (await seller.get("/v1/silent-courier-endpoints")).status_code == 403
