"""Imports of a shop's existing orders."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_events import (
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
    ParcelRegistered,
    ParcelStatusChanged,
    PaymentSucceeded,
    RefundFailed,
)
from aftercare_events.catalogue.stock import StockCommitted, StockReservationReleased
from order_svc.domain.tracking import ParcelStatus

HASH = "sha256:" + "a" * 64
STATES = ("paid", "shipped", "delivered", "received", "completed", "cancelled")
TIMES = {"paid_at": 1, "delivered_at": 48, "received_at": 60, "completed_at": 240, "cancelled_at": 2}
OF_STATE = {
    "paid": ["paid_at"],
    "shipped": ["paid_at"],
    "delivered": ["paid_at", "delivered_at"],
    "received": ["paid_at", "delivered_at", "received_at"],
    "completed": ["paid_at", "delivered_at", "received_at", "completed_at"],
    "cancelled": ["cancelled_at"],
}
CANCELLED = {
    "state": "cancelled",
    "cancelled_at": "2025-01-01T00:00:00Z",
    **dict.fromkeys(OF_STATE["completed"]),
    "parcels": [],
}


class Importing:
    """A shop that imports, and the orders of its files: placed 20 days ago, paid an hour later, arrived after two days."""

    def __init__(self, shop: Any, kettles: Any) -> None:
        self.shop, self._kettles = shop, kettles
        self.placed_at = shop.h.clock.now() - timedelta(days=20)

    def at(self, hours: float) -> str:
        return (self.placed_at + timedelta(hours=hours)).isoformat()

    def order(self, order_no: str, state: str = "completed", **other: Any) -> dict[str, Any]:
        parcels = [{"carrier": "zto", "waybill_no": f"W{order_no}", "shipped_at": self.at(24)}]
        sent = {"parcels": parcels} if state not in ("paid", "cancelled") else {}
        times = {name: self.at(TIMES[name]) for name in OF_STATE[state]}
        facts = {"order_no": order_no, "state": state, "created_at": self.at(0), **times, **sent}
        return {**self._kettles(), **facts, **other}

    async def begin(self, file_hash: str = HASH) -> dict[str, Any]:
        response = await self.shop.seller.post("/v1/order-imports", json={"file_hash": file_hash})
        assert response.status_code == 201, response.text
        return response.json()

    async def add(self, started: dict[str, Any], *orders: Any, first: int = 1) -> dict[str, Any]:
        rows = [{"row": first + place, "order": order} for place, order in enumerate(orders)]
        body = {"orders": rows, "next_row": first + len(orders)}
        response = await self.shop.seller.post(f"/v1/order-imports/{started['id']}/rows", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def listed(self, **params: Any) -> list[dict[str, Any]]:
        return (await self.shop.seller.get("/v1/orders", params=params)).json()["data"]


@pytest.fixture
def importing(shop: Any, kettles: Any) -> Importing:
    return Importing(shop, kettles)


@pytest.mark.parametrize("state", STATES)
async def test_an_order_is_imported_in_its_state(importing: Importing, state: str) -> None:
    part = await importing.add(await importing.begin(), importing.order("A-1", state))
    assert (part["imported"], part["known"], part["refused"], part["next_row"]) == (1, 0, 0, 2), part
    (order,) = await importing.listed(q="A-1")
    assert (order["state"], order["order_no"], order["total"]["amount"]) == (state, "A-1", 29500)
    assert order["fully_shipped"] is (state not in ("paid", "cancelled"))
    ledger = (await importing.shop.seller.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert ledger["paid"]["amount"] == (0 if state == "cancelled" else 29500)


async def test_its_events_come_in_order_with_their_own_times(importing: Importing) -> None:
    shop = importing.shop
    await importing.add(await importing.begin(), importing.order("A-1"))
    published = await shop.h.published()
    kinds = [
        OrderCreated,
        OrderPaid,
        OrderShipped,
        StockCommitted,
        OrderDelivered,
        OrderReceiptConfirmed,
        OrderCompleted,
    ]
    of_order = [event for event in published if type(event) in kinds]
    assert [type(event) for event in of_order] == kinds
    hours = [(event.time - importing.placed_at) / timedelta(hours=1) for event in of_order]
    assert hours == [0, 1, 24, 24, 48, 60, 240]
    others = {type(event) for event in published} - set(kinds)
    assert others == {PaymentSucceeded, ParcelRegistered, ParcelStatusChanged}
    assert of_order[1].provider == "external"
    envelopes = [each for each in await shop.h.envelopes() if each.subject == of_order[0].order_id]
    assert [each.sequence for each in envelopes] == [1, 2, 3, 4, 5, 6, 7]
    timeline = (await shop.buyer.get(f"/v1/orders/{of_order[0].order_id}/timeline")).json()["data"]
    assert [each["at"] for each in timeline] == sorted(each["at"] for each in timeline)
    assert [each["event"] for each in timeline][0::8] == ["OrderCreated", "OrderCompleted"]


@pytest.mark.parametrize("state", STATES)
async def test_its_units_are_reserved_until_they_leave_or_are_cancelled(importing: Importing, state: str) -> None:
    await importing.add(await importing.begin(), importing.order("A-1", state))
    seller = importing.shop.seller
    levels = (await seller.get("/v1/stock-levels", params={"sku": "KETTLE-1"})).json()
    moved = {"paid": "still_reserved", "cancelled": "released"}.get(state, "committed")
    counted = ("released", "committed", "still_reserved")
    assert {name: levels[name] for name in counted} == {name: 3 if name == moved else 0 for name in counted}
    movements = (await seller.get("/v1/stock-movements")).json()["data"]
    assert movements[-1]["kind"] == "reserved"
    assert {each["moved_at"] for each in movements} <= {
        (importing.placed_at + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ") for hours in (0, 2, 24)
    }
    events = [*await importing.shop.events(StockCommitted), *await importing.shop.events(StockReservationReleased)]
    assert len(events) == (0 if state == "paid" else 1)


async def test_an_imported_order_is_shipped_from_what_it_reserved(importing: Importing) -> None:
    shop = importing.shop
    await importing.add(await importing.begin(), importing.order("A-1", "paid"))
    (order,) = await importing.listed(q="A-1")
    await shop.ship(order, 3)
    levels = (await shop.seller.get("/v1/stock-levels", params={"sku": "KETTLE-1"})).json()
    assert (levels["reserved"], levels["committed"], levels["still_reserved"]) == (3, 3, 0)


async def test_repeating_and_resuming_change_nothing(importing: Importing) -> None:
    first = await importing.begin()
    await importing.add(first, importing.order("A-1"), importing.order("A-2", "paid"))
    again = await importing.begin()
    assert (again["id"], again["next_row"], again["imported"]) == (first["id"], 3, 2)
    other = await importing.begin("sha256:" + "b" * 64)
    part = await importing.add(other, importing.order("A-2", "paid"), importing.order("A-3", "paid"))
    assert (part["imported"], part["known"]) == (1, 1)
    assert sorted(each["order_no"] for each in await importing.listed()) == ["A-1", "A-2", "A-3"]
    without_number = await importing.shop.place()  # it is exported with its id
    part = await importing.add(other, importing.order(without_number["id"], "paid"), first=3)
    assert (part["imported"], part["known"]) == (1, 2), "of all parts"


async def test_rows_go_on_and_end(importing: Importing) -> None:
    started, shop = await importing.begin(), importing.shop
    await importing.add(started, importing.order("A-1"))
    path = f"/v1/order-imports/{started['id']}"
    passed = {"orders": [{"row": 1, "order": importing.order("A-1")}], "next_row": 2}
    problem = shop.problem(await shop.seller.post(f"{path}/rows", json=passed), 422, "rows_out_of_order")
    assert problem["next_row"] == 2
    early = {"orders": [{"row": 6, "order": importing.order("A-6")}], "first_row": 5, "next_row": 7}
    refused = await shop.seller.post(f"{path}/rows", json=early)
    assert shop.problem(refused, 409, "part_too_early")["next_row"] == 2
    assert refused.headers["retry-after"] == "1"
    between = {"orders": [], "first_row": 2, "next_row": 5}
    for body in (between, early):
        assert (await shop.seller.post(f"{path}/rows", json=body)).status_code == 200
    assert sorted(each["order_no"] for each in await importing.listed()) == ["A-1", "A-6"]
    assert (await shop.seller.post(f"{path}/complete")).json()["state"] == "completed"
    later = {"orders": [], "next_row": 9}
    shop.problem(await shop.seller.post(f"{path}/rows", json=later), 409, "import_completed")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"currency": "XXX"}, "/currency", "currency_unknown"),
        ({"state": "sold"}, "/state", "not_a_choice"),
        ({"state": "created"}, "/state", "state_not_imported"),
        ({"paid_at": None}, "/paid_at", "field_missing"),
        ({"cancelled_at": "2024-01-01T00:00:00Z"}, "/cancelled_at", "field_unsuitable"),
        ({**CANCELLED, "cancel_cause": "refunded"}, "/cancel_cause", "cause_not_imported"),
        ({"paid_at": "2020-01-01T00:00:00Z"}, "/paid_at", "times_disordered"),
        ({"completed_at": "2999-01-01T00:00:00Z"}, "/completed_at", "times_disordered"),
        ({"parcels": []}, "/parcels", "field_missing"),
        ({"lines": []}, "/lines", "too_few"),
        ({"created_at": "1969-12-31T23:59:59Z"}, "/created_at", "times_disordered"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "/created_at", "times_disordered"),
        ({"created_at": "2999-01-01T00:00:00Z"}, "/created_at", "times_disordered"),
        ({"payment_minutes": 30}, "/payment_minutes", "field_unsuitable"),
        (
            {"payment_plan": [{"kind": "part", "amount": {"amount": 29500, "currency": "CNY"}}]},
            "/payment_plan",
            "field_unsuitable",
        ),
        ({"colour": "red"}, "/colour", "unknown_field"),
        ({"order_no": None}, "/order_no", "wrong_type"),
        ({"shipping_fee": {"amount": 1, "currency": "EUR"}}, "/shipping_fee/currency", "currency_mismatch"),
    ],
)
async def test_a_wrong_row_names_its_field_and_reason(
    importing: Importing, change: dict[str, Any], field: str, code: str
) -> None:
    wrong = {**importing.order("A-1"), **change}
    started = await importing.begin()
    part = await importing.add(started, wrong, importing.order("A-2"))
    assert (part["imported"], part["refused"]) == (1, 1)
    refusal = part["refusals"][0]
    assert (refusal["row"], refusal["field"], refusal["reason_en"] != "") == (1, field, True), refusal
    assert refusal["code"] == code
    assert [each["order_no"] for each in await importing.listed()] == ["A-2"]
    kept = (await importing.shop.seller.get(f"/v1/order-imports/{started['id']}/refusals")).json()
    assert kept["data"] == part["refusals"]


async def test_parcels_fit_their_order(importing: Importing) -> None:
    parcel = {"carrier": "zto", "waybill_no": "W1", "shipped_at": importing.at(24)}
    wrong = [
        [{**parcel, "lines": [{"line": 1, "quantity": 2}]}],
        [{**parcel, "lines": [{"line": 1, "quantity": 4}]}],
        [{**parcel, "lines": [{"line": 2, "quantity": 1}]}],
        [parcel, parcel],
    ]
    orders = [importing.order(f"A-{place}", parcels=each) for place, each in enumerate(wrong)]
    partly = importing.order("B-1", "shipped", parcels=wrong[0])
    part = await importing.add(await importing.begin(), *orders, partly)
    codes = [each["code"] for each in part["refusals"]]
    assert codes == ["parcels_incomplete", "units_exceed_order", "units_exceed_order", "waybill_repeated"]
    (order,) = await importing.listed(q="B-1")
    assert (order["state"], order["lines"][0]["shipped_quantity"], order["fully_shipped"]) == ("shipped", 2, False)


async def test_what_the_sender_cannot_read_is_counted_and_kept_with_the_rest(importing: Importing) -> None:
    started, seller = await importing.begin(), importing.shop.seller
    unreadable = {"row": 4, "order": {"order_no": "A-1"}, "unreadable": "quantity is not a whole number"}
    body = {"orders": [unreadable, {"row": 6, "order": importing.order("A-2", "paid")}], "next_row": 7}
    part = (await seller.post(f"/v1/order-imports/{started['id']}/rows", json=body)).json()
    assert (part["imported"], part["refused"]) == (1, 1)
    (refusal,) = (await seller.get(f"/v1/order-imports/{started['id']}/refusals")).json()["data"]
    assert (refusal["row"], refusal["order_no"], refusal["code"]) == (4, "A-1", "row_unreadable")
    assert refusal["reason_en"] == "The line cannot be read: quantity is not a whole number"


async def test_a_number_that_comes_twice_in_a_part_is_refused(importing: Importing) -> None:
    part = await importing.add(await importing.begin(), importing.order("A-1"), importing.order("A-1"))
    assert [(each["row"], each["code"]) for each in part["refusals"]] == [(2, "order_no_repeated")]


async def test_imported_orders_go_on(importing: Importing) -> None:
    """A parcel that was under way arrives, the buyer confirms, the window ends; nothing was due at once."""
    shop = importing.shop
    await importing.add(await importing.begin(), importing.order("A-1", "shipped"), importing.order("A-2", "delivered"))
    await shop.h.run_due()
    assert {each["order_no"]: each["state"] for each in await importing.listed()} == {
        "A-1": "shipped",
        "A-2": "delivered",
    }
    await shop.scan(ParcelStatus.DELIVERED, "WA-1")
    (order,) = await importing.listed(q="A-1")
    assert order["state"] == "delivered"
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    shop.h.clock.advance(hours=24 * 30)
    await shop.h.run_due()
    await shop.h.run_due()
    seller = shop.h.client("seller", "seller-1", tenant="m-1")
    assert {each["state"] for each in (await seller.get("/v1/orders")).json()["data"]} >= {"completed"}


async def test_refunds_of_payments_elsewhere_are_declined_with_a_code(importing: Importing) -> None:
    shop = importing.shop
    await importing.add(await importing.begin(), importing.order("A-1", "paid"))
    (order,) = await importing.listed(q="A-1")
    order = await shop.order(order["id"])
    await shop.open_case(order, 3)
    await shop.ask_refund(order, 100)
    await shop.settle()
    assert [each.failure_code for each in await shop.events(RefundFailed)] == ["paid_elsewhere"]


async def test_nothing_is_paid_through_the_external_provider(shop: Any) -> None:
    order = await shop.place()
    response = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json={"provider": "external"})
    shop.problem(response, 422, "unknown_provider")


async def test_imports_are_their_merchants_own(importing: Importing) -> None:
    started, shop = await importing.begin(), importing.shop
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    path = f"/v1/order-imports/{started['id']}"
    shop.problem(await other.get(path), 404, "not_found")
    shop.problem(await other.get(f"{path}/refusals"), 404, "not_found")
    shop.problem(await other.post(f"{path}/rows", json={"orders": [], "next_row": 2}), 404, "not_found")
    shop.problem(await shop.buyer.get(path), 403, "forbidden")
    assert (await other.get("/v1/order-imports")).json()["data"] == []
    own = await other.post("/v1/order-imports", json={"file_hash": HASH})
    assert own.json()["id"] != started["id"]
