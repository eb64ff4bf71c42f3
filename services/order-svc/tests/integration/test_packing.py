"""Packing an order, what it bars until it is undone, and the stage and the explained actions of an order."""

from aftercare_events import OrderCancelled, OrderPacked, OrderUnpacked


def path(order, action):
    return f"/v1/orders/{order['id']}/{action}"


def actions(order):
    return {each["action"]: each for each in order["allowed_actions"]}


async def test_a_packed_order_keeps_its_address_until_it_is_unpacked(shop, kettles):
    order, _ = await shop.paid()
    moved = {"shipping_address": {**kettles()["shipping_address"], "street": "延安路 2 号"}}
    line = order["lines"][0]["id"]
    packages = [
        {"lines": [{"line_id": line, "quantity": 1}]},
        {"lines": [{"line_id": line, "quantity": 2}], "weight_grams": 2400},
    ]
    packed = (await shop.seller.post(path(order, "pack"), json={"packages": packages})).json()
    assert (packed["state"], packed["packages"][1]["weight_grams"]) == ("paid", 2400)
    assert packed["packed_at"]
    for who in (shop.buyer, shop.seller):
        problem = shop.problem(await who.post(path(order, "change-address"), json=moved), 409, "order_packed")
        assert problem["ways"] == ["ask_to_unpack"]
    unpacked = (await shop.seller.post(path(order, "unpack"))).json()
    assert (unpacked.get("packed_at"), unpacked.get("packages")) == (None, None)
    assert (await shop.buyer.post(path(order, "change-address"), json=moved)).status_code == 200
    [event], [undone] = await shop.events(OrderPacked), await shop.events(OrderUnpacked)
    assert [each.lines[0].quantity for each in event.packages] == [1, 2]
    assert (event.applicant, event.handler, undone.cause) == ("m-1", "seller-1", "merchant")


async def test_the_buyer_of_a_packed_order_needs_the_merchant_to_cancel_it(shop):
    order, _ = await shop.paid()
    await shop.seller.post(path(order, "pack"))
    problem = shop.problem(await shop.buyer.post(path(order, "cancel")), 409, "packed_needs_merchant")
    assert problem["ways"] == ["cancel_unshipped", "ask_to_unpack"]
    cancelled = (await shop.seller.post(path(order, "cancel"))).json()
    assert (cancelled["state"], cancelled["cancel_cause"]) == ("cancelled", "seller")
    assert len(await shop.events(OrderCancelled)) == 1


async def test_all_that_may_be_shipped_is_packed_where_no_package_is_named(shop):
    order, _ = await shop.paid()
    packed = (await shop.seller.post(path(order, "pack"))).json()
    assert [each["lines"] for each in packed["packages"]] == [[{"line_id": order["lines"][0]["id"], "quantity": 3}]]
    shop.problem(await shop.seller.post(path(order, "pack")), 409, "already_packed")
    await shop.ship(order, 3)
    assert (await shop.order(order["id"]))["packed_at"]


async def test_packing_is_refused_where_it_does_not_fit(shop):
    order, _ = await shop.paid()
    line = {"line_id": order["lines"][0]["id"], "quantity": 2}
    bad = [
        ([{"lines": [line]}, {"lines": [line]}], "quantity_exceeds_shippable", "/packages/1/lines/0/quantity"),
        ([{"lines": [line, line]}], "duplicate_line", "/packages/0/lines/1/line_id"),
        ([{"lines": [{**line, "line_id": "line_x"}]}], "unknown_line", "/packages/0/lines/0/line_id"),
        ([{"lines": [line], "weight_grams": 0}], "validation_failed", "/packages/0/weight_grams"),
        ([{"lines": []}], "validation_failed", "/packages/0/lines"),
        ([], "validation_failed", "/packages"),
    ]
    for packages, code, pointer in bad:
        problem = shop.problem(await shop.seller.post(path(order, "pack"), json={"packages": packages}), 422, code)
        assert [each["pointer"] for each in problem["errors"]] == [pointer]
    shop.problem(await shop.seller.post(path(order, "unpack")), 409, "not_packed")
    shop.problem(await shop.buyer.post(path(order, "pack")), 403, "forbidden")
    unpaid = await shop.place()
    shop.problem(await shop.seller.post(path(unpaid, "pack")), 409, "illegal_transition")
    assert await shop.events(OrderPacked) == []


async def test_units_of_a_case_are_not_packed(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 2)
    line = order["lines"][0]["id"]
    both = {"packages": [{"lines": [{"line_id": line, "quantity": 2}]}]}
    shop.problem(await shop.seller.post(path(order, "pack"), json=both), 409, "units_held_by_case")
    packed = (await shop.seller.post(path(order, "pack"))).json()
    assert [each["lines"] for each in packed["packages"]] == [[{"line_id": line, "quantity": 1}]]


async def test_after_shipment_the_refusal_names_what_is_possible_instead(shop, kettles):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    body = {"shipping_address": kettles()["shipping_address"]}
    response = await shop.buyer.post(path(order, "change-address"), json=body)
    problem = shop.problem(response, 409, "already_shipped")
    assert problem["ways"] == ["request_intercept", "refuse_delivery"]
    shown = actions(await shop.order(order["id"]))["change_address"]
    assert (shown["allowed"], shown["why_not"]) == (False, "already_shipped")
    assert shown["explanation"] == {"zh_cn": "已有商品发出", "en": "something of the order was shipped"}
    assert shown["allowed_in"] == ["created", "paid", "shipped"]
    assert shown["instead"][0] == {
        "way": "request_intercept",
        "name": {"zh_cn": "申请快递拦截", "en": "request an intercept of the parcel"},
    }


async def test_orders_are_listed_by_their_stage(shop):
    created, (paid, _), (shipped, _) = await shop.place(), await shop.paid(), await shop.paid()
    await shop.ship(shipped, 3)
    asked, _ = await shop.paid()
    await shop.open_case(asked, 1)
    expected = {"created": created, "paid": paid, "shipped": shipped, "in_after_sale": asked}
    for stage, order in expected.items():
        [found] = (await shop.seller.get("/v1/orders", params={"stage": stage})).json()["data"]
        assert (found["id"], found["stage"]) == (order["id"], stage)
    assert (await shop.order(paid["id"]))["stage_name"] == {"zh_cn": "待发货", "en": "awaiting shipment"}
    assert (await shop.seller.get("/v1/orders", params={"stage": "in_dispute"})).json()["data"] == []
    shop.problem(await shop.seller.get("/v1/orders", params={"stage": "lost"}), 422, "validation_failed")
