"""Appeals: verdicts that wait for them, verdicts that were executed, who decides, and what a replaced verdict leaves open."""

from typing import Any

import httpx
import pytest
from aftercare_events import (
    AfterSaleCompleted,
    DisputeAppealed,
    DisputeExecuted,
    RefundRequested,
    VerdictBecameFinal,
    VerdictReplaced,
)
from aftersale_shop import HASH, Shop
from checked_files import files_of

GROUNDS = {"grounds": "判决没有考虑开箱视频。"}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def reviewed(shop: Shop) -> tuple[str, str]:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    return case_id, dispute_id


async def decided(shop: Shop, amount: int | None, **more: Any) -> tuple[str, str]:
    """A dispute with this verdict: of a refund, or of nothing."""
    case_id, dispute_id = await reviewed(shop)
    award = {"remedy": "none"} if amount is None else {"remedy": "refund", "amount": cny(amount)}
    await shop.rule(dispute_id, "verdict", shop.arbitrator, liable="seller", grounds="?", **award, **more)
    return case_id, dispute_id


async def refused(shop: Shop, client: httpx.AsyncClient, path: str, status: int, code: str, **body: Any) -> Any:
    return shop.harness.problem(await client.post(f"/v1/disputes/{path}", json=body), status, code)


def another(shop: Shop) -> httpx.AsyncClient:
    return shop.harness.client("arbitrator", "arb-2")


async def shown(shop: Shop, dispute_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await shop.seller.get(f"/v1/disputes/{dispute_id}")).json()
    return body


async def test_a_verdict_waits_for_the_time_to_appeal_and_is_executed_then(shop: Shop) -> None:
    case_id, dispute_id = await decided(shop, 7000, takes_effect="after_appeal_window")
    waiting = await shown(shop, dispute_id)
    assert (waiting["state"], waiting["whose_turn"], waiting["deadline_effect"]) == (
        "appeal_window",
        "parties",
        "verdict_becomes_final",
    )
    assert waiting["appeal_until"] == waiting["deadline_at"]
    case = await shop.get(case_id)
    assert case["state"] == "disputed"
    sentences = case["explanation"]
    assert "申诉" in sentences["appeal"]["zh_cn"]
    assert sentences["where"]["en"] == "Stopped by a dispute: the verdict waits for the time to appeal"
    assert sentences["money"]["en"].startswith("The verdict awards 70.00 CNY, which goes back on ")
    assert not await shop.published(RefundRequested)
    verdict = {"liable": "seller", "remedy": "none", "grounds": "?"}
    await refused(shop, shop.arbitrator, f"{dispute_id}/verdict", 409, "illegal_transition", **verdict)
    shop.clock.advance(hours=72)
    await refused(shop, shop.buyer, f"{dispute_id}/appeal", 409, "deadline_passed", **GROUNDS)
    await shop.harness.run_due()
    assert (await shop.last(VerdictBecameFinal)).is_terminal is False
    assert (await shop.refund_succeeds()).amount_minor == 7000
    executed = await shown(shop, dispute_id)
    assert (executed["state"], executed["refunded"]) == ("executed", cny(7000))
    assert (await shop.names(dispute_id))[-3:] == ["VerdictGiven", "VerdictBecameFinal", "DisputeExecuted"]
    await refused(shop, shop.buyer, f"{dispute_id}/appeal", 409, "verdict_final", **GROUNDS)


