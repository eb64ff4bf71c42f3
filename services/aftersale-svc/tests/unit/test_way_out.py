"""No document without a way out: every state that can be reached, with every fact that is remembered in it, leads to an end.

The graph is walked by the service's own commands. Reached is whatever people, timers, the provider, order-svc, the courier
and customer service lead to. From there an end must be reachable by people and timers alone, with a provider that declines
for ever.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.refusals import Refusal
from aftercare_events import ComplaintOpened, OrderCancelled, OrderShipped, RefundFailed, RefundSucceeded, ShippedLine
from aftersale_memory import NOW, Memory, World
from aftersale_svc.commands import cases, deadlines, disputes, effects, orders, refunds, returns, verdicts
from aftersale_svc.domain import lifecycle
from aftersale_svc.domain.codes import CaseType, Liable, OrderState, RejectReason, Remedy, Stage
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.domain.model import Case, CaseLine, Inspected, Order, State, Verdict
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES

Command = Callable[[Any], Awaitable[object]]
Graph = dict[tuple[object, ...], dict[str, World]]
CASE, DISPUTE = "case_1", "dsp_1"
SETTINGS = Settings.model_construct()
NEWS: Any = object()
ABOUT = {
    "affected_party": "buyer-1",
    "applicant": "buyer-1",
    "handler": "system",
    "time": NOW,
    "result": "?",
    "order_id": "ord_1",
    "buyer_id": "buyer-1",
    "merchant_id": "m-1",
}


def inspected(accepted: int) -> Command:
    return lambda tx: returns.inspect(tx, CASE, [Inspected("line_1", accepted)], RejectReason.EMPTY_RETURN)


def judged(remedy: Remedy, amount: int | None = None) -> Command:
    given = Verdict(Liable.SELLER, remedy, amount, "CNY" if amount else None, "because")
    return lambda tx: verdicts.give(tx, DISPUTE, given)


async def sent_back(tx: Memory) -> None:
    """The buyer hands the goods to a courier."""
    moved = lifecycle.move(tx.world.case, Action.SHIP, tx)
    await effects.enter(tx, moved, Action.SHIP, NEWS)  # type: ignore[arg-type]


async def arrived(tx: Memory) -> None:
    """The goods are with the merchant."""
    case = tx.world.case
    if case.frozen_state is State.RETURN_IN_TRANSIT:
        await tx.save(CASES, replace(case, frozen_state=State.AWAIT_INSPECTION), NEWS)
    else:
        moved = lifecycle.move(case, Action.RECEIVE, tx)
        await effects.enter(tx, moved, Action.RECEIVE, NEWS)  # type: ignore[arg-type]


PEOPLE: dict[str, Command] = {
    "approve": lambda tx: cases.approve(tx, CASE),
    "reject": lambda tx: cases.reject(tx, CASE, RejectReason.NO_DEFECT_FOUND),
    "cancel": lambda tx: cases.cancel(tx, CASE),
    "escalate": lambda tx: cases.escalate(tx, CASE),
    "ship": sent_back,
    "receive": arrived,
    "accept all": inspected(2),
    "accept one": inspected(1),
    "accept none": inspected(0),
    "refund": lambda tx: refunds.refund(tx, CASE),
    "accept the rejection": lambda tx: cases.accept(tx, CASE),
    "close": lambda tx: cases.close(tx, CASE, "?"),
    "answer": lambda tx: disputes.answer(tx, DISPUTE, "?"),
    "withdraw": lambda tx: disputes.withdraw(tx, DISPUTE),
    "award": judged(Remedy.REFUND, 100),
    "dismiss": judged(Remedy.NONE),
    "resume": judged(Remedy.RESUME),
}


def refund_ends(kind: type[RefundSucceeded] | type[RefundFailed], command: Command, **more: str) -> Command:
    async def told(tx: Memory) -> None:
        case = tx.world.case
        if case.state is State.REFUNDING:  # order-svc answers what it was asked
            facts = {"payment_id": "pay_1", "provider": "simulator", "currency": "CNY", "refunded_minor": 0}
            event = kind(
                **ABOUT, **facts, **more, case_id=CASE, refund_id=case.refund_id, amount_minor=case.refund_minor
            )
            await command(tx, event)  # type: ignore[call-arg]

    return told


async def complained(tx: Memory) -> None:
    facts = {"channel": "web", "state": "open", "category": "unfair_rejection", "text_hash": "sha256:0"}
    await disputes.open_(tx, ComplaintOpened(**ABOUT, **facts, complaint_id="cmp_1", case_id=CASE))  # type: ignore[arg-type]


async def order_cancelled(tx: Memory) -> None:
    if tx.world.order.state is OrderState.PAID:
        await orders.cancelled(tx, OrderCancelled(**ABOUT, cause="buyer"))  # type: ignore[arg-type]


async def order_shipped(tx: Memory) -> None:
    if tx.world.order.state is OrderState.PAID:
        lines = (ShippedLine(line_id="line_1", quantity=2),)
        parcel = {"parcel_id": "par_1", "carrier": "zto", "waybill_no": "7300", "complete": True}
        await orders.shipped(tx, OrderShipped(**ABOUT, **parcel, lines=lines))  # type: ignore[arg-type]


DECLINED: dict[str, Command] = {"declined": refund_ends(RefundFailed, refunds.fail, failure_code="declined")}
OTHERS: dict[str, Command] = {
    "refunded": refund_ends(RefundSucceeded, refunds.finish),
    "units shipped": refund_ends(RefundFailed, refunds.fail, failure_code="units_shipped"),
    "complained": complained,
    "order cancelled": order_cancelled,
    "order shipped": order_shipped,
    "arrived": arrived,
}


async def left_by(world: World, role: str, command: Command, now: Any = NOW) -> World:
    """The world after one command; the same where it is refused."""
    tx = Memory(world, role, now, SETTINGS)
    try:
        await command(tx)
    except Refusal:
        return world
    return tx.world


async def steps(world: World) -> dict[str, World]:
    """What people, timers and a provider that declines make of it."""
    made = {
        f"{name} ({role})": await left_by(world, role, command)
        for name, command in PEOPLE.items()
        for role in ("buyer", "seller", "agent", "arbitrator")
    }
    made |= {name: await left_by(world, "system", command) for name, command in DECLINED.items()}
    if world.case.deadline_at is not None:
        on_time = await left_by(world, "system", lambda tx: deadlines.on_time(tx, CASE), world.case.deadline_at)
        made["timer"] = on_time
    if world.dispute is not None and world.dispute.deadline_at is not None:
        late = await left_by(world, "system", lambda tx: disputes.escalate(tx, DISPUTE), world.dispute.deadline_at)
        made["timer of the dispute"] = late
    return {name: after for name, after in made.items() if after.facts != world.facts}


async def walked(first: World) -> tuple[Graph, dict[tuple[object, ...], World]]:
    """Every place that is reached, with the steps that lead on from it."""
    graph: Graph = {}
    places = {first.facts: first}
    waiting = deque([first])
    while waiting:
        world = waiting.popleft()
        graph[world.facts] = await steps(world)
        events = [await left_by(world, "system", command) for command in OTHERS.values()]
        for after in (*graph[world.facts].values(), *events):
            if after.facts not in places:
                places[after.facts] = after
                waiting.append(after)
    return graph, places


def leading_to(graph: Graph, ends: Iterable[tuple[object, ...]]) -> set[tuple[object, ...]]:
    """The places from which some steps lead to one of these."""
    found, before = set(ends), -1
    while len(found) > before:
        before = len(found)
        found |= {place for place, on in graph.items() if any(after.facts in found for after in on.values())}
    return found


@pytest.fixture
def first(a_case: Callable[..., Case], an_order: Callable[..., Order], on: Callable[..., Any]) -> Callable[..., World]:
    """A new case on all that was ordered."""

    def opened(type_: CaseType, state: OrderState) -> World:
        line = CaseLine(
            case_id=CASE,
            line_id="line_1",
            sku="KETTLE-1",
            quantity=2,
            amount_minor=19133,
            line_units=2,
            line_paid_minor=19133,
            units_before=0,
        )
        stage = Stage.PRE_SHIP if state is OrderState.PAID else Stage.POST_RECEIPT
        case = a_case(type=type_, stage=stage, shipping_refund_minor=800)
        return World(an_order(state), lifecycle.opened(case, on()), (line,))

    return opened


@pytest.mark.parametrize("state", [OrderState.PAID, OrderState.DELIVERED])
@pytest.mark.parametrize("type_", CaseType)
async def test_everything_that_can_be_reached_leads_to_an_end(
    first: Callable[..., World], type_: CaseType, state: OrderState
) -> None:
    graph, places = await walked(first(type_, state))
    stuck = places.keys() - leading_to(graph, [facts for facts, world in places.items() if world.over])
    assert not stuck, "\n".join(sorted(map(str, stuck)))
    seen = {world.case.state for world in places.values()}
    expected = {action_state for action_state, _ in lifecycle.CASE[type_].transitions} | {
        State.COMPLETED,
        State.CANCELLED,
    }
    assert seen == expected, "the walk reaches every state"


@pytest.mark.parametrize("type_", CaseType)
async def test_what_holds_wherever_it_goes(first: Callable[..., World], type_: CaseType) -> None:
    _, places = await walked(first(type_, OrderState.PAID))
    for world in places.values():
        case, dispute = world.case, world.dispute
        told = str(world.facts)
        disputed = dispute is not None and dispute.state in ("await_merchant_answer", "platform_review")
        assert (case.state is State.DISPUTED) == disputed, told
        if dispute is not None and dispute.state == "executing":
            assert case.state in (State.REFUNDING, State.MANUAL_REVIEW), told
        if world.order.state is OrderState.CANCELLED:
            assert world.over or case.state in (State.REFUNDING, State.DISPUTED), told
