"""Placing, reading, cancelling and readdressing orders, and what is refused."""

import asyncio
import copy

import pytest
from aftercare_events import OrderAddressChanged, OrderCancelled, OrderCreated, RefundSucceeded
from order_svc.commands import deadlines
from order_svc.tables.orders import ORDERS


def actions(order):
    return {each["action"]: each.get("why_not", True) for each in order["allowed_actions"]}


async def test_lines_discounts_and_fee_add_up(shop, kettles):
    lines = [
        kettles()["lines"][0],
        {**kettles()["lines"][0], "quantity": 1, "discount": {"amount": 9900, "currency": "CNY"}},
    ]
    order = await shop.place(lines=lines)
    assert [line["paid"]["amount"] for line in order["lines"]] == [28700, 0]
    assert order["total"]["amount"] == 29500
    (created,) = await shop.events(OrderCreated)
    assert (created.total_minor, created.affected_party, created.applicant, created.handler) == (
        29500,
        "buyer-1",
        "m-1",
        "seller-1",
    )
    assert created.deadline_at is not None
    assert created.lines[0].paid_minor == 28700


def changed(body, path, value):
    body = copy.deepcopy(body)
    node = body
    for part in path[:-1]:
        node = node[part]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return body


LINE = ("lines", 0)
BAD = [
    ((*LINE, "discount", "amount"), 29701, "discount_exceeds_line", "/lines/0/discount"),
    ((*LINE, "unit_price", "currency"), "USD", "currency_mismatch", "/lines/0/unit_price/currency"),
    (("shipping_fee", "currency"), "USD", "currency_mismatch", "/shipping_fee/currency"),
    (("shipping_fee", "currency"), "ZZZ", "validation_failed", "/shipping_fee/currency"),
    ((*LINE, "unit_price", "amount"), -1, "validation_failed", "/lines/0/unit_price/amount"),
    ((*LINE, "unit_price", "amount"), 99.5, "validation_failed", "/lines/0/unit_price/amount"),
    ((*LINE, "unit_price", "amount"), "9900", "validation_failed", "/lines/0/unit_price/amount"),
    ((*LINE, "unit_price", "amount"), 10**30, "validation_failed", "/lines/0/unit_price/amount"),
    ((*LINE, "quantity"), 0, "validation_failed", "/lines/0/quantity"),
    ((*LINE, "quantity"), True, "validation_failed", "/lines/0/quantity"),
    ((*LINE, "quantity"), 10**12, "validation_failed", "/lines/0/quantity"),
    ((*LINE, "sku"), "", "validation_failed", "/lines/0/sku"),
    ((*LINE, "title"), "a\x00b", "validation_failed", "/lines/0/title"),
    ((*LINE, "colour"), "red", "validation_failed", "/lines/0/colour"),
    (("lines",), [], "validation_failed", "/lines"),
    (("buyer_id",), None, "validation_failed", "/buyer_id"),
    (("currency",), "cny", "validation_failed", "/currency"),
    (("shipping_address", "phone"), "call me", "validation_failed", "/shipping_address/phone"),
    (("shipping_address", "street"), None, "validation_failed", "/shipping_address/street"),
    (("total",), {"amount": 1, "currency": "CNY"}, "validation_failed", "/total"),
]


async def test_orders_that_are_refused(shop, kettles):
    for path, value, code, pointer in BAD:
        problem = shop.problem(await shop.seller.post("/v1/orders", json=changed(kettles(), path, value)), 422, code)
        assert pointer in [each["pointer"] for each in problem["errors"]]
    assert (await shop.seller.get("/v1/orders")).json()["data"] == []
    assert await shop.h.published() == []


async def test_a_total_beyond_every_limit_is_refused(shop, kettles):
    dear = {"sku": "X", "title": "X", "quantity": 10_000, "unit_price": {"amount": 10**13, "currency": "CNY"}}
    response = await shop.seller.post("/v1/orders", json=kettles(lines=[dear] * 100))
    problem = shop.problem(response, 422, "amount_too_large")
    assert [each["pointer"] for each in problem["errors"]] == ["/lines/0"]


async def test_bodies_that_are_no_json_or_hold_lone_surrogates(shop):
    headers = {"content-type": "application/json"}
    shop.problem(await shop.seller.post("/v1/orders", content=b"{", headers=headers), 400, "malformed_json")
    response = await shop.seller.post("/v1/orders", content=b'{"buyer_id": "\\ud800"}', headers=headers)
    assert response.status_code in (400, 422)
    assert await shop.h.published() == []


