"""A model of aftersale-svc: the states that it gives to the cases of one order, and the events that it publishes.

As in production, it does not know what order-svc has decided until an event about it arrives.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from aftercare_chassis.refusals import Refusal
from aftercare_chassis.testing.clocks import START
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
from memory_database import MemoryDatabase
from order_svc.consumers import HANDLERS
from state_explorer import Step

PRICE = 100
ENDED = ("completed", "closed", "cancelled")
# The stages that a case may be opened in by the order's state. The copy of the order may be older than the order: a parcel
# that has left may not be known yet.
STAGES = {
    "paid": ["pre_ship"],
    "shipped": ["pre_ship", "in_transit"],
    "delivered": ["post_receipt"],
    "received": ["post_receipt"],
}


@dataclass(frozen=True)
class Limits:
    """How much may happen, so that the number of states is finite."""

    parcels: int = 2
    cases: int = 1
    types: tuple[str, ...] = ("refund_only",)
    disputes: bool = True
    details: bool = True
    """Whether an order is packed, its receipt extended, and single units of it cancelled."""
    authorised: bool = False
    """Whether payments are authorised first."""
    reports: bool = True
    """Whether couriers and the buyer report what arrives; where they do not, an agent records it."""
    currency: str = "CNY"


@dataclass(frozen=True)
class CaseModel:
    """A case. `frozen` is the state in which a dispute stopped it; `verdict` says that its refund carries out a verdict."""

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


CaseStep = Callable[[int, CaseModel], Awaitable[None]]


class OrderRows(Protocol):
    """What the model reads of the order; `parcels` are its outbound parcels."""

    db: MemoryDatabase
    quantities: tuple[int, ...]

    @property
    def order(self) -> Any: ...

    @property
    def lines(self) -> list[Any]: ...

    @property
    def parcels(self) -> list[Any]: ...


class AfterSaleModel:
    """The cases and disputes of one order."""

    def __init__(self, rows: OrderRows, limits: Limits) -> None:
        self._rows, self._limits = rows, limits
        self.cases: tuple[CaseModel, ...] = ()
        self._disputes = self._refunds = 0

    def copy(self, rows: OrderRows) -> "AfterSaleModel":
        """The same cases beside another copy of the order."""
        other = AfterSaleModel(rows, self._limits)
        other.cases, other._disputes, other._refunds = self.cases, self._disputes, self._refunds
        return other

    def is_copy_of(self, other: "AfterSaleModel") -> bool:
        """Whether nothing has happened to either since."""
        mine, others = ((each.cases, each._disputes, each._refunds) for each in (self, other))
        return mine == others

    def open_cases(self) -> list[CaseModel]:
        return [case for case in self.cases if case.state not in ENDED]

    def state(self) -> tuple[Any, ...]:
        refunds = self._rows.db.table("refunds")
        decided = ((c, refunds[c.refund_id,].state if (c.refund_id,) in refunds else c.refund_id) for c in self.cases)
        return tuple((c.type, c.stage, c.line, c.units, c.state, c.frozen, c.verdict, result) for c, result in decided)

    def steps(self) -> Iterator[tuple[str, Step]]:
        yield from self._openings()
        for number, case in enumerate(self.cases):
            for name, step in self._steps_of(case):
                yield f"{case.id} {name}", partial(step, number, case)

    def _openings(self) -> Iterator[tuple[str, Step]]:
        stages = STAGES.get(self._rows.order.state, ())
        if len(self.cases) >= self._limits.cases:
            return
        for number, line in enumerate(self._rows.lines):
            taken = sum(c.units for c in self.cases if c.line == number and c.state not in ("closed", "cancelled"))
            for units in range(1, line.quantity - taken + 1):
                for kind in self._limits.types:
                    for stage in stages:
                        name = f"case about {units} of {number}, {kind}, {stage}"
                        yield name, partial(self._open, kind, stage, number, units)

    def _steps_of(self, case: CaseModel) -> Iterator[tuple[str, CaseStep]]:
        yield from self._reviews(case)
        yield from self._dispute_steps(case)
        if case.stage == "pre_ship" and case.state not in (*ENDED, "refunding") and self._has_left(case):
            yield "restage", self._restage
        if self._rows.order.state == "cancelled" and case.state not in (*ENDED, "refunding", "disputed"):
            yield "end with the order", self._close

    def _reviews(self, case: CaseModel) -> Iterator[tuple[str, CaseStep]]:
        if case.state == "pending_review" or (case.state == "manual_review" and case.refund_id is None):
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

    def _dispute_steps(self, case: CaseModel) -> Iterator[tuple[str, CaseStep]]:
        if case.state == "disputed":
            yield "withdraw", partial(self._resume, DisputeWithdrawn)
            yield "resume by verdict", partial(self._resume, DisputeExecuted)
            yield "dismiss", self._dismiss
            yield "award", self._refund
        if self._limits.disputes and self._disputable(case):
            yield "dispute", self._freeze

    def _disputable(self, case: CaseModel) -> bool:
        if case.state == "closed":
            return case.refund_id is None and not self._taken_by_another(case)
        return case.state in ("pending_review", "manual_review", "rejected") and not case.verdict

    def _has_left(self, case: CaseModel) -> bool:
        line = self._rows.lines[case.line]
        return bool(line.shipped_quantity + case.units > line.quantity)

    def _taken_by_another(self, case: CaseModel) -> bool:
        others = [c for c in self.cases if c.line == case.line and c.id != case.id]
        units = sum(c.units for c in others if c.state not in ("closed", "cancelled"))
        return units + case.units > self._rows.quantities[case.line]

    async def _open(self, kind: str, stage: str, line: int, units: int) -> None:
        case = CaseModel(f"case_{len(self.cases)}", kind, stage, line, units)
        self.cases = (*self.cases, case)
        money = {
            "requested_minor": units * PRICE,
            "currency": self._limits.currency,
            "reason": "changed_mind",
            "stage": stage,
        }
        await self._publish(AfterSaleRequested, case, lines=self._lines_of(case), **money)

    async def _refund(self, number: int, case: CaseModel) -> None:
        """Request a refund: half of the money by a verdict, else all of it. A return is inspected first."""
        if case.type == "return_refund" and not any(parcel.terminal for parcel in self._rows.parcels):
            raise Refusal
        self._refunds += 1
        verdict = case.verdict or case.state == "disputed"
        amount = case.units * PRICE // (2 if verdict else 1)
        refund = {"refund_id": f"ref_{self._refunds}", "amount": amount, "verdict": verdict}
        requested = self._put(number, replace(case, state="refunding", frozen=None, **refund))
        fields = {"refund_id": requested.refund_id, "payment_id": self._rows.order.payment_id, "amount_minor": amount}
        condition = {"stage": case.stage, "before_shipment": case.stage == "pre_ship"}
        await self._publish(
            RefundRequested, requested, cause="approval", currency=self._limits.currency, **condition, **fields
        )

    async def _settle(self, number: int, case: CaseModel) -> None:
        """The result of the refund arrives."""
        refund = self._rows.db.table("refunds")[case.refund_id,]
        if refund.state == "succeeded":
            done, money = self._put(number, replace(case, state="completed")), {"refunded_minor": case.amount}
            await self._publish(
                AfterSaleCompleted, done, currency=self._limits.currency, lines=self._lines_of(case), **money
            )
            if case.verdict:
                await self._publish_dispute(DisputeExecuted, done, currency=self._limits.currency, **money)
        elif refund.state == "failed":
            left = refund.failure_code == "units_shipped"
            self._put(number, replace(case, state="manual_review", stage="in_transit" if left else case.stage))
        else:
            raise Refusal

    async def _reject(self, number: int, case: CaseModel) -> None:
        rejected = self._put(number, replace(case, state="rejected"))
        await self._publish(AfterSaleRejected, rejected, reason="outside_window")

    async def _escalate(self, number: int, case: CaseModel) -> None:
        """An agent decides. No handler of order-svc takes this event."""
        self._put(number, replace(case, state="manual_review"))

    async def _restage(self, number: int, case: CaseModel) -> None:
        """The event of the parcel arrives."""
        self._put(number, replace(case, stage="in_transit"))

    async def _cancel(self, number: int, case: CaseModel) -> None:
        await self._publish(AfterSaleCancelled, self._put(number, replace(case, state="cancelled")))

    async def _close(self, number: int, case: CaseModel) -> None:
        """The end without money; a verdict that could not be carried out ends with it."""
        closed = self._put(number, replace(case, state="closed", verdict=False))
        await self._publish(AfterSaleClosed, closed, cause="rejection_accepted")
        if case.verdict:
            await self._publish_dispute(DisputeExecuted, closed, refunded_minor=0, currency=self._limits.currency)

    async def _freeze(self, number: int, case: CaseModel) -> None:
        self._disputes += 1
        dispute = {"frozen": case.state, "dispute_id": f"disp_{self._disputes}"}
        frozen = self._put(number, replace(case, state="disputed", **dispute))
        await self._publish_dispute(DisputeOpened, frozen, category="unfair")

    async def _resume(self, kind: type[Any], number: int, case: CaseModel) -> None:
        resumed = self._put(number, replace(case, state=case.frozen or "", frozen=None))
        await self._publish(AfterSaleResumed, resumed, dispute_id=case.dispute_id, rejected=resumed.state == "rejected")
        money = {"refunded_minor": 0, "currency": self._limits.currency} if kind is DisputeExecuted else {}
        await self._publish_dispute(kind, resumed, **money)

    async def _dismiss(self, number: int, case: CaseModel) -> None:
        closed = self._put(number, replace(case, state="closed", frozen=None, refund_id="none"))
        await self._publish(AfterSaleClosed, closed, cause="verdict")
        await self._publish_dispute(DisputeExecuted, closed, refunded_minor=0, currency=self._limits.currency)

    def _put(self, number: int, case: CaseModel) -> CaseModel:
        self.cases = (*self.cases[:number], case, *self.cases[number + 1 :])
        return case

    def _lines_of(self, case: CaseModel) -> tuple[CaseLine, ...]:
        line = self._rows.lines[case.line]
        return (CaseLine(line_id=line.id, sku="K", quantity=case.units, amount_minor=case.units * PRICE),)

    async def _publish(self, kind: type[Any], case: CaseModel, **more: Any) -> None:
        trace = {"affected_party": "buyer-1", "applicant": "buyer-1", "handler": "system", "time": START, "result": "x"}
        ids = {"case_id": case.id, "order_id": self._rows.order.id, "buyer_id": "buyer-1", "merchant_id": "m-1"}
        facts = {"goods": "keep" if case.type == "refund_only" else "return", "terminal": case.state in ENDED}
        event = kind(**trace, **ids, **facts, case_type=case.type, state=case.state, **more)
        await self._rows.db.run(HANDLERS[kind], event)

    async def _publish_dispute(self, kind: type[Any], case: CaseModel, **more: Any) -> None:
        await self._publish(kind, case, dispute_id=case.dispute_id, complaint_id="cmp_1", **more)