async def test_another_arbitrator_replaces_a_verdict_that_waits(shop: Shop) -> None:
    cost = [{"kind": "testing", "bearer": "merchant", "amount": cny(3000)}]
    sanction = [{"code": "warn", "subject": "merchant"}]
    more = {"costs": cost, "sanctions": sanction}
    case_id, dispute_id = await decided(shop, 7000, takes_effect="after_appeal_window", **more)
    other = shop.harness.client("buyer", "buyer-2")
    await refused(shop, other, f"{dispute_id}/appeal", 404, "not_found", **GROUNDS)
    appealed = await shop.rule(dispute_id, "appeal", shop.seller, **GROUNDS)
    assert (appealed["state"], appealed["appealed_by"], appealed["arbitrator_id"]) == ("appealed", ["merchant"], None)
    event = await shop.last(DisputeAppealed)
    assert event.by == "merchant"
    assert "开箱" not in event.model_dump_json()
    await refused(shop, shop.seller, f"{dispute_id}/appeal", 409, "already_appealed", **GROUNDS)
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    for action, body in (("take", {}), ("confirm-verdict", GROUNDS)):
        await refused(shop, shop.arbitrator, f"{dispute_id}/{action}", 409, "decided_first", **body)
    await refused(shop, shop.agent, f"{dispute_id}/assign", 409, "decided_first", arbitrator_id="arb-1")
    party = shop.harness.client("arbitrator", "m-1")
    await refused(shop, party, f"{dispute_id}/confirm-verdict", 409, "party_cannot_decide", **GROUNDS)
    judgement = {"liable": "buyer", "remedy": "none", "grounds": "改判", "costs": [{**cost[0], "bearer": "buyer"}]}
    replaced = await shop.rule(dispute_id, "replace-verdict", another(shop), **judgement)
    assert (replaced["state"], replaced["liable"], replaced["decided_by"]) == ("executed", "buyer", "arb-2")
    detail = await shown(shop, dispute_id)
    assert {each["side"]: each["outcome"] for each in detail["appeals"]} == {
        "buyer": "replaced",
        "merchant": "replaced",
    }
    assert ([each["bearer"] for each in detail["costs"]], detail["sanctions"], detail["entries"]) == (["buyer"], [], [])
    costs = (await shop.agent.get("/v1/dispute-costs", params={"merchant_id": "m-1"})).json()
    assert {each["bearer"]: each["amount"]["amount"] for each in costs["totals"]} == {"buyer": 3000, "merchant": 0}
    closed = await shop.get(case_id)
    assert (closed["state"], closed["close_cause"]) == ("closed", "verdict")


async def test_a_confirmed_verdict_that_waits_is_executed(shop: Shop) -> None:
    _, dispute_id = await decided(shop, 7000, takes_effect="after_appeal_window")
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    shop.clock.advance(hours=72)
    await shop.harness.run_due()
    assert (await shown(shop, dispute_id))["state"] == "appealed", "the platform is late, and nothing else happens"
    confirmed = await shop.rule(dispute_id, "confirm-verdict", another(shop), grounds="维持")
    assert confirmed["state"] == "executing"
    await shop.refund_succeeds()
    await refused(shop, shop.seller, f"{dispute_id}/appeal", 409, "verdict_final", **GROUNDS)


async def test_a_verdict_that_paid_nothing_is_replaced_and_the_case_pays(shop: Shop) -> None:
    case_id, dispute_id = await decided(shop, None)
    assert await shop.complaint(case_id, "cmp_2") is None
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    judgement = {"liable": "seller", "remedy": "return", "grounds": "?"}
    problem = await refused(
        shop, another(shop), f"{dispute_id}/replace-verdict", 422, "remedy_not_possible", **judgement
    )
    assert problem["allowed"] == ["refund", "none", "compensation"]
    award = {"liable": "seller", "remedy": "refund", "grounds": "?"}
    above = {**award, "amount": cny(19134)}
    await refused(shop, another(shop), f"{dispute_id}/replace-verdict", 422, "amount_exceeds_paid", **above)
    replaced = await shop.rule(dispute_id, "replace-verdict", another(shop), **award, amount=cny(9000))
    assert (replaced["state"], replaced["final_at"] is not None) == ("executing", True)
    assert (await shop.refund_succeeds()).amount_minor == 9000
    assert (await shop.get(case_id))["state"] == "completed"
    assert [each.refunded_minor for each in await shop.published(DisputeExecuted)] == [0, 9000]