async def test_refusals_are_in_the_language_of_the_request(shop, kettles):
    body = changed(kettles(), (*LINE, "discount", "amount"), 29701)
    zh = await shop.seller.post("/v1/orders", json=body)
    en = await shop.seller.post("/v1/orders", json=body, headers={"accept-language": "en"})
    assert "优惠金额" in zh.json()["detail"]
    assert "discount" in en.json()["detail"]


async def test_only_sellers_place_orders(shop, kettles):
    for role in ("buyer", "agent", "admin", "courier"):
        shop.problem(await shop.h.client(role, "x").post("/v1/orders", json=kettles()), 403, "forbidden")
    assert (await shop.h.client().post("/v1/orders", json=kettles())).status_code == 401


async def test_twenty_requests_with_one_key_make_one_order(shop, kettles):
    headers = {"Idempotency-Key": "one"}
    tries = [shop.seller.post("/v1/orders", json=kettles(), headers=headers) for _ in range(20)]
    answers = await asyncio.gather(*tries)
    made = [each.json()["id"] for each in answers if each.status_code == 201]
    assert len(set(made)) == 1
    assert all(each.status_code in (201, 409) for each in answers)
    assert len(await shop.events(OrderCreated)) == 1
    other = await shop.seller.post("/v1/orders", json=kettles(quantity=1), headers=headers)
    assert other.status_code == 422
    bare = shop.h.client("seller", "seller-1", tenant="m-1")
    bare.headers["Idempotency-Key"] = ""
    assert (await bare.post("/v1/orders", json=kettles())).status_code == 400


async def test_foreign_orders_do_not_exist(shop):
    order = await shop.place()
    others = [
        shop.h.client("buyer", "buyer-2"),
        shop.h.client("seller", "seller-2", tenant="m-2"),
        shop.h.client("courier", "c"),
        shop.h.client("supplier", "s"),
    ]
    for other in others:
        shop.problem(await other.get(f"/v1/orders/{order['id']}"), 404, "not_found")
        shop.problem(await other.post(f"/v1/orders/{order['id']}/cancel"), 404, "not_found")
        assert (await other.get("/v1/orders")).json()["data"] == []
    for role in ("agent", "arbitrator", "admin"):
        assert (await shop.h.client(role, "x").get(f"/v1/orders/{order['id']}")).status_code == 200


async def test_lists_filter_and_page(shop, kettles):
    mine = [await shop.place() for _ in range(3)]
    await shop.place(buyer_id="buyer-2")
    first = (await shop.seller.get("/v1/orders", params={"buyer_id": "buyer-1", "limit": 2})).json()
    assert [each["id"] for each in first["data"]] == [mine[2]["id"], mine[1]["id"]]
    assert first["data"][0]["lines"][0]["sku"] == "KETTLE-1"
    assert "shipping_address" not in first["data"][0]
    more = {"buyer_id": "buyer-1", "limit": 2, "cursor": first["next_cursor"]}
    second = (await shop.seller.get("/v1/orders", params=more)).json()
    assert ([each["id"] for each in second["data"]], second["has_more"]) == ([mine[0]["id"]], False)
    assert (await shop.buyer.get("/v1/orders", params={"state": "paid"})).json()["data"] == []
    assert len((await shop.buyer.get("/v1/orders", params={"state": "created"})).json()["data"]) == 3
    tampered = {**more, "cursor": first["next_cursor"][:-2] + "xx"}
    assert (await shop.seller.get("/v1/orders", params=tampered)).status_code == 400
    assert (await shop.seller.get("/v1/orders", params={**more, "buyer_id": "buyer-2"})).status_code == 400


async def test_allowed_actions_name_the_reason_of_each_refusal(shop):
    created = await shop.place()
    assert actions(created)["pay"] == "buyer_only"
    assert actions(created)["cancel"] is True
    assert actions(created)["ship"] == "not_in_this_state"
    assert actions(await shop.order(created["id"]))["pay"] is True
    paid, _ = await shop.paid()
    assert actions(paid)["ship"] == "merchant_only"
    assert (paid["whose_turn"], paid["deadline_effect"]) == ("merchant", "shipment_overdue")
    await shop.ship(paid, 1)
    partly = await shop.order(paid["id"])
    assert actions(partly)["confirm_receipt"] == "not_fully_shipped"
    await shop.ship(paid, 2, "73002")
    whole = (await shop.seller.get(f"/v1/orders/{paid['id']}")).json()
    assert actions(whole)["ship"] == "nothing_left_to_ship"


