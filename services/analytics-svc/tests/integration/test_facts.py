"""The facts that metrics are computed from: what each kind of event changes in them."""

from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from example_log import ExampleLog

CASE = {"case_id": "case_1", "order_id": "ord_1", "case_type": "return_refund"}
DISPUTE = {"case_id": "case_1", "order_id": "ord_1", "complaint_id": "cmp_1", "dispute_id": "dsp_1"}
REFUND = {"order_id": "ord_1", "payment_id": "pay_1", "provider": "simulator", "refunded_minor": 100}


@pytest.fixture
def log() -> ExampleLog:
    """A log in which a case was requested."""
    log = ExampleLog()
    request = {"reason": "quality_defect", "stage": "post_receipt", "lines": (), "requested_minor": 100}
    log.record("AfterSaleRequested", state="pending_review", **request, **CASE)
    return log


async def row(analytics: Harness, table: str, id: str) -> Any:
    found = await analytics.runtime.pool.fetchrow(f"SELECT * FROM {table} WHERE id = $1", id)
    assert found is not None, f"no row in {table}"
    return found


async def test_the_first_decision_is_the_answer(analytics: Harness, log: ExampleLog) -> None:
    approved = log.record("AfterSaleApproved", state="await_buyer_shipment", cause="decision", **CASE)
    log.record("AfterSaleRejected", state="rejected", reason="no_defect_found", **CASE)
    await log.deliver_to(analytics)
    case = await row(analytics, "case_facts", "case_1")
    assert (case["state"], case["answered_at"], case["closed_at"]) == ("rejected", approved.time, None)


async def test_an_event_of_a_new_terminal_state_closes_the_case(analytics: Harness, log: ExampleLog) -> None:
    """The fact decides, not the name of a state, which this service need not know."""
    ended = log.record("AfterSaleClosed", state="exchanged", terminal=True, cause="verdict", **CASE)
    await log.deliver_to(analytics)
    assert (await row(analytics, "case_facts", "case_1"))["closed_at"] == ended.time


async def test_an_event_without_the_fact_closes_the_case_by_its_state(analytics: Harness, log: ExampleLog) -> None:
    ended = log.record("AfterSaleCancelled", state="cancelled", **CASE)
    await log.deliver_to(analytics)
    assert (await row(analytics, "case_facts", "case_1"))["closed_at"] == ended.time


async def test_a_case_that_a_dispute_reopens_is_closed_by_its_next_end(analytics: Harness, log: ExampleLog) -> None:
    log.record("AfterSaleClosed", state="closed", terminal=True, cause="rejected", **CASE)
    log.record("AfterSaleFrozen", state="disputed", terminal=False, dispute_id="dsp_1", **CASE)
    ended = log.record("AfterSaleCompleted", state="completed", terminal=True, refunded_minor=1, lines=(), **CASE)
    await log.deliver_to(analytics)
    assert (await row(analytics, "case_facts", "case_1"))["closed_at"] == ended.time


async def test_further_events_of_an_ended_case_do_not_move_its_end(analytics: Harness, log: ExampleLog) -> None:
    ended = log.record("AfterSaleClosed", state="closed", terminal=True, cause="rejected", **CASE)
    log.record(
        "AfterSaleRestaged", state="closed", terminal=True, previous_stage="pre_ship", stage="in_transit", **CASE
    )
    await log.deliver_to(analytics)
    assert (await row(analytics, "case_facts", "case_1"))["closed_at"] == ended.time


async def test_a_dispute_keeps_who_is_liable_until_it_ends(analytics: Harness, log: ExampleLog) -> None:
    opened = log.record("DisputeOpened", state="await_merchant_answer", category="unfair_rejection", **DISPUTE)
    verdict = {"liable": "seller", "remedy": "refund", "amount_minor": 100, "grounds_hash": "sha256:02"}
    log.record("VerdictGiven", state="executing", terminal=False, **verdict, **DISPUTE)
    await log.deliver_to(analytics)
    dispute = await row(analytics, "dispute_facts", "dsp_1")
    assert (dispute["liable"], dispute["opened_at"], dispute["ended_at"]) == ("seller", opened.time, None)


@pytest.mark.parametrize("fields", [{"state": "settled", "terminal": True}, {"state": "withdrawn"}])
async def test_a_dispute_ends_with_its_terminal_event(
    analytics: Harness, log: ExampleLog, fields: dict[str, Any]
) -> None:
    log.record("DisputeOpened", state="await_merchant_answer", category="unfair_rejection", **DISPUTE)
    ended = log.record("DisputeWithdrawn", **fields, **DISPUTE)
    await log.deliver_to(analytics)
    assert (await row(analytics, "dispute_facts", "dsp_1"))["ended_at"] == ended.time


async def test_refunds_that_belong_to_no_case_are_stored(analytics: Harness, log: ExampleLog) -> None:
    log.record("RefundSucceeded", refund_id="ref_1", amount_minor=100, case_id=None, **REFUND)
    await log.deliver_to(analytics)
    refund = await row(analytics, "refund_facts", "ref_1")
    assert (refund["case_id"], refund["amount_minor"], refund["currency"]) == (None, 100, "CNY")


async def test_what_is_back_of_a_refund_that_failed_counts(analytics: Harness, log: ExampleLog) -> None:
    failed = {"failure_code": "payment_closed", "amount_minor": 100, "case_id": "case_1", **REFUND}
    log.record("RefundFailed", refund_id="ref_1", succeeded_minor=60, **failed)
    log.record("RefundFailed", refund_id="ref_2", **failed)
    await log.deliver_to(analytics)
    assert (await row(analytics, "refund_facts", "ref_1"))["amount_minor"] == 60
    assert await analytics.runtime.pool.fetchval("SELECT count(*) FROM refund_facts") == 1


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_shares_that_came_back_count_no_more_in_whichever_order_their_events_come(
    analytics: Harness, log: ExampleLog, place: int
) -> None:
    """A refund of 100 by two payments, of which 60 came back and then 40: events of different payments come in any order."""
    refund = {**REFUND, "refund_id": "ref_1", "case_id": "case_1"}
    paid = log.record("RefundSucceeded", amount_minor=100, **{**refund, "payment_id": "pay_2"})
    back = {"failure_code": "account_closed"}
    first = log.record("RefundReversed", amount_minor=60, succeeded_minor=40, **back, **refund)
    last = log.record("RefundReversed", amount_minor=40, **back, **{**refund, "payment_id": "pay_2"})
    others = [paid, last]
    for envelope in (*others[:place], first, *others[place:]):
        await analytics.deliver(envelope)
    facts = await row(analytics, "refund_facts", "ref_1")
    assert (facts["amount_minor"], facts["succeeded_at"]) == (0, paid.time)
    assert await analytics.parked() == []


async def test_a_changed_rating_keeps_when_it_was_given(analytics: Harness, log: ExampleLog) -> None:
    rating = {"rating_id": "rat_1", "case_id": "case_1", "order_id": "ord_1"}
    given = log.record("RatingGiven", scores={"speed": 2}, **rating)
    log.record("RatingChanged", scores={"speed": 4}, **rating)
    await log.deliver_to(analytics)
    facts = await row(analytics, "rating_facts", "rat_1")
    assert (facts["scores"], facts["given_at"]) == ({"speed": 4}, given.time)
