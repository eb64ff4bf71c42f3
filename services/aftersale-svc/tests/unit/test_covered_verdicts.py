"""A verdict that waits for appeals, and a claim on the merchant's deposit that pays the failed refund meanwhile."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from aftercare_events import RefundFailed
from aftersale_svc.commands.cases import reviews
from aftersale_svc.commands.disputes import appeals, disputes, openings, verdicts
from aftersale_svc.commands.money import refunds
from aftersale_svc.domain.cases.codes import CaseType, Liable
from aftersale_svc.domain.cases.deposit_covers.errors import GuaranteePaying
from aftersale_svc.domain.cases.deposit_covers.model import DepositCover
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.disputes.model import DisputeState, Opening, Remedy, TakesEffect, Verdict
from aftersale_svc.domain.orders.model import Order
from case_walk import CASE, DISPUTE, refund_ends, timer_of_dispute
from one_case import OneCase
from test_appeal_ends import by_another

LATER = TakesEffect.AFTER_APPEAL_WINDOW
AWARD = Verdict(Liable.SELLER, Remedy.REFUND, 100, "CNY", "?", takes_effect=LATER)
NOTHING = Verdict(Liable.BUYER, Remedy.NONE, None, None, "?")


@pytest.fixture
async def disputed(a_case: Callable[..., Case], an_order: Callable[..., Order]) -> OneCase:
    """A refund has failed, and the case is disputed."""
    walk = OneCase(a_case(type=CaseType.REFUND_ONLY), an_order())
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE))
    await walk.do("system", refund_ends(RefundFailed, refunds.fail, failure_code="declined"))
    await walk.do("agent", lambda tx: openings.open_(tx, CASE, opening=Opening("refund_delayed", "?", [])))
    await walk.do("seller", lambda tx: disputes.answer(tx, DISPUTE, text="?"))
    return walk


def claim(walk: OneCase, state: str) -> None:
    """The buyer claims the deposit."""
    refund_id = walk.snapshot.case.refund_id
    cover = DepositCover(id="grt_1", case_id=CASE, state=state, owed_minor=19933, refund_id=refund_id)
    walk.snapshot = replace(walk.snapshot, sent={**walk.snapshot.sent, "guarantee_claims": cover})


@pytest.fixture(params=["merchant_review", "paying", "paid"])
async def walk(request: pytest.FixtureRequest, disputed: OneCase) -> OneCase:
    """A verdict awards money that waits for appeals, and the buyer has claimed the deposit since."""
    await disputed.do("arbitrator", lambda tx: verdicts.give(tx, DISPUTE, verdict=AWARD))
    claim(disputed, request.param)
    return disputed


def left_to_an_agent(walk: OneCase) -> bool:
    dispute, case = walk.snapshot.dispute, walk.snapshot.case
    assert dispute is not None
    return (dispute.state, dispute.refunded_minor, case.state) == (DisputeState.EXECUTED, 0, CaseState.MANUAL_REVIEW)


async def test_the_time_to_appeal_ends_without_another_refund(walk: OneCase) -> None:
    assert walk.snapshot.dispute is not None
    assert walk.snapshot.dispute.deadline_at is not None
    walk.now = walk.snapshot.dispute.deadline_at
    await walk.do("system", timer_of_dispute)
    assert left_to_an_agent(walk)


async def test_a_verdict_is_confirmed_without_another_refund(walk: OneCase) -> None:
    await walk.do("buyer", lambda tx: appeals.appeal(tx, DISPUTE, grounds="?"))
    await walk.do("arbitrator", by_another(lambda tx: appeals.confirm(tx, DISPUTE, grounds="?")))
    assert left_to_an_agent(walk)


async def test_a_case_is_not_closed_while_the_deposit_pays(disputed: OneCase) -> None:
    claim(disputed, "paying")
    with pytest.raises(GuaranteePaying):
        await disputed.do("arbitrator", lambda tx: verdicts.give(tx, DISPUTE, verdict=NOTHING))


async def test_a_verdict_that_waits_closes_no_case_while_the_deposit_pays(disputed: OneCase) -> None:
    await disputed.do("arbitrator", lambda tx: verdicts.give(tx, DISPUTE, verdict=replace(NOTHING, takes_effect=LATER)))
    claim(disputed, "paying")
    assert disputed.snapshot.dispute is not None
    assert disputed.snapshot.dispute.deadline_at is not None
    disputed.now = disputed.snapshot.dispute.deadline_at
    await disputed.do("system", timer_of_dispute)
    assert left_to_an_agent(disputed)
