"""The ledger of refunds in shares: the money by share, and its discounts and costs once, with the whole."""

from typing import Any

import pytest
from aftercare_events.catalogue.refund_parts import RefundPart
from order_svc.commands.payments import ledger_proofs


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


POINTS = {"kind": "points", "funder": "platform", "amount": cny(300)}
COUPON = {"kind": "coupon", "funder": "merchant", "amount": cny(700)}


def part(kind: str, amount: int, payer: str, payee: str) -> RefundPart:
    return RefundPart(
        kind=kind, effect="beside", line_id="line_1", units=1, amount_minor=amount, payer=payer, payee=payee
    )


PARTS = (part("points", 100, "platform", "buyer"), part("coupon", 233, "merchant", "buyer"))


async def paid_by(shop: Any, kettles: Any, first: str, second: str) -> dict[str, Any]:
    """An order with discounts that is paid with 200.00 by one method, and with 95.00 by another one."""
    order = await shop.place(lines=[{**kettles()["lines"][0], "discounts": [POINTS, COUPON]}])
    for amount, method in ((20000, first), (9500, second)):
        body = {"payment_method": method, "amount": cny(amount)}
        assert (await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)).status_code == 201
        await shop.settle()
    found: dict[str, Any] = await shop.order(order["id"])
    return found


async def funding(shop: Any, order: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()["funding"]
    names = ("discounts", "discounts_returned", "refund_costs")
    return {each["funder"]: tuple(each[name]["amount"] for name in names) for each in found}


async def check_proof(shop: Any) -> None:
    await shop.h.run_workers(ledger_proofs.WORKER)
    found = (await shop.h.client("admin", "ops-1").get("/v1/ledger/proof")).json()
    assert (found["holds"], found["broken_orders"]) == (True, 0)


RETURNED = {"merchant": (700, 233, 0), "platform": (300, 100, 0)}


@pytest.mark.parametrize("newest", ["sim_success", "sim_refund_closed"], ids=["in shares", "moved"])
async def test_funders_get_back_once_what_goes_back_with_the_whole(shop: Any, kettles: Any, newest: str) -> None:
    order = await paid_by(shop, kettles, "sim_success", newest)
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 15000, parts=PARTS)
    await shop.settle()
    await shop.settle()
    assert await funding(shop, order) == RETURNED
    await check_proof(shop)


async def test_the_discounts_and_costs_of_a_refund_that_fails_in_part_come_with_its_rest(
    shop: Any, kettles: Any
) -> None:
    order = await paid_by(shop, kettles, "sim_refund_declined", "sim_success")
    shares = (*PARTS, part("cost_share", 400, "platform", "merchant"))
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 10000, parts=shares)
    await shop.settle()
    assert await funding(shop, order) == {"merchant": (700, 0, 0), "platform": (300, 0, 0)}
    await check_proof(shop)
    await shop.ask_refund(order, 500, refund_id="refund_2", parts=shares)
    assert await funding(shop, order) == {"merchant": (700, 233, 0), "platform": (300, 100, 400)}
    await check_proof(shop)


@pytest.mark.parametrize(
    ("methods", "back", "first"),
    [
        (("sim_success", "sim_refund_declined"), 5500, 5500),
        (("sim_refund_declined", "sim_success"), 9500, 4000),
    ],
    ids=["the last share of costs is back", "the first share of costs is back"],
)
async def test_what_others_bear_of_all_attempts_is_their_share_of_the_whole(
    shop: Any, kettles: Any, methods: tuple[str, str], back: int, first: int
) -> None:
    order = await paid_by(shop, kettles, *methods)
    costs = (part("cost_share", 9500, "platform", "merchant"),)
    await shop.open_case(order, 3)
    await shop.ask_refund(order, 15000, parts=costs)
    await shop.settle()
    assert await funding(shop, order) == {"merchant": (700, 0, 0), "platform": (300, 0, first)}
    await shop.ask_refund(order, 15000 - back, refund_id="refund_2", parts=costs)
    assert await funding(shop, order) == {"merchant": (700, 0, 0), "platform": (300, 0, 9500)}
    rows = await shop.h.runtime.pool.fetch("SELECT amount_minor, state, borne FROM refunds WHERE state <> 'failed'")
    for row in rows:
        assert sum(each["amount_minor"] for each in row["borne"]) == row["amount_minor"]
    await check_proof(shop)