async def test_stale_and_illegal_changes_are_refused(shop):
    order, _ = await shop.paid()
    path = f"/v1/orders/{order['id']}"
    assert (await shop.buyer.get(path)).headers["etag"] == f'"v{order["version"]}"'
    shop.problem(await shop.buyer.post(f"{path}/cancel", headers={"If-Match": '"v1"'}), 412, "stale_version")
    problem = shop.problem(await shop.buyer.post(f"{path}/confirm-receipt"), 409, "illegal_transition")
    assert set(problem["allowed"]) == {"cancel", "cancel_lines", "change_address"}
    fresh = {"If-Match": f'"v{order["version"]}"'}
    assert (await shop.buyer.post(f"{path}/cancel", headers=fresh)).status_code == 200


async def test_an_unpaid_order_is_cancelled_by_its_timer_and_not_before(shop):
    order = await shop.place()
    shop.h.clock.advance(hours=0.4)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "created"
    shop.h.clock.advance(hours=0.2)
    await shop.h.run_due()
    await shop.h.run_due()
    order = await shop.order(order["id"])
    assert (order["state"], order["cancel_cause"], order.get("deadline_at")) == ("cancelled", "payment_timeout", None)
    (cancelled,) = await shop.events(OrderCancelled)
    assert (cancelled.cause, cancelled.handler) == ("payment_timeout", "system")
    body = {"payment_method": "sim_success"}
    refused = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
    shop.problem(refused, 409, "illegal_transition")


async def test_a_timer_acts_only_on_an_order_that_is_due(shop):
    young, (paid, _) = await shop.place(), await shop.paid()
    for order in (young, paid):
        async with shop.h.runtime.transaction() as tx:
            await deadlines.order_timer.act(tx, await tx.lock(ORDERS, order["id"]))
        assert (await shop.order(order["id"]))["state"] == order["state"]
    assert await shop.events(OrderCancelled) == []


@pytest.mark.parametrize("who", ["buyer", "seller"])
async def test_a_paid_order_is_cancelled_with_a_full_refund(shop, who):
    order, payment = await shop.paid()
    cancelled = (await getattr(shop, who).post(f"/v1/orders/{order['id']}/cancel")).json()
    assert (cancelled["state"], cancelled["cancel_cause"]) == ("cancelled", who)
    await shop.settle()
    payment = await shop.payment(payment["id"])
    assert payment["refunded"] == payment["amount"]
    assert [(each["id"][:4], each["state"]) for each in payment["refunds"]] == [("ref_", "succeeded")]
    (refunded,) = await shop.events(RefundSucceeded)
    assert (refunded.amount_minor, refunded.refunded_minor, refunded.case_id) == (29500, 29500, None)
    assert shop.paid_back(payment) == 29500


async def test_a_buyer_changes_the_address_a_few_times_and_the_merchant_still_may(shop, kettles):
    order, _ = await shop.paid()
    path, moved = f"/v1/orders/{order['id']}/change-address", {"shipping_address": kettles()["shipping_address"]}
    assert (await shop.seller.post(path, json=moved)).status_code == 200, "it is not the buyer's change"
    for _ in range(5):
        assert (await shop.buyer.post(path, json=moved)).status_code == 200
    problem = shop.problem(await shop.buyer.post(path, json=moved), 409, "address_changes_used")
    assert problem["ways"] == ["ask_to_change_address", "cancel_and_reorder"]
    shown = {each["action"]: each for each in (await shop.order(order["id"]))["allowed_actions"]}["change_address"]
    assert (shown["allowed"], shown["why_not"]) == (False, "address_changes_used")
    assert [each["way"] for each in shown["instead"]] == problem["ways"]
    assert len(await shop.events(OrderAddressChanged)) == 6
    for who in (shop.seller, shop.h.client("agent", "agent-1")):
        assert (await who.post(path, json=moved)).status_code == 200


async def test_the_address_changes_until_everything_has_left_and_is_never_published(shop, kettles):
    order, _ = await shop.paid()
    path, moved = f"/v1/orders/{order['id']}/change-address", {**kettles()["shipping_address"], "street": "延安路 2 号"}
    answer = (await shop.buyer.post(path, json={"shipping_address": moved})).json()
    assert answer["shipping_address"]["street"] == "延安路 2 号"
    assert (await shop.order(order["id"]))["shipping_address"]["street"] == "延安路 2 号"
    (event,) = await shop.events(OrderAddressChanged)
    assert event.address_hash.startswith("sha256:")
    await shop.ship(order, 1)
    assert (await shop.buyer.post(path, json={"shipping_address": moved})).status_code == 200
    await shop.ship(order, 2, "73002")
    shop.problem(await shop.buyer.post(path, json={"shipping_address": moved}), 409, "already_shipped")
    for envelope in await shop.h.envelopes():
        assert not any(secret.encode() in envelope.data for secret in ("王芳", "13800000000", "文三路", "延安路"))
