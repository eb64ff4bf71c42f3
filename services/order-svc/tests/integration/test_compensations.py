"""What guarantees have paid: shown in the ledger beside its equation, and never refunded as well."""

from typing import Any

import pytest
from aftercare_events import RefundFailed
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimPaid
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimClosed


async def paid_by(
    shop: Any, order: dict[str, Any], source: str, amount: int, refund_id: str | None, claim_id: str = "grt_1"
) -> Any:
    facts = {"claim_id": claim_id, "terminal": True, "paid_minor": amount, "currency": "CNY"}
    facts |= {"reference_hash": "sha256:0", "refund_id": refund_id}
    known = shop.case(dict, order, **facts)
    return await shop.h.consume(GuaranteeClaimPaid(**{**known, "state": "paid", "kind": source}))


async def ledger(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    return found


async def test_what_the_deposit_paid_is_not_refunded_as_well(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    event = await paid_by(shop, order, "merchant_deposit", 19133, "refund_1")
    await shop.h.deliver(event)
    shown = await ledger(shop, order)
    sums = {name: shown[name]["amount"] for name in ("paid", "kept", "refunded", "in_flight")}
    assert sums == {"paid": 29500, "kept": 29500, "refunded": 0, "in_flight": 0}, "it is no money of the payment"
    [compensation] = shown["compensations"]
    assert (compensation["source"], compensation["amount"]["amount"], compensation["case_id"]) == (
        *("merchant_deposit", 19133, "case_1"),
    )
    await shop.ask_refund(order, 19133, refund_id="refund_2")
    await shop.ask_refund(order, 10368, refund_id="refund_3", case_id="case_2")
    failed = [(each.refund_id, each.failure_code) for each in await shop.events(RefundFailed)]
    assert failed == [("refund_2", "compensated"), ("refund_3", "exceeds_payment")]
    await shop.ask_refund(order, 10367, refund_id="refund_4", case_id="case_2")
    await shop.settle()
    assert (await ledger(shop, order))["refunded"]["amount"] == 10367


async def test_what_the_deposit_has_left_of_a_case_is_refunded(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await paid_by(shop, order, "merchant_deposit", 4000, "refund_1")
    await shop.ask_refund(order, 15133, refund_id="refund_2")
    await shop.ask_refund(order, 15133, refund_id="refund_3", compensated_minor=3999)
    await shop.ask_refund(order, 15133, refund_id="refund_4", compensated_minor=4000)
    failed = [(each.refund_id, each.failure_code) for each in await shop.events(RefundFailed)]
    assert failed == [("refund_2", "compensated"), ("refund_3", "compensated")], "the case does not know of all of it"
    await shop.settle()
    shown = await ledger(shop, order)
    sums = {name: shown[name]["amount"] for name in ("paid", "kept", "refunded")}
    assert sums == {"paid": 29500, "kept": 14367, "refunded": 15133}


@pytest.mark.parametrize("kind", ["freight_insurance", "merchant_deposit"])
async def test_what_is_paid_besides_bars_no_refund(shop: Any, kind: str) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await paid_by(shop, order, kind, 900, None)
    await shop.ask_refund(order, 19133)
    await shop.settle()
    shown = await ledger(shop, order)
    assert (shown["refunded"]["amount"], shown["compensations"][0]["source"]) == (19133, kind)


@pytest.mark.parametrize(("state", "paid"), [("compensated", 9566), ("delivered", 0)])
async def test_what_was_paid_for_lost_goods_is_in_the_ledger(shop: Any, state: str, paid: int) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    known = shop.case(dict, order, claim_id="rgc_1", terminal=True, paid_minor=paid, currency="CNY")
    event = await shop.h.consume(RefusedGoodsClaimClosed(**{**known, "state": state, "kind": "refused_goods"}))
    await shop.h.deliver(event)
    await shop.ask_refund(order, 19133)
    await shop.settle()
    shown = await ledger(shop, order)
    assert shown["refunded"]["amount"] == 19133, "it bars no refund"
    found = [(each["id"], each["source"], each["amount"]["amount"]) for each in shown["compensations"]]
    assert found == ([("rgc_1", "refused_goods", paid)] if paid else [])


async def test_the_ledger_shows_who_bears_a_refund(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="price_adjust")
    share = {"kind": "cost_share", "effect": "beside", "units": 0, "payer": "platform", "payee": "merchant"}
    parts = [
        {"kind": "goods", "effect": "added", "units": 0, "amount_minor": 900, "payer": "merchant", "payee": "buyer"},
        {**share, "amount_minor": 200},
        {**share, "amount_minor": 100, "line_id": order["lines"][0]["id"]},
    ]
    await shop.ask_refund(order, 900, parts=parts)
    await shop.settle()
    await shop.ask_refund(order, 100, refund_id="refund_2", case_id="case_2")
    shown = await ledger(shop, order)
    borne = [entry["borne"] for entry in shown["entries"] if entry["kind"] == "refund"]
    amounts = [{each["bearer"]: each["amount"]["amount"] for each in shares} for shares in borne if shares]
    assert amounts == [{"merchant": 600, "platform": 300}]
    assert borne[1:] == [None]
