"""What a case holds that takes no units any more while its buyer is paid more than before: no other case gets that money meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from aftercare_events import RefundFailed, RefundSucceeded
from aftersale_svc.commands.cases import endings, reviews
from aftersale_svc.commands.disputes import appeals, disputes, openings, verdicts
from aftersale_svc.commands.money import refunds
from aftersale_svc.domain.cases.codes import CaseType, Liable, RejectReason
from aftersale_svc.domain.cases.errors import VerdictUnpaid
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.disputes.model import Opening, Remedy, TakesEffect, Verdict
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.orders.model import Order
from case_walk import CASE, DISPUTE, Command, refund_ends
from one_case import OneCase
from test_appeal_ends import by_another


def award(remedy: Remedy, minor: int) -> Verdict:
    return Verdict(Liable.SELLER, remedy, minor, "CNY", "?", takes_effect=TakesEffect.AT_ONCE)


PAID: Command = refund_ends(RefundSucceeded, refunds.finish)
FAILED: Command = refund_ends(RefundFailed, refunds.fail, failure_code="declined")


@pytest.fixture(
    params=[(CaseType.RETURN_REFUND, Remedy.COMPENSATION), (CaseType.PRICE_ADJUST, Remedy.REFUND)],
    ids=lambda param: str(param[0]),
)
async def walk(request: pytest.FixtureRequest, a_case: Callable[..., Case], an_order: Callable[..., Order]) -> OneCase:
    """A buyer who keeps the goods was paid 10.00 by a verdict, and 30.00 are awarded after an appeal."""
    type_, remedy = request.param
    walk = OneCase(a_case(type=type_), an_order())
    await walk.do("seller", lambda tx: reviews.reject(tx, CASE, reason=RejectReason.NO_DEFECT_FOUND))
    await walk.do("buyer", lambda tx: openings.open_(tx, CASE, opening=Opening("quality", "?", [])))
    await walk.do("seller", lambda tx: disputes.answer(tx, DISPUTE, text="?"))
    await walk.do("arbitrator", lambda tx: verdicts.give(tx, DISPUTE, verdict=award(remedy, 1000)))
    assert (await walk.do("system", PAID)).state is CaseState.COMPLETED
    assert held(walk) == (HoldState.SETTLED, 0, 1000)
    await walk.do("buyer", lambda tx: appeals.appeal(tx, DISPUTE, grounds="?"))
    more: Any = by_another(lambda tx: appeals.replace_verdict(tx, DISPUTE, verdict=award(remedy, 3000)))
    assert (await walk.do("arbitrator", more)).state is CaseState.REFUNDING
    return walk


def held(walk: OneCase) -> tuple[HoldState, int, int]:
    hold = walk.snapshot.hold
    return hold.state, hold.units, hold.amount_minor


async def test_what_is_on_its_way_is_held(walk: OneCase) -> None:
    assert held(walk) == (HoldState.SETTLED, 0, 3000)
    assert (await walk.do("system", PAID)).state is CaseState.COMPLETED
    assert held(walk) == (HoldState.SETTLED, 0, 3000)


async def test_what_was_not_paid_is_given_up_by_nobody(walk: OneCase) -> None:
    assert (await walk.do("system", FAILED)).state is CaseState.MANUAL_REVIEW
    with pytest.raises(VerdictUnpaid):
        await walk.do("agent", lambda tx: endings.close(tx, CASE))
    assert held(walk) == (HoldState.SETTLED, 0, 3000)
