"""A deposit that pays a part of a failed refund: the rest is refunded, stated, claimed or awarded, and nothing is paid twice."""

from collections.abc import Awaitable, Callable

import pytest
from aftercare_events import AfterSaleCompleted, RefundRequested
from aftersale_shop import HASH, Shop, done
from checked_files import files_of
from past_views import PastViews
from test_guarantee_claims import DEPOSIT, act, cny, deposited, opened, refused, unpaid

OWED, PART = 19133, 4000


async def paid_in_part(shop: Shop, *, agreed: bool = False) -> str:
    """A case of whose refund the deposit has paid a part: as the buyer has claimed it, or as an agent has approved it; its id."""
    await deposited(shop, 20000)
    case_id = await unpaid(shop)
    await claimed(shop, case_id, PART, agreed=agreed)
    return case_id


async def claimed(shop: Shop, case_id: str, minor: int, *, agreed: bool = True, reference: str = "B-1") -> None:
    claim = await opened(shop, case_id, **DEPOSIT, **({"amount": cny(minor)} if agreed else {}))
    if agreed:
        await act(shop, claim["id"], "agree", shop.seller)
    else:
        await act(shop, claim["id"], "object", shop.seller, note="?")
        await act(shop, claim["id"], "approve", shop.agent, amount=cny(minor))
    await act(shop, claim["id"], "record-payment", shop.harness.client("admin", "finance-1"), reference=reference)


@pytest.mark.parametrize("agreed", [True, False])
async def test_the_rest_is_refunded(shop: Shop, agreed: bool) -> None:
    case_id = await paid_in_part(shop, agreed=agreed)
    views = PastViews(shop, case_id)
    shown = await shop.get(case_id)
    refund = shown["refund"]
    assert (refund["from_deposit"], refund["missing"], refund["given_back"]) == (cny(PART), cny(OWED - PART), None)
    assert shown["explanation"]["money"]["en"] == (
        "40.00 CNY was paid from the guarantee deposit of the merchant; "
        "the refund of 151.33 CNY was refused; an agent has to decide"
    )
    await views.look()
    await shop.act(shop.agent, case_id, "refund")
    asked = await shop.last(RefundRequested)
    assert (asked.amount_minor, asked.compensated_minor) == (OWED - PART, PART)
    await refused(shop, shop.buyer, f"cases/{case_id}/guarantee-claims", 409, "refund_not_failed", **DEPOSIT)
    await shop.refund_succeeds()
    await views.look()
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, completed.compensated_minor) == (OWED - PART, PART)
    shown = await shop.get(case_id)
    assert (shown["state"], shown["refunded"], shown["refund"]["missing"]) == ("completed", cny(OWED - PART), None)
    assert shown["explanation"]["money"]["en"] == (
        "151.33 CNY went back; 40.00 CNY was paid from the guarantee deposit of the merchant"
    )
    await views.check()
    shop.harness.problem(await shop.ask(2, type_="refund_only"), 422, "quantity_exceeds_remaining")


async def test_a_rest_that_fails_as_well_is_tried_again(shop: Shop) -> None:
    case_id = await paid_in_part(shop)
    await shop.act(shop.agent, case_id, "refund")
    await shop.refund_fails()
    assert (await shop.get(case_id))["refund"]["missing"] == cny(OWED - PART)
    await claimed(shop, case_id, 1000, reference="B-2")
    await shop.act(shop.agent, case_id, "refund")
    asked = await shop.last(RefundRequested)
    assert (asked.amount_minor, asked.compensated_minor) == (OWED - PART - 1000, PART + 1000)
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["refunded"] == cny(OWED - PART - 1000)


async def test_the_rest_is_claimed_up_to_what_is_missing(shop: Shop) -> None:
    case_id = await paid_in_part(shop)
    path = f"cases/{case_id}/guarantee-claims"
    await refused(shop, shop.buyer, path, 422, "exceeds_guarantee", **DEPOSIT, amount=cny(OWED - PART + 1))
    await claimed(shop, case_id, OWED - PART, reference="B-2")
    await refused(shop, shop.buyer, path, 409, "guarantee_claim_exists", **DEPOSIT)
    await refused(shop, shop.agent, f"cases/{case_id}/refund", 409, "covered_by_guarantee_claim")
    await shop.act(shop.agent, case_id, "close", note="?")
    shop.harness.problem(await shop.ask(2, type_="refund_only"), 422, "quantity_exceeds_remaining")


async def test_the_rest_is_stated_outside_the_provider(shop: Shop) -> None:
    case_id = await paid_in_part(shop)
    await files_of(shop, HASH)
    stated = {"method": "bank_transfer", "reference": "转账 12", "evidence": [HASH]}
    done(await shop.seller.post(f"/v1/cases/{case_id}/state-offline-refund", json=stated))
    assert (await shop.get(case_id))["offline_refund"]["amount"] == cny(OWED - PART)
    done(await shop.buyer.post(f"/v1/cases/{case_id}/confirm-offline-refund", json={}))
    shown = await shop.get(case_id)
    assert (shown["state"], shown["refunded"]) == ("completed", cny(OWED - PART))


async def disputed(shop: Shop, case_id: str) -> str:
    opening = {"category": "refund_delayed", "text": "?"}
    dispute = done(await shop.agent.post(f"/v1/cases/{case_id}/dispute", json=opening), 201)
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    return str(dispute["id"])


async def test_exactly_the_rest_is_awarded(shop: Shop) -> None:
    case_id = await paid_in_part(shop)
    dispute_id = await disputed(shop, case_id)
    verdict = {"liable": "seller", "grounds": "?", "remedy": "refund"}
    path = f"disputes/{dispute_id}/verdict"
    more = {**verdict, "amount": cny(OWED - PART + 1)}
    await refused(shop, shop.arbitrator, path, 422, "amount_exceeds_paid", **more)
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **verdict, amount=cny(OWED - PART))
    assert (await shop.last(RefundRequested)).amount_minor == OWED - PART
    await shop.refund_succeeds()
    shown = await shop.get(case_id)
    assert (shown["state"], shown["refunded"]) == ("completed", cny(OWED - PART))
    ruled = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()
    assert (ruled["refunded"], ruled["owed_by_buyer"]) == (cny(OWED - PART), cny(0))


async def close(shop: Shop, case_id: str) -> None:
    await shop.act(shop.agent, case_id, "close", note="?")


async def dismiss(shop: Shop, case_id: str) -> None:
    dispute_id = await disputed(shop, case_id)
    await shop.rule(dispute_id, "verdict", shop.arbitrator, liable="nobody", grounds="?", remedy="none")


@pytest.mark.parametrize("end", [close, dismiss])
async def test_the_rest_of_a_closed_case_is_left_to_later_ones(
    shop: Shop, end: Callable[[Shop, str], Awaitable[None]]
) -> None:
    await end(shop, await paid_in_part(shop))
    again = done(await shop.ask(2, type_="refund_only"), 201)
    assert again["requested"] == cny((28700 - PART) * 2 // 3), (
        "what is left of the line is shared among all three units"
    )
