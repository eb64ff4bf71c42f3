"""One order among all who act on it: buyer, seller, courier, provider, operator, timers, and a small after-sales centre.

Every move runs the real command of order-svc on rows in memory. Aftersale-svc is played by `Case`: the states that it
gives a case, and the events that it publishes. It does not know what order-svc has just decided, as in life.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.testing.clocks import START, FixedClock, SequentialIds
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    CaseLine,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    RefundRequested,
)
from order_memory import Memory
from order_svc.commands import cancellations, orders, parcels, payments, receipts, refund_requests, refunds, shipments
from order_svc.commands.timers import order_due
from order_svc.consumers import HANDLERS
from order_svc.domain.fulfilment import Pick, fully_shipped
from order_svc.domain.model import Address, Amount, LineDraft
from order_svc.domain.tracking import ParcelStatus, Scan
from order_svc.integrations.payments.port import Answer, Outcome

BUYER, SELLER, AGENT = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", "m-1"), Actor("agent-1", "agent")
PLACE = {"name": "n", "phone": "1", "country": "CN", "province": "", "city": "c", "district": "", "street": "s"}
PRICE, FREIGHT = 100, 7
OVER = ("completed", "closed", "cancelled")
Move = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """A case as aftersale-svc knows it; `frozen` is the state in which a dispute stopped it, `verdict` says that the
    refund carries out a verdict."""

    id: str
    type: str
    stage: str
    line: int
    units: int
    state: str = "pending_review"
    frozen: str | None = None
    refund_id: str | None = None
    amount: int = 0
    dispute_id: str | None = None
    verdict: bool = False


@dataclass(frozen=True)
class Limits:
    """How much may happen, so that the states can be counted."""

    parcels: int = 2
    cases: int = 1
    types: tuple[str, ...] = ("refund_only",)
    disputes: bool = True


class World:
    """`moves` are all that somebody may try now; a move that is refused raises a Refusal and changes nothing."""

    def __init__(self, quantities: tuple[int, ...], limits: Limits) -> None:
        self.quantities, self.limits, self.db = quantities, limits, Memory()
        self.cases: tuple[Case, ...] = ()
        self.disputes = self.asked = 0

    def copy(self) -> "World":
        other = World(self.quantities, self.limits)
        tables = {name: dict(rows) for name, rows in self.db.tables.items()}
        clock, ids = FixedClock(self.db.clock.now()), SequentialIds()
        ids._count = self.db.ids._count
        other.db = Memory(tables, clock, ids)
        other.cases, other.disputes, other.asked = self.cases, self.disputes, self.asked
        return other

    async def begin(self) -> "World":
        drafts = [
            LineDraft(sku="K", title="K", category=None, quantity=q, unit_price=Amount(PRICE, "CNY"), discount=None)
            for q in self.quantities
        ]
        place = Address(order_id="", salt="", postal_code="", **PLACE)
        order = {"buyer_id": "buyer-1", "currency": "CNY", "drafts": drafts, "fee": Amount(FREIGHT, "CNY")}
        await self.db.run(orders.create, by=SELLER, address=place, **order)
        return self

    # What there is

    @property
    def order(self) -> Any:
        return self.db.rows("orders")[0]

    @property
    def lines(self) -> list[Any]:
        return sorted(self.db.rows("order_lines"), key=lambda line: line.position)

    @property
    def sent(self) -> list[Any]:
        return self.db.rows("parcels")

    def money(self) -> tuple[int, int]:
        """What was paid, and what of it went back."""
        paid = [each for each in self.db.rows("payments") if each.state == "succeeded"]
        return sum(each.amount_minor for each in paid), sum(each.refunded_minor for each in paid)

    def in_flight(self) -> list[Any]:
        return [r for r in self.db.rows("refunds") if r.state in ("created", "submitted", "unknown")]

    def over(self) -> bool:
        """Nobody waits for anything any more."""
        open_cases = [c for c in self.cases if c.state not in OVER] + [
            c for c in self.db.rows("cases") if c.state == "open"
        ]
        pending = [p for p in self.db.rows("payments") if p.state == "pending"]
        paid, back = self.money()
        kept = self.order.state == "cancelled" and self.order.cancel_cause != "refunded" and back < paid
        ended = self.order.state in ("completed", "cancelled")
        return ended and not (open_cases or pending or self.in_flight() or kept)

    def check(self) -> None:
        """What must hold in every state, whoever did what."""
        paid, back = self.money()
        assert back <= paid
        bound = [refund for refund in self.db.rows("refunds") if refund.state != "failed"]
        assert sum(refund.amount_minor for refund in bound) <= paid
        for number, line in enumerate(self.lines):
            kept_back = sum(case.units for case in self.cases if case.line == number and self._refunded_unshipped(case))
            assert kept_back + line.shipped_quantity <= line.quantity, "money back and goods out"
            parts = line.shipped_quantity + line.withdrawn_quantity + line.held_quantity
            assert parts <= line.quantity
            units = [unit for unit in self.db.rows("case_lines") if unit.line_id == line.id]
            assert line.held_quantity == sum(unit.held_quantity for unit in units)
            assert line.withdrawn_quantity == sum(unit.withdrawn_quantity for unit in units)
        if self.order.state in ("delivered", "completed"):
            assert fully_shipped(self.lines), "units are left behind"

    def _refunded_unshipped(self, case: Case) -> bool:
        refund = self.db.table("refunds").get((case.refund_id,))
        kept = case.type == "refund_only" and case.stage == "pre_ship"
        return kept and refund is not None and refund.state == "succeeded"

    def facts(self) -> tuple[Any, ...]:
        """All that decides what can happen next: times, ids and failed attempts left out."""
        order, refunds = self.order, self.db.table("refunds")
        sent = ((parcel.status, *self._contents(parcel)) for parcel in self.sent)
        decided = ((c, refunds[c.refund_id,].state if (c.refund_id,) in refunds else c.refund_id) for c in self.cases)
        return (
            (order.state, order.after_sale_state, order.received_at is not None, order.deadline_at is not None),
            tuple((line.shipped_quantity, line.withdrawn_quantity, line.held_quantity) for line in self.lines),
            tuple(sorted(sent)),
            tuple(each.state for each in self.db.rows("payments") if each.state != "failed"),
            tuple(sorted((r.state, r.case_id or "", r.amount_minor) for r in refunds.values() if r.state != "failed")),
            tuple((case.state, case.refunding, case.dispute_state) for case in self.db.rows("cases")),
            tuple((u.held_quantity, u.withdrawn_quantity, u.refunded_quantity) for u in self.db.rows("case_lines")),
            tuple(
                (c.type, c.stage, c.line, c.units, c.state, c.frozen, c.verdict, decision) for c, decision in decided
            ),
        )

    def _contents(self, parcel: Any) -> list[tuple[str, int]]:
        lines = self.db.rows("parcel_lines")
        return sorted((each.line_id, each.quantity) for each in lines if each.parcel_id == parcel.id)

    # What can be tried

    def moves(self) -> dict[str, Move]:
        found: dict[str, Move] = {}
        for group in (self._trade, self._courier, self._provider, self._open_cases, self._case_moves):
            found.update(group())
        return found

    def _trade(self) -> Iterator[tuple[str, Move]]:
        run, id_ = self.db.run, self.order.id
        if self.order.state == "created":
            yield "pay", partial(run, payments.start, id_, provider="simulator", method="sim_success", by=BUYER)
        yield "cancel", partial(run, cancellations.cancel, id_, by=BUYER)
        yield "confirm", partial(run, receipts.confirm, id_, by=BUYER)
        if self.order.deadline_at is not None:
            yield "time passes", self._timer
        if len(self.sent) < self.limits.parcels:
            for number, line in enumerate(self.lines):
                for units in range(1, line.quantity + 1):
                    yield f"ship {units} of {number}", partial(self._ship, line, units)
        for payment in self.db.rows("payments"):
            yield f"operator refunds {payment.id}", partial(run, refund_requests.refund_remainder, payment.id, by=AGENT)

    async def _timer(self) -> None:
        self.db.clock.set(max(self.order.deadline_at, self.db.clock.now()))
        await self.db.run(order_due, self.order.id)

    async def _ship(self, line: Any, units: int) -> None:
        waybill = f"w{len(self.sent)}"
        picks = [Pick(line.id, units)]
        await self.db.run(shipments.ship, self.order.id, carrier="zto", waybill_no=waybill, picks=picks, by=SELLER)

    def _courier(self) -> Iterator[tuple[str, Move]]:
        for parcel in self.sent:
            for status in (ParcelStatus.DELIVERED, ParcelStatus.LOST, ParcelStatus.RETURNED):
                if not parcel.terminal or (parcel.status, status) == ("lost", "delivered"):
                    yield f"{parcel.waybill_no} is {status}", partial(self._scan, parcel, status)

    async def _scan(self, parcel: Any, status: ParcelStatus) -> None:
        at = self.db.clock.advance(seconds=60)
        scan = Scan(key=f"{status}-{at}", status=status, occurred_at=at, terminal=True)
        await self.db.run(parcels.apply_scan, "zto", parcel.waybill_no, scan)

    def _provider(self) -> Iterator[tuple[str, Move]]:
        for payment in self.db.rows("payments"):
            if payment.state == "pending":
                for outcome in (Outcome.SUCCEEDED, Outcome.DECLINED):
                    yield f"payment {outcome}", partial(self._hear, payments.hear, payment.id, outcome)
        for refund in self.in_flight():
            for outcome in (Outcome.SUCCEEDED, Outcome.DECLINED, Outcome.LOST):
                if outcome is Outcome.LOST and refund.state == "unknown":
                    continue
                yield f"refund {refund.id} {outcome}", partial(self._hear, refunds.hear, refund.id, outcome)

    async def _hear(self, command: Any, subject: str, outcome: Outcome) -> None:
        await self.db.run(command, subject, Answer(outcome=outcome, failure_code="declined"))

    # The after-sales centre

    def _open_cases(self) -> Iterator[tuple[str, Move]]:
        if len(self.cases) >= self.limits.cases or self.order.state not in ("paid", "shipped", "delivered"):
            return
        # Its copy of the order may be older than the order: a parcel that has left is still to come.
        stages = {"paid": ["pre_ship"], "shipped": ["pre_ship", "in_transit"], "delivered": ["post_receipt"]}
        for number, line in enumerate(self.lines):
            taken = sum(c.units for c in self.cases if c.line == number and c.state not in ("closed", "cancelled"))
            for units in range(1, line.quantity - taken + 1):
                for type_ in self.limits.types:
                    for stage in stages[self.order.state]:
                        name = f"case about {units} of {number}, {type_}, {stage}"
                        yield name, partial(self._open, type_, stage, number, units)

    async def _open(self, type_: str, stage: str, line: int, units: int) -> None:
        case = Case(f"case_{len(self.cases)}", type_, stage, line, units)
        self.cases = (*self.cases, case)
        money = {"requested_minor": units * PRICE, "currency": "CNY", "reason": "changed_mind", "stage": stage}
        await self._say(AfterSaleRequested, case, lines=self._lines_of(case), **money)

    def _case_moves(self) -> Iterator[tuple[str, Move]]:
        for number, case in enumerate(self.cases):
            for name, move in self._moves_of(case):
                yield f"{case.id} {name}", partial(move, number, case)

    def _moves_of(self, case: Case) -> Iterator[tuple[str, Callable[[int, Case], Awaitable[None]]]]:
        asked = case.refund_id is not None
        if case.state == "pending_review" or (case.state == "manual_review" and not asked):
            yield "approve", self._refund
            yield "reject", self._reject
            yield "cancel", self._cancel
        if case.state == "pending_review":
            yield "escalate", self._escalate
        elif case.state == "manual_review":
            yield "refund", self._refund
            yield "close", self._close
        elif case.state == "rejected":
            yield "accept", self._close
        elif case.state == "refunding":
            yield "settle", self._settle
        elif case.state == "disputed":
            yield "withdraw", partial(self._resume, DisputeWithdrawn)
            yield "resume by verdict", partial(self._resume, DisputeExecuted)
            yield "dismiss", self._dismiss
            yield "award", self._refund
        if self.limits.disputes and self._disputable(case):
            yield "dispute", self._freeze
        if case.stage == "pre_ship" and case.state not in (*OVER, "refunding") and self._has_left(case):
            yield "restage", self._restage
        if self.order.state == "cancelled" and case.state not in (*OVER, "refunding", "disputed"):
            yield "end with the order", self._close

    def _disputable(self, case: Case) -> bool:
        if case.state == "closed":
            return case.refund_id is None and not self._taken_by_another(case)
        return case.state in ("pending_review", "manual_review", "rejected") and not case.verdict

    def _has_left(self, case: Case) -> bool:
        line = self.lines[case.line]
        return bool(line.shipped_quantity + case.units > line.quantity)

    def _taken_by_another(self, case: Case) -> bool:
        others = [c for c in self.cases if c.line == case.line and c.id != case.id]
        units = sum(c.units for c in others if c.state not in ("closed", "cancelled"))
        return case.state == "closed" and units + case.units > self.quantities[case.line]

    async def _refund(self, number: int, case: Case) -> None:
        """Decide a refund: half of the money by a verdict, else all of it. A return is there to be judged, or not yet."""
        if case.type == "return_refund" and not any(parcel.terminal for parcel in self.sent):
            raise Refusal
        self.asked += 1
        verdict = case.verdict or case.state == "disputed"
        amount = case.units * PRICE // (2 if verdict else 1)
        id_ = f"ref_{self.asked}"
        asked = replace(case, state="refunding", frozen=None, refund_id=id_, amount=amount, verdict=verdict)
        self._put(number, asked)
        facts = {"refund_id": asked.refund_id, "payment_id": self.order.payment_id, "amount_minor": amount}
        await self._say(RefundRequested, asked, cause="approval", currency="CNY", stage=case.stage, **facts)

    async def _settle(self, number: int, case: Case) -> None:
        """What order-svc says of the refund arrives."""
        refund = self.db.table("refunds")[case.refund_id,]
        if refund.state == "succeeded":
            done = replace(case, state="completed")
            self._put(number, done)
            await self._say(
                AfterSaleCompleted, done, refunded_minor=case.amount, currency="CNY", lines=self._lines_of(case)
            )
            if case.verdict:
                await self._say_of_dispute(DisputeExecuted, done, refunded_minor=case.amount, currency="CNY")
        elif refund.state == "failed":
            left = refund.failure_code == "units_shipped"
            self._put(number, replace(case, state="manual_review", stage="in_transit" if left else case.stage))
        else:
            raise Refusal

    async def _reject(self, number: int, case: Case) -> None:
        self._put(number, rejected := replace(case, state="rejected"))
        await self._say(AfterSaleRejected, rejected, reason="outside_window")

    async def _escalate(self, number: int, case: Case) -> None:
        """Order-svc hears nothing that it would act upon."""
        self._put(number, replace(case, state="manual_review"))

    async def _restage(self, number: int, case: Case) -> None:
        """The news of the parcel arrives."""
        self._put(number, replace(case, stage="in_transit"))

    async def _cancel(self, number: int, case: Case) -> None:
        self._put(number, cancelled := replace(case, state="cancelled"))
        await self._say(AfterSaleCancelled, cancelled)

    async def _close(self, number: int, case: Case) -> None:
        """The end without money; a verdict that could not be carried out ends with it."""
        self._put(number, closed := replace(case, state="closed", verdict=False))
        await self._say(AfterSaleClosed, closed, cause="rejection_accepted")
        if case.verdict:
            await self._say_of_dispute(DisputeExecuted, closed, refunded_minor=0, currency="CNY")

    async def _freeze(self, number: int, case: Case) -> None:
        self.disputes += 1
        frozen = replace(case, state="disputed", frozen=case.state, dispute_id=f"disp_{self.disputes}")
        self._put(number, frozen)
        await self._say_of_dispute(DisputeOpened, frozen, category="unfair")

    async def _resume(self, kind: type[Any], number: int, case: Case) -> None:
        self._put(number, resumed := replace(case, state=case.frozen or "", frozen=None))
        await self._say(AfterSaleResumed, resumed, dispute_id=case.dispute_id)
        money = {"refunded_minor": 0, "currency": "CNY"} if kind is DisputeExecuted else {}
        await self._say_of_dispute(kind, resumed, **money)

    async def _dismiss(self, number: int, case: Case) -> None:
        self._put(number, closed := replace(case, state="closed", frozen=None, refund_id="none"))
        await self._say(AfterSaleClosed, closed, cause="verdict")
        await self._say_of_dispute(DisputeExecuted, closed, refunded_minor=0, currency="CNY")

    def _put(self, number: int, case: Case) -> None:
        self.cases = (*self.cases[:number], case, *self.cases[number + 1 :])

    def _lines_of(self, case: Case) -> tuple[CaseLine, ...]:
        line = self.lines[case.line]
        return (CaseLine(line_id=line.id, sku="K", quantity=case.units, amount_minor=case.units * PRICE),)

    async def _say(self, kind: type[Any], case: Case, **more: Any) -> None:
        facts = {"affected_party": "buyer-1", "applicant": "buyer-1", "handler": "system", "time": START, "result": "x"}
        ids = {"case_id": case.id, "order_id": self.order.id, "buyer_id": "buyer-1", "merchant_id": "m-1"}
        event = kind(**facts, **ids, case_type=case.type, state=case.state, **more)
        await self.db.run(HANDLERS[kind], event)

    async def _say_of_dispute(self, kind: type[Any], case: Case, **more: Any) -> None:
        await self._say(kind, case, dispute_id=case.dispute_id, complaint_id="cmp_1", **more)


async def attempt(move: Move) -> bool:
    """Try a move; False where it is refused."""
    try:
        await move()
    except Refusal:
        return False
    return True
