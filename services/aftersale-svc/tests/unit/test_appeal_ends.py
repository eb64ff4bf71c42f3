"""Whatever becomes of a verdict that may be appealed against, it leads to an end, by the service's own commands."""

from collections.abc import Callable
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor, SystemContext
from aftersale_svc.commands.disputes import appeals, verdicts
from aftersale_svc.domain.cases.codes import CaseType, Liable
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.disputes.lifecycle import UNDECIDED
from aftersale_svc.domain.disputes.model import DisputeState, Remedy, TakesEffect, Verdict
from aftersale_svc.domain.orders.model import Order
from case_graph import explore
from case_walk import DISPUTE, PEOPLE, Command
from graph_ends import stuck
from offline_walk import PAID_OUTSIDE
from test_dispute_ends import HEARING, SETTINGS
from test_remedy_ends import rejected


def verdict(remedy: Remedy, amount: int | None, effect: TakesEffect | None = None) -> Verdict:
    return Verdict(Liable.SELLER, remedy, amount, "CNY" if amount else None, "?", takes_effect=effect)


def give(remedy: Remedy, amount: int | None = None, effect: TakesEffect = TakesEffect.AFTER_APPEAL_WINDOW) -> Command:
    return lambda tx: verdicts.give(tx, DISPUTE, verdict=verdict(remedy, amount, effect))


def by_another(command: Command) -> Command:
    """The command of another arbitrator than who gave the verdict."""

    async def decide(tx: Any) -> object:
        if tx.actor.role == "arbitrator":
            tx.actor = Actor("arbitrator-2", "arbitrator")
        return await command(tx)

    return decide


def put_in_its_place(remedy: Remedy, amount: int | None = None) -> Command:
    return by_another(lambda tx: appeals.replace_verdict(tx, DISPUTE, verdict=verdict(remedy, amount)))


APPEALS: dict[str, Command] = {
    "announce a refund": give(Remedy.REFUND, 100),
    "announce nothing": give(Remedy.NONE),
    "announce to go on": give(Remedy.RESUME),
    "appeal": lambda tx: appeals.appeal(tx, DISPUTE, grounds="?"),
    "confirm the verdict": by_another(lambda tx: appeals.confirm(tx, DISPUTE, grounds="?")),
    "award less instead": put_in_its_place(Remedy.REFUND, 50),
    "award more instead": put_in_its_place(Remedy.REFUND, 200),
    "award nothing instead": put_in_its_place(Remedy.NONE),
    "order a test": by_another(HEARING["order a test"]),
    "receive the sample": HEARING["receive the sample"],
    "report": HEARING["report"],
}
WALKED = ("dispute", "answer", "award", "dismiss", "refund", "close", "accept the rejection")


@pytest.mark.parametrize("type_", [CaseType.REFUND_ONLY])
async def test_every_verdict_and_appeal_leads_to_an_end(
    type_: CaseType,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> None:
    people = {name: PEOPLE[name] for name in WALKED} | PAID_OUTSIDE | APPEALS
    graph, places = await explore(rejected(type_, a_case, an_order, acting), people, SETTINGS)
    assert not stuck(graph, places)
    reached = {snapshot.dispute.state for snapshot in places.values() if snapshot.dispute}
    assert {DisputeState.APPEAL_WINDOW, DisputeState.APPEALED, DisputeState.EXECUTED} <= reached
    tested = {snapshot.dispute.state for snapshot in places.values() if snapshot.dispute and snapshot.dispute.tested_in}
    assert tested == {DisputeState.AWAIT_SAMPLE, DisputeState.AT_LAB}
    for place, snapshot in places.items():
        dispute, case = snapshot.dispute, snapshot.case
        if dispute is None:
            continue
        waits = dispute.takes_effect is TakesEffect.AFTER_APPEAL_WINDOW and dispute.final_at is None
        undecided = dispute.state in UNDECIDED and dispute.tested_in is None
        assert (case.state is CaseState.DISPUTED) == (undecided or waits), place
        paid = dispute.refunded_minor or 0
        assert dispute.final_at is not None or paid <= (dispute.amount_minor or 0), place
        assert len(dispute.appealed_by) == len(set(dispute.appealed_by)), place
        if dispute.state is DisputeState.EXECUTED and case.state is CaseState.COMPLETED:
            assert snapshot.refund is not None
            assert paid == case.paid_before_minor + snapshot.refund.amount.total_minor, place
            assert dispute.final_at is None or paid >= (dispute.amount_minor or 0), place
