"""An appeal waits for a test of the goods as a review does, and goes on afterwards."""

from aftercare_events import VerdictConfirmed
from aftersale_shop import Shop
from test_lab_tests import FOUND, ORDER, PARCEL, a_report, costs, refused, reviewed, the_test
from test_lab_tests import shop as shop


async def appealed(shop: Shop) -> tuple[str, str]:
    """A dispute whose verdict was executed, and against which the buyer has appealed."""
    case_id, dispute_id = await reviewed(shop)
    await shop.verdict(dispute_id, None, "none")
    await shop.rule(dispute_id, "appeal", shop.buyer, grounds="商品有缺陷，请检测")
    return case_id, dispute_id


async def test_an_appeal_waits_for_a_test(shop: Shop) -> None:
    case_id, dispute_id = await appealed(shop)
    second = shop.harness.client("arbitrator", "arb-2")
    await refused(shop, shop.arbitrator, f"{dispute_id}/order-test", 409, "decided_first", **ORDER)
    waiting = await shop.rule(dispute_id, "order-test", second, **ORDER)
    assert (waiting["state"], waiting["whose_turn"]) == ("await_sample", "merchant")
    confirmation = {"grounds": "?"}
    await refused(shop, second, f"{dispute_id}/confirm-verdict", 409, "test_open", **confirmation)
    await refused(shop, shop.buyer, f"{dispute_id}/withdraw", 409, "appeal_open")
    await shop.rule(dispute_id, "appeal", shop.seller, grounds="?")
    await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)
    await shop.rule(dispute_id, "receive-sample", shop.agent)
    await a_report(shop, case_id)
    back = await shop.rule(dispute_id, "report-test", shop.agent, evidence_id="ev_9", answers=FOUND)
    assert (back["state"], back["whose_turn"], back["appealed_by"]) == ("appealed", "platform", ["buyer", "merchant"])
    done = await shop.rule(dispute_id, "confirm-verdict", second, **confirmation)
    assert done["state"] == "executed"
    assert await costs(shop, dispute_id) == [("testing", "platform", 30000)]
    confirmed = await shop.last(VerdictConfirmed)
    assert [(each.kind, each.amount_minor) for each in confirmed.costs] == [("testing", 30000)]
    decided = (await shop.agent.get(f"/v1/cases/{case_id}/decisions")).json()["data"][-1]
    assert (decided["kind"], decided["facts"]["tests"][0]["state"]) == ("appeal", "reported")


async def test_a_late_sample_leads_back_to_the_appeal_and_what_is_paid_goes_on(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await shop.verdict(dispute_id, 100)
    await shop.rule(dispute_id, "appeal", shop.seller, grounds="?")
    second = shop.harness.client("arbitrator", "arb-2")
    await shop.rule(dispute_id, "order-test", second, **ORDER)
    await shop.refund_succeeds()
    paid = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()
    assert (paid["state"], paid["refunded"]["amount"]) == ("await_sample", 100)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    assert (await the_test(shop, dispute_id))["state"] == "sample_late"
    done = await shop.rule(dispute_id, "confirm-verdict", second, grounds="?")
    assert done["state"] == "executed"
