"""The freight of a return that its insurance does not pay, wholly or in part: the merchant owes it, and the case shows it."""

from typing import Any

import pytest
from aftercare_events import ReturnFreightCoverReduced, ReturnFreightOwed
from aftersale_shop import Shop, done
from aftersale_svc.domain.work_lists import OwedBeside
from owed_lists import cases_owed
from past_views import PastViews
from test_return_freights import cny, inspected, ready, record, send


async def sent(shop: Shop, stated: int = 1200) -> str:
    """A return of which the buyer has paid the freight, of up to 15.00 insured; its id."""
    await shop.setting("freight-insurance", limits=[cny(1500)])
    case_id = await ready(shop)
    done(await send(shop, case_id, amount=cny(stated)))
    return case_id


async def decided(shop: Shop, case_id: str, claimed: int, approved: int) -> None:
    """Claim this much from the insurance, of which an agent approves so much, or declines it; what is approved is paid."""
    body = {"kind": "freight_insurance", "amount": cny(claimed)}
    claim = done(await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=body), 201)
    path = f"/v1/guarantee-claims/{claim['id']}"
    if not approved:
        done(await shop.agent.post(f"{path}/decline", json={"reason": "not_covered"}))
        return
    done(await shop.agent.post(f"{path}/approve", json={"amount": cny(approved)}))
    finance = shop.harness.client("agent", "agent-2")
    done(await finance.post(f"{path}/record-payment", json={"reference": "B-9"}))


async def freight_of(shop: Shop, case_id: str) -> tuple[int, int]:
    """What the insurance and what the merchant has to pay, as the case shows it."""
    found: dict[str, Any] = (await shop.get(case_id))["return_freight"]
    return found["insured"]["amount"], found["to_pay"]["amount"]


@pytest.mark.parametrize(("claimed", "approved"), [(1200, 1000), (1200, 0), (700, 700)])
async def test_the_merchant_owes_what_the_insurance_does_not_pay(shop: Shop, claimed: int, approved: int) -> None:
    case_id = await sent(shop)
    await inspected(shop, case_id)
    views = PastViews(shop, case_id)
    assert await freight_of(shop, case_id) == (1200, 0)
    await views.look()
    await decided(shop, case_id, claimed, approved)
    left = 1200 - approved
    assert await freight_of(shop, case_id) == (approved, left)
    assert await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY) == [case_id]
    owed = await shop.last(ReturnFreightOwed)
    assert (owed.insured_minor, owed.owed_minor) == (approved, left)
    await views.look()
    body = {"kind": "freight_insurance", "amount": cny(1)}
    again = await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=body)
    assert again.status_code == 409, "nothing is paid by both"
    done(await record(shop, case_id, left))
    assert await freight_of(shop, case_id) == (approved, 0)
    await views.look()
    await views.check()


async def test_it_is_owed_with_the_goods_where_the_insurance_has_decided_before(shop: Shop) -> None:
    case_id = await sent(shop)
    await shop.parcel("SF1001")
    await decided(shop, case_id, 1200, 1000)
    reduced = await shop.last(ReturnFreightCoverReduced)
    assert (reduced.insured_minor, await freight_of(shop, case_id)) == (1000, (1000, 0))
    assert await shop.published(ReturnFreightOwed) == []
    await shop.inspect(case_id, 2)
    assert await freight_of(shop, case_id) == (1000, 200)
    assert (await shop.last(ReturnFreightOwed)).owed_minor == 200


async def test_what_the_merchant_has_paid_stays_paid_when_the_insurance_declines(shop: Shop) -> None:
    case_id = await sent(shop, stated=1800)
    await inspected(shop, case_id)
    done(await record(shop, case_id, 300))
    await decided(shop, case_id, 1500, 0)
    shown = (await shop.get(case_id))["return_freight"]
    assert (shown["to_pay"], shown["paid_at"]) == (cny(1500), None)
    [before] = shown["earlier_payments"]
    assert (before["amount"], before["reference"]) == (cny(300), "转账 11")
    assert (await shop.get(case_id))["explanation"]["money"]["zh_cn"].endswith("商家另应报销退货运费 15.00 CNY")
    shop.harness.problem(await record(shop, case_id, 1800), 422, "return_freight_inexact")
    done(await record(shop, case_id, 1500))
    assert (await shop.get(case_id))["explanation"]["money"]["zh_cn"].endswith("商家已报销退货运费 18.00 CNY")


async def test_a_freight_that_the_insurance_pays_wholly_stays_settled(shop: Shop) -> None:
    case_id = await sent(shop)
    await inspected(shop, case_id)
    await decided(shop, case_id, 1200, 1200)
    assert await freight_of(shop, case_id) == (1200, 0)
    assert await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY) == []
    assert await shop.published(ReturnFreightCoverReduced) == []