async def test_what_was_paid_too_much_is_recorded_and_nothing_is_debited(shop: Shop) -> None:
    case_id, dispute_id = await decided(shop, 7000)
    await shop.rule(dispute_id, "appeal", shop.seller, **GROUNDS)
    less = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": cny(5000)}
    await refused(shop, another(shop), f"{dispute_id}/replace-verdict", 409, "verdict_in_execution", **less)
    await shop.refund_succeeds()
    assert (await shown(shop, dispute_id))["refunded"] == cny(7000)
    replaced = await shop.rule(dispute_id, "replace-verdict", another(shop), **less)
    assert (replaced["state"], replaced["amount"], replaced["refunded"]) == ("executed", cny(5000), cny(7000))
    event = await shop.last(VerdictReplaced)
    assert (event.entry, event.entry_minor) == ("buyer_owes", 2000)
    [entry] = (await shown(shop, dispute_id))["entries"]
    assert (entry["direction"], entry["amount"]) == ("buyer_owes", cny(2000))
    case = await shop.get(case_id)
    assert case["refunded"] == cny(7000)
    assert case["explanation"]["money"]["zh_cn"] == "已退款 70.00 CNY；裁决经申诉改判，其中 20.00 CNY 应由买家返还"
    assert len(await shop.published(RefundRequested)) == 1


@pytest.mark.parametrize("remedy", ["resume", "return"])
async def test_each_side_may_appeal_before_a_case_goes_on_by_a_verdict(shop: Shop, remedy: str) -> None:
    """The merchant opens no disputes: the appeal is its only remedy."""
    case_id, dispute_id = await reviewed(shop)
    verdict = {"liable": "seller", "remedy": remedy, "grounds": "?"}
    waiting = await shop.rule(dispute_id, "verdict", shop.arbitrator, **verdict)
    assert (waiting["state"], waiting["takes_effect"]) == ("appeal_window", "after_appeal_window")
    assert (await shop.get(case_id))["state"] == "disputed"
    await shop.rule(dispute_id, "appeal", shop.seller, **GROUNDS)
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    await shop.rule(dispute_id, "replace-verdict", another(shop), liable="buyer", remedy="none", grounds="改判")
    assert (await shop.get(case_id))["state"] == "closed"


async def test_a_return_that_nobody_appeals_against_goes_on_after_the_time_for_it(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    verdict = {"liable": "seller", "remedy": "return", "grounds": "?"}
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **verdict)
    shop.clock.advance(hours=72)
    await shop.harness.run_due()
    assert (await shown(shop, dispute_id))["state"] == "executed"
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"
    await refused(shop, shop.seller, f"{dispute_id}/appeal", 409, "verdict_final", **GROUNDS)


async def test_a_verdict_that_lets_the_case_go_on_at_once_has_no_appeal(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    executed = await shop.verdict(dispute_id, None, "resume")
    assert executed["appeal_until"] is None
    await refused(shop, shop.buyer, f"{dispute_id}/appeal", 409, "verdict_not_appealable", **GROUNDS)


async def test_a_case_as_it_was_has_what_was_known_then_about_an_appeal(shop: Shop) -> None:
    """As the live API answered at each step; the file of the dispute has the same."""
    case_id, dispute_id = await reviewed(shop)
    shop.clock.advance(hours=1)
    await shop.verdict(dispute_id, None, "none")
    other = another(shop)

    async def sentence(**past: str) -> Any:
        shown = await shop.agent.get(f"/v1/cases/{case_id}", params=past)
        return shown.json()["explanation"].get("appeal")

    answers = [(shop.clock.now(), await sentence())]
    for client, action in ((shop.buyer, "appeal"), (other, "confirm-verdict")):
        shop.clock.advance(hours=1)
        await shop.rule(dispute_id, action, client, **GROUNDS)
        answers.append((shop.clock.now(), await sentence()))
        shop.clock.advance(hours=1)
    assert [each is None for _, each in answers] == [False, False, True]
    assert answers[0][1] != answers[1][1]
    for at, known in answers:
        for side in ("buyer", "merchant"):
            assert await sentence(as_of=at.isoformat(), as_seen_by=side) == known, at
    opened = (await shop.get(case_id))["created_at"]
    assert await sentence(as_of=opened) is None, "there was no verdict"
    file = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}/file")).json()
    assert file["case"] == (await shop.arbitrator.get(f"/v1/cases/{case_id}")).json()


