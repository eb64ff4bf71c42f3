"""Payments in the WeChat client (JSAPI): who pays is known to WeChat Pay, and to us only while the provider may have to be called."""

import httpx
import pytest
from aftercare_simulators.payment.methods import Method
from order_svc.commands.payments import call_queue
from provider_worlds import World

OPENID = "o-invented-buyer_1"
pytestmark = pytest.mark.parametrize("world", ["wechat_pay-jsapi"], indirect=True)


@pytest.fixture
def buyer_app(world: World) -> httpx.AsyncClient:
    """The WeChat client of the buyer."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app), base_url="http://wechat")


async def start(shop, world):
    world.behave(Method.UNPAID)
    to_shop = httpx.ASGITransport(app=shop.h.service.app, raise_app_exceptions=False)
    world.provider.callbacks.client = httpx.AsyncClient(transport=to_shop)
    world.now = shop.h.clock.now()
    order = await shop.place()
    response = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=world.request)
    assert response.status_code == 201, response.text
    assert OPENID not in response.text
    assert await payers(shop) == [OPENID]
    await shop.h.run_workers(call_queue.WORKER)
    return order, await shop.payment(response.json()["id"])


async def payers(shop):
    return [row["payer_id"] for row in await shop.h.runtime.pool.fetch("SELECT payer_id FROM provider_calls")]


async def everything_stored(shop):
    """The text of every row of every table."""
    pool = shop.h.runtime.pool
    names = await pool.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    texts = [await pool.fetch(f'SELECT t::text FROM "{name}" t') for (name,) in names]
    return "\n".join(row[0] for rows in texts for row in rows)


async def test_the_buyer_confirms_in_the_wechat_client(world, shop, buyer_app):
    order, payment = await start(shop, world)
    checkout = payment["checkout"]
    asked = checkout["parameters"]
    assert (checkout["kind"], checkout["value"]) == ("jsapi", asked["package"])
    assert set(asked) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert asked["package"].startswith("prepay_id=")
    assert (await buyer_app.post("/v1/cashier", json=asked)).json() == {"err_msg": "get_brand_wcpay_request:ok"}
    await shop.process_callbacks()
    assert (await shop.order(order["id"]))["state"] == "paid"
    shown = await shop.payment(payment["id"])
    assert (shown["state"], shown["checkout"]) == ("succeeded", None)


@pytest.mark.parametrize("name", ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"])
async def test_the_wechat_client_takes_nothing_that_was_changed(world, shop, buyer_app, name):
    order, payment = await start(shop, world)
    asked = payment["checkout"]["parameters"]
    response = await buyer_app.post("/v1/cashier", json={**asked, name: asked[name] + "1"})
    assert (response.status_code, response.json()["code"]) == (400, "SIGN_ERROR")
    assert (await shop.order(order["id"]))["state"] == "created"


async def test_nothing_has_the_openid_once_the_payment_has_ended(world, shop, buyer_app):
    _, payment = await start(shop, world)
    assert (await everything_stored(shop)).count(OPENID) == 1
    await buyer_app.post("/v1/cashier", json=payment["checkout"]["parameters"])
    await shop.process_callbacks()
    assert await payers(shop) == []
    assert OPENID not in await everything_stored(shop)


async def test_nothing_has_the_openid_of_a_payment_that_was_given_up(world, shop):
    order, _ = await start(shop, world)
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    await shop.h.run_workers(call_queue.WORKER)
    assert await payers(shop) == []
    assert OPENID not in await everything_stored(shop)


async def test_the_openid_is_sent_again_where_the_first_request_was_lost(world, shop):
    world.break_with(httpx.ConnectError)
    _, payment = await start(shop, world)
    assert payment["checkout"] is None
    world.break_with(None)
    shop.h.clock.advance(seconds=60)
    await shop.h.run_workers(call_queue.WORKER)
    assert (await shop.payment(payment["id"]))["checkout"]["kind"] == "jsapi"
    [made] = world.provider.ledger.payments()
    assert world.provider.ledger.request_of(made)["payer"] == {"openid": OPENID}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"payment_method": "jsapi"}, "payer_required"),
        ({"payment_method": "native", "payer_id": OPENID}, "payer_not_taken"),
        ({"payment_method": "sim_success", "payer_id": OPENID}, "payer_not_taken"),
        ({"payment_method": "jsapi", "payer_id": "o invented"}, "validation_failed"),
        ({"payment_method": "jsapi", "payer_id": "o" * 129}, "validation_failed"),
        ({"payment_method": "jsapi", "payer_id": ""}, "validation_failed"),
    ],
)
async def test_a_payer_that_is_missing_or_not_needed_is_refused(world, shop, body, code):
    order = await shop.place()
    response = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
    problem = shop.problem(response, 422, code)
    assert problem["errors"][0]["pointer"] == "/payer_id"
    assert (body.get("payer_id") or "null") not in response.text
    assert await shop.h.runtime.pool.fetchval("SELECT count(*) FROM payments") == 0
