"""Money back: once per decision, whatever the provider answers and however often it does."""

from aftercare_events import AfterSaleCompleted, AfterSaleEscalated, AfterSaleRefundFailed, RefundRequested
from aftersale_shop import Shop


async def refunding(shop: Shop) -> str:
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    return case["id"]


async def test_a_refused_refund_goes_to_an_agent_who_tries_a_new_one(shop: Shop) -> None:
    case_id = await refunding(shop)
    first = await shop.refund_fails()
    failed = await shop.get(case_id)
    assert (failed["state"], failed["whose_turn"], failed["refunded"]["amount"]) == ("manual_review", "agent", 0)
    assert (await shop.last(AfterSaleRefundFailed)).failure_code == "declined"
    assert (await shop.last(AfterSaleEscalated)).cause == "refund_failed"
    for action in ("approve", "cancel"):
        refused = await shop.agent.post(f"/v1/cases/{case_id}/{action}", json={})
        shop.harness.problem(refused, 409, "refund_already_decided")
    await shop.act(shop.agent, case_id, "refund", note="换一种方式再试")
    second = await shop.refund_succeeds()
    assert second.refund_id != first.refund_id
    assert second.amount_minor == first.amount_minor
    assert (await shop.get(case_id))["refunded"]["amount"] == 19133


async def test_the_same_event_twice_changes_nothing(shop: Shop) -> None:
    case_id = await refunding(shop)
    request = await shop.refund_succeeds()
    await shop.refund_succeeds(request)
    assert len(await shop.published(AfterSaleCompleted)) == 1
    assert (await shop.get(case_id))["refunded"]["amount"] == 19133
    assert await shop.harness.parked() == []


async def test_a_refusal_twice_escalates_once(shop: Shop) -> None:
    await refunding(shop)
    request = await shop.refund_fails()
    await shop.refund_fails(request)
    assert len(await shop.published(AfterSaleRefundFailed)) == 1
    assert await shop.harness.parked() == []


async def test_a_refund_that_was_never_decided_like_this_is_set_aside(shop: Shop) -> None:
    case_id = await refunding(shop)
    request = await shop.last(RefundRequested)
    await shop.refund_succeeds(request.model_copy(update={"amount_minor": 1}))
    assert len(await shop.harness.parked()) == 1
    assert (await shop.get(case_id))["state"] == "refunding"


async def test_a_refund_without_a_case_is_ignored(shop: Shop) -> None:
    await refunding(shop)
    request = await shop.last(RefundRequested)
    await shop.refund_succeeds(request.model_copy(update={"case_id": None}))
    assert await shop.harness.parked() == []
    assert not await shop.published(AfterSaleCompleted)


async def test_only_an_agent_orders_a_refund(shop: Shop) -> None:
    case_id = await refunding(shop)
    await shop.refund_fails()
    for client in (shop.buyer, shop.seller, shop.arbitrator):
        shop.harness.problem(await client.post(f"/v1/cases/{case_id}/refund", json={}), 403, "forbidden")


async def test_an_agent_grants_what_the_merchant_handed_over(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(3)
    await shop.act(shop.agent, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "refund", note="无需退货")
    assert (await shop.refund_succeeds()).amount_minor == 28700 + 800


async def test_cases_that_finish_in_another_order_still_add_up(shop: Shop) -> None:
    """The third unit was asked for second, paid first; each gets its share, and the last one brings the freight back."""
    await shop.delivered()
    two, one = await shop.case(2, type_="refund_only"), await shop.case(1, type_="refund_only")
    for case, freight in ((one, 0), (two, 800)):
        await shop.act(shop.seller, case["id"], "approve")
        assert (await shop.refund_succeeds()).amount_minor == case["requested"]["amount"] + freight
    assert two["requested"]["amount"] + one["requested"]["amount"] == 28700