async def test_what_is_awarded_besides_what_was_paid_is_another_refund(shop: Shop) -> None:
    case_id, dispute_id = await decided(shop, 7000)
    first = await shop.refund_succeeds()
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    more = {"liable": "seller", "grounds": "?"}
    kept = {**more, "remedy": "compensation", "amount": cny(19133)}
    problem = await refused(shop, another(shop), f"{dispute_id}/replace-verdict", 422, "remedy_not_possible", **kept)
    assert problem["allowed"] == ["refund", "none"]
    replaced = await shop.rule(dispute_id, "replace-verdict", another(shop), **more, remedy="refund", amount=cny(19133))
    assert (replaced["state"], replaced["amount"], replaced.get("refunded")) == ("executing", cny(19133), None)
    event = await shop.last(VerdictReplaced)
    assert (event.entry, event.entry_minor) == (None, None)
    paying = await shop.get(case_id)
    assert (paying["state"], paying["refunded"]) == ("refunding", cny(7000))
    await shop.refund_fails()
    assert (await shop.get(case_id))["state"] == "manual_review"
    await shop.act(shop.agent, case_id, "refund")
    second = await shop.refund_succeeds()
    assert (second.amount_minor, second.refund_id != first.refund_id) == (12133, True)
    done = await shop.get(case_id)
    assert (done["state"], done["refunded"]) == ("completed", cny(19133))
    assert (await shown(shop, dispute_id))["refunded"] == cny(19133)
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, [each.quantity for each in completed.lines]) == (19133, [0])
    assert [each.refunded_minor for each in await shop.published(DisputeExecuted)] == [7000, 19133]
    shop.harness.problem(await shop.ask(2), 422, "quantity_exceeds_remaining")


async def test_a_case_whose_provider_pays_no_more_is_paid_outside(shop: Shop) -> None:
    case_id, dispute_id = await decided(shop, 7000)
    await shop.refund_succeeds()
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    award = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": cny(9000)}
    await shop.rule(dispute_id, "replace-verdict", another(shop), **award)
    await shop.refund_fails()
    closing = await shop.agent.post(f"/v1/cases/{case_id}/close", json={"note": "?"})
    shop.harness.problem(closing, 409, "verdict_unpaid")
    await files_of(shop, HASH)
    await shop.act(shop.seller, case_id, "state-offline-refund", method="cash", reference="B-1", evidence=[HASH])
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert ((await shop.get(case_id))["refunded"], (await shown(shop, dispute_id))["refunded"]) == (cny(9000),) * 2
    shop.harness.problem(await shop.ask(2), 422, "quantity_exceeds_remaining")


async def test_a_compensation_is_raised_within_what_other_cases_have_left(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await shop.verdict(dispute_id, 2000, "compensation")
    await shop.refund_succeeds()
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    other = await shop.case(3)
    award = {"liable": "seller", "remedy": "compensation", "grounds": "?", "amount": cny(3000)}
    await refused(shop, another(shop), f"{dispute_id}/replace-verdict", 422, "amount_exceeds_paid", **award)
    await shop.act(shop.buyer, other["id"], "cancel")
    await shop.rule(dispute_id, "replace-verdict", another(shop), **award)
    assert (await shop.refund_succeeds()).amount_minor == 1000
    assert (await shop.get(case_id))["refunded"] == cny(3000)
    assert (await shop.case(3))["requested"]["amount"] == 28700 - 3000
