"""A model of one order: every step that a buyer, seller, courier, provider, operator or timer may try, on the real commands."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
from after_sale_model import PRICE, AfterSaleModel, CaseModel, Limits
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.testing.clocks import FixedClock, SequentialIds
from memory_database import MemoryDatabase
from order_svc import main  # noqa: F401 (loads every command, so that all timers are registered)
from order_svc.commands.deadlines import order_timer
from order_svc.commands.orders import line_cancellations, orders, packing, recalls, receipts
from order_svc.commands.parcels import parcels, recorded_ends, shipments
from order_svc.commands.payments import authorisations, payments, provider_calls, refund_requests, refunds
from order_svc.domain.fulfilment import Pick, fully_shipped, unshipped
from order_svc.domain.model import Address, Amount, LineDraft
from order_svc.domain.tracking import ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.integrations.payments.simulator import Simulator
from state_explorer import State, Step

BUYER, SELLER, AGENT = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", "m-1"), Actor("agent-1", "agent")
PLACE = {"name": "n", "phone": "1", "country": "CN", "province": "", "city": "c", "district": "", "street": "s"}
FREIGHT = 7
# Nothing is sent: the model's steps are the provider's results.
_SIMULATOR = Simulator(httpx.AsyncClient(), url="http://sim", callback_url="http://shop/cb", secret="whsec_" + "x" * 32)


class OrderModel:
    """One order in a database of its own, with the after-sale cases about it. See `state_explorer.Model`."""

    def __init__(self, quantities: tuple[int, ...], limits: Limits) -> None:
        self.quantities, self.limits, self.db = quantities, limits, MemoryDatabase()
        self.after_sales = AfterSaleModel(self, limits)

    def copy(self) -> "OrderModel":
        other = OrderModel(self.quantities, self.limits)
        tables = {name: dict(rows) for name, rows in self.db.tables.items()}
        clock, ids = FixedClock(self.db.clock.now()), SequentialIds()
        ids._count = self.db.ids._count
        other.db = MemoryDatabase(tables, clock, ids)
        other.after_sales = self.after_sales.copy(other)
        return other

    def is_copy_of(self, other: "OrderModel") -> bool:
        """Whether nothing has happened to either since, down to times and ids."""
        return self.db.is_copy_of(other.db) and self.after_sales.is_copy_of(other.after_sales)

    async def placed(self) -> "OrderModel":
        """The model, once its order is placed."""
        price, fee = (Amount(minor, self.limits.currency) for minor in (PRICE, FREIGHT))
        line = {"sku": "K", "title": "K", "category": None, "unit_price": price, "discount": None}
        drafts = [LineDraft(**line, quantity=q) for q in self.quantities]
        place = Address(order_id="", salt="", postal_code="", **PLACE)
        order = {"buyer_id": "buyer-1", "currency": price.currency, "drafts": drafts, "fee": fee}
        await self.db.run(orders.create, by=SELLER, address=place, **order)
        return self

    @property
    def order(self) -> Any:
        return self.db.rows("orders")[0]

    @property
    def lines(self) -> list[Any]:
        return sorted(self.db.rows("order_lines"), key=lambda line: line.position)

    @property
    def parcels(self) -> list[Any]:
        return self.db.rows("parcels")

    def money(self) -> tuple[int, int]:
        """What was paid, and what of it was refunded."""
        paid = [each for each in self.db.rows("payments") if each.state == "succeeded"]
        return sum(each.amount_minor for each in paid), sum(each.refunded_minor for each in paid)

    def refunds_in_flight(self) -> list[Any]:
        return [r for r in self.db.rows("refunds") if r.state in ("created", "submitted", "unknown")]

    def is_over(self) -> bool:
        """Nobody waits for anything any more."""
        known = [case for case in self.db.rows("cases") if case.state == "open"]
        pending = [payment for payment in self.db.rows("payments") if payment.state not in ("succeeded", "failed")]
        paid, refunded = self.money()
        owed = self.order.state == "cancelled" and self.order.cancel_cause != "refunded" and refunded < paid
        ended = self.order.state in ("completed", "cancelled")
        return ended and not (known or self.after_sales.open_cases() or pending or self.refunds_in_flight() or owed)

    def check_invariants(self) -> None:
        """What must hold in every state."""
        paid, refunded = self.money()
        assert refunded <= paid
        reserved = [refund for refund in self.db.rows("refunds") if refund.state != "failed"]
        assert sum(refund.amount_minor for refund in reserved) <= paid
        self._check_ledger(paid, refunded)
        self._check_authorisations()
        for number, line in enumerate(self.lines):
            self._check_units(number, line)
            self._check_stock(line)
        if self.order.state in ("delivered", "received", "completed"):
            assert fully_shipped(self.lines), "units were neither shipped nor refunded"

    def _check_ledger(self, paid: int, refunded: int) -> None:
        balances = Counter[str]()
        for posting in self.db.rows("ledger_postings"):
            balances[posting.debit] += posting.amount_minor
            balances[posting.credit] -= posting.amount_minor
        in_flight = sum(refund.amount_minor for refund in self.refunds_in_flight())
        posted = [balances[account] for account in ("payments_received", "refunds_paid", "refunds_in_flight")]
        assert posted == [paid, -refunded, -in_flight]
        assert balances["merchant_payable"] == -(paid - refunded - in_flight)

    def _check_authorisations(self) -> None:
        """No more is captured than was authorised, nothing is paid twice, and the order waits for nothing without an end."""
        for payment in self.db.rows("payments"):
            assert payment.refunded_minor <= payment.amount_minor
            assert payment.authorised_minor is None or payment.amount_minor <= payment.authorised_minor
        assert self.order.paid_minor <= self.order.total_minor
        taken = [each for each in self.db.rows("payments") if each.state == "succeeded" and not each.surplus]
        assert self.order.paid_minor == sum(each.amount_minor for each in taken)
        if self.order.state == "created":
            assert self.order.deadline_at is not None
            held = [each for each in self.db.rows("payments") if each.state in ("authorised", "capturing")]
            assert self.order.authorised_until is None or (
                held and self.order.authorised_until == self.order.deadline_at
            )

    def _check_units(self, number: int, line: Any) -> None:
        cases = self.after_sales.cases
        refunded = sum(case.units for case in cases if case.line == number and self._refunded_before_shipment(case))
        gone = refunded + line.cancelled_quantity
        assert gone + line.shipped_quantity <= line.quantity, "a unit was both refunded before shipment and shipped"
        assert line.cancelled_minor <= line.paid_minor
        assert line.shipped_quantity + line.withdrawn_quantity + line.held_quantity <= line.quantity
        units = [unit for unit in self.db.rows("case_lines") if unit.line_id == line.id]
        assert line.held_quantity == sum(unit.held_quantity for unit in units)
        assert line.withdrawn_quantity == line.cancelled_quantity + sum(unit.withdrawn_quantity for unit in units)

    def _check_stock(self, line: Any) -> None:
        """What was reserved is released, has left, or is still to be shipped."""
        moved = Counter[str]()
        for each in self.db.rows("stock_movements"):
            moved[each.kind] += each.quantity if each.line_id == line.id else 0
        reserved = moved["reserved"] - moved["released"] - moved["committed"]
        # Units that are cancelled before the payment leave the line, and stay among its movements.
        assert moved["reserved"] == self.quantities[line.position - 1]
        assert moved["committed"] == line.shipped_quantity
        assert reserved == (0 if self.order.state == "cancelled" else unshipped(line))

    def _refunded_before_shipment(self, case: CaseModel) -> bool:
        refund = self.db.table("refunds").get((case.refund_id,))
        kept = case.type == "refund_only" and case.stage == "pre_ship"
        return kept and refund is not None and refund.state == "succeeded"

    def state(self) -> State:
        """All that decides what can happen next: times, ids and failed attempts are left out."""
        order, refunds = self.order, self.db.rows("refunds")
        return (
            (
                order.state,
                order.after_sale_state,
                order.deadline_at is not None,
                self.order.is_packed,
                order.receipt_extensions_left,
            ),
            tuple(self._units_of(line) for line in self.lines),
            tuple(sorted((parcel.status, *self._contents(parcel)) for parcel in self.parcels)),
            order.authorised_until is not None,
            tuple(self._held(each) for each in self.db.rows("payments") if each.state != "failed"),
            tuple(sorted((r.state, r.case_id or "", r.amount_minor) for r in refunds if r.state != "failed")),
            tuple((case.state, case.refunding, case.dispute_state) for case in self.db.rows("cases")),
            tuple((u.held_quantity, u.withdrawn_quantity, u.refunded_quantity) for u in self.db.rows("case_lines")),
            self.after_sales.state(),
        )

    def _held(self, payment: Any) -> tuple[Any, ...]:
        """What a payment brings, or holds, and whether its provider does so still."""
        until = payment.authorised_until
        return payment.state, payment.amount_minor, until is not None and until > self.db.clock.now()

    def _units_of(self, line: Any) -> tuple[int, ...]:
        out = (line.shipped_quantity, line.withdrawn_quantity, line.held_quantity, line.cancelled_quantity)
        return line.quantity, *out

    def _contents(self, parcel: Any) -> list[tuple[str, int]]:
        lines = self.db.rows("parcel_lines")
        return sorted((each.line_id, each.quantity) for each in lines if each.parcel_id == parcel.id)

    def steps(self) -> dict[str, Step]:
        found: dict[str, Step] = {}
        for group in (self._trade, self._authorisations, self._courier, self._provider, self.after_sales.steps):
            found.update(group())
        return found

    def _trade(self) -> Iterator[tuple[str, Step]]:
        run, id_ = self.db.run, self.order.id
        if self.order.state == "created":
            yield "pay", self._start()
        if self.order.state != "shipped":  # then it asks for intercepts, which nobody does here
            yield "cancel", partial(run, recalls.cancel, id_, by=BUYER)
        if self.limits.details:
            yield from self._details()
        if self.limits.reports:
            yield "confirm", partial(run, receipts.confirm, id_, by=BUYER)
        if self.order.deadline_at is not None:
            yield "time passes", self._fire_timer
        if len(self.parcels) < self.limits.parcels:
            for number, line in enumerate(self.lines):
                for units in range(1, line.quantity + 1):
                    yield f"ship {units} of {number}", partial(self._ship, line, units)
        for payment in self.db.rows("payments"):
            yield f"operator refunds {payment.id}", partial(run, refund_requests.refund_remainder, payment.id, by=AGENT)

    def _start(self, **how: Any) -> Step:
        method = {"provider": "simulator", "method": "sim_success", "providers": {"simulator": _SIMULATOR}}
        return partial(self.db.run, payments.start, self.order.id, by=BUYER, **method, **how)

    def _authorisations(self) -> Iterator[tuple[str, Step]]:
        """The buyer authorises all or a part; the merchant captures or gives up; the provider's time ends."""
        known = self.db.rows("payments")
        if self.limits.authorised and self.order.state == "created":
            yield "authorise all", self._start(manual_capture=True)
            if not any(each.state != "failed" for each in known):
                yield "authorise a part", self._start(manual_capture=True, amount=Amount(FREIGHT, self.limits.currency))
        for payment in known:
            if payment.state == "authorised":
                for amount in (None, Amount(FREIGHT - 1, self.limits.currency)):
                    capture = partial(self.db.run, authorisations.capture, payment.id, amount=amount, by=SELLER)
                    yield f"capture {'all' if amount is None else 'a part'} of {payment.id}", capture
                yield f"void {payment.id}", partial(self.db.run, payments.void, payment.id, by=SELLER)
                yield f"authorisation of {payment.id} ends", partial(self._end_authorisation, payment)

    async def _end_authorisation(self, payment: Any) -> None:
        self.db.clock.set(max(payment.authorised_until, self.db.clock.now()))
        await self.db.run(provider_calls.prepare, self.db.table("provider_calls")[payment.id,])

    def _details(self) -> Iterator[tuple[str, Step]]:
        run, id_ = self.db.run, self.order.id
        if self.order.state in ("paid", "shipped"):
            yield "pack", partial(run, packing.pack, id_, by=SELLER)
            yield "unpack", partial(run, packing.unpack, id_, by=SELLER)
        yield "extend", partial(run, receipts.extend, id_, days=1, by=BUYER)
        if not any(line.cancelled_quantity for line in self.lines):
            for number, line in enumerate(self.lines):
                picks = [Pick(line.id, 1)]
                yield f"withdraw {number}", partial(run, line_cancellations.cancel_lines, id_, picks=picks, by=SELLER)

    async def _fire_timer(self) -> None:
        self.db.clock.set(max(self.order.deadline_at, self.db.clock.now()))
        await self.db.run(order_timer.act, self.order)

    async def _ship(self, line: Any, units: int) -> None:
        parcel = {"carrier": "zto", "waybill_no": f"w{len(self.parcels)}", "picks": [Pick(line.id, units)]}
        await self.db.run(shipments.ship, self.order.id, by=SELLER, **parcel)

    def _courier(self) -> Iterator[tuple[str, Step]]:
        for parcel in self.parcels:
            if not self.limits.reports:
                record = partial(self.db.run, recorded_ends.record_delivery, parcel.id, evidence="sha256:5e", by=AGENT)
                yield f"{parcel.waybill_no} is recorded", record
                continue
            for status in (ParcelStatus.DELIVERED, ParcelStatus.LOST, ParcelStatus.RETURNED):
                if not parcel.terminal or (parcel.status, status) == ("lost", "delivered"):
                    yield f"{parcel.waybill_no} is {status}", partial(self._scan, parcel, status)

    async def _scan(self, parcel: Any, status: ParcelStatus) -> None:
        at = self.db.clock.advance(seconds=60)
        scan = Scan(key=f"{status}-{at}", status=status, occurred_at=at, terminal=True)
        await self.db.run(parcels.apply_scans, ParcelKey(carrier="zto", waybill_no=parcel.waybill_no), [scan])

    def _provider(self) -> Iterator[tuple[str, Step]]:
        for payment in self.db.rows("payments"):
            first = Outcome.SUCCEEDED if payment.authorised_minor is None else Outcome.AUTHORISED
            ends = {"pending": first, "capturing": Outcome.SUCCEEDED, "releasing": Outcome.SUCCEEDED}
            if payment.state in ends:
                for outcome in (ends[payment.state], Outcome.DECLINED):
                    step = partial(self._apply_result, payments.apply_result, payment.id, outcome)
                    yield f"payment {outcome} of {payment.id}", step
        for refund in self.refunds_in_flight():
            for outcome in (Outcome.SUCCEEDED, Outcome.DECLINED, Outcome.UNKNOWN):
                if outcome is Outcome.UNKNOWN and refund.state == "unknown":
                    continue
                yield (
                    f"refund {refund.id} {outcome}",
                    partial(self._apply_result, refunds.apply_result, refund.id, outcome),
                )

    async def _apply_result(self, command: Any, subject: str, outcome: Outcome) -> None:
        await self.db.run(command, subject, result=ProviderResult(outcome=outcome, failure_code="declined"))
