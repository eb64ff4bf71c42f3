"""One order and its cases in memory, moved by the functions that decide about units and money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.cases.findings import accept_all, apply_inspection
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, RefundAmount
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.requests import Finding, Prices, Wanted
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.model import Remedy, Verdict
from aftersale_svc.domain.disputes.policy import awarded
from aftersale_svc.domain.money.adjustments import granted
from aftersale_svc.domain.money.allocation import allocate_lines
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.freight import expected_freight
from aftersale_svc.domain.money.holds import balances, cases_with_shipped_units, holds_of
from aftersale_svc.domain.money.model import Hold, LineHold
from aftersale_svc.domain.money.refunds import refund_due, refunded_lines
from aftersale_svc.domain.money.resharing import is_short, shared_again
from aftersale_svc.domain.orders.model import Order, OrderLine, OrderState, Stage
from aftersale_svc.domain.orders.policy import stage_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# What a case holds in a state that it has entered; in every other state it holds all it was opened with.
HELD = {
    CaseState.COMPLETED: HoldState.SETTLED,
    CaseState.CLOSED: HoldState.RELEASED,
    CaseState.CANCELLED: HoldState.RELEASED,
}


class OrderBook:
    """`lines` are (paid_minor, units); line ids are line_1, line_2, …"""

    def __init__(self, lines: Sequence[tuple[int, int]], fee: int, state: OrderState = OrderState.PAID) -> None:
        self.order = Order(
            id="ord_1",
            buyer_id="buyer-1",
            merchant_id="m-1",
            state=state,
            currency="CNY",
            shipping_fee_minor=fee,
            payment_id="pay_1",
        )
        self.lines = [
            OrderLine(order_id="ord_1", line_id=f"line_{n}", position=n, sku="X", quantity=units, paid_minor=paid)
            for n, (paid, units) in enumerate(lines, 1)
        ]
        self.cases: dict[str, Case] = {}
        self.of_case: dict[str, Sequence[CaseLine]] = {}
        self.held: dict[str, list[Hold]] = {}
        self.refunds: dict[str, RefundAmount] = {}

    @property
    def paid(self) -> int:
        return sum(line.paid_minor for line in self.lines) + self.order.shipping_fee_minor

    def holds(self) -> list[LineHold]:
        return [hold for line in self.lines for hold in self._of(line)]

    def _of(self, line: OrderLine) -> Iterator[LineHold]:
        known = LineHold(
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            paid_minor=line.paid_minor,
            shipped_quantity=line.shipped_quantity,
        )
        found = [
            replace(
                known,
                case_id=case.id,
                type=case.type,
                state=case.state,
                stage=case.stage,
                reason=case.reason,
                liable=case.liable,
                reject_reason=case.reject_reason,
                shipping_refund_minor=case.shipping_refund_minor,
                hold=hold.state,
                units=hold.units,
                amount_minor=hold.amount_minor,
                accepted=each.accepted,
                returned_minor=each.returned_minor,
                returned_units=each.returned_units,
                returned_freight_minor=case.returned_freight_minor,
            )
            for case in self.cases.values()
            for each, hold in zip(self.of_case[case.id], self.held[case.id], strict=True)
            if each.line_id == line.line_id and case.state is not CaseState.CANCELLED
        ]
        yield from found or [known]

    def ask(
        self,
        wanted: Mapping[int, int],
        reason: Reason = Reason.QUALITY_DEFECT,
        type_: CaseType = CaseType.REFUND_ONLY,
        difference: int = 1,
    ) -> str:
        """A new case on these units by the line's number; the refusals are those of `allocate_lines`."""
        case_id = f"case_{len(self.cases) + 1:03}"
        prices = Prices(difference, 0, frozenset({"CNY"})) if TYPES[type_].needs_prices else None
        asked = [Wanted(f"line_{n}", units, prices) for n, units in wanted.items()]
        stage = TYPES[type_].stage(stage_of(self.order))
        lines = allocate_lines(case_id, TYPES[type_], stage, balances(self.holds()), asked)
        case = Case(
            id=case_id,
            version=1,
            order_id="ord_1",
            payment_id="pay_1",
            buyer_id="buyer-1",
            merchant_id="m-1",
            applicant_id="buyer-1",
            type=type_,
            reason=reason,
            stage=stage,
            state=CaseState.PENDING_REVIEW,
            whose_turn="merchant",
            deadline_at=NOW,
            currency="CNY",
            requested_minor=sum(line.amount_minor for line in lines),
            shipping_refund_minor=0,
            description=None,
            evidence=[],
            created_at=NOW,
            updated_at=NOW,
        )
        units = {line.line_id: line.quantity for line in lines}
        expected = expected_freight(self.order, case, units, self.holds())
        self.cases[case_id] = replace(case, shipping_refund_minor=expected)
        self.of_case[case_id] = lines
        self.held[case_id] = holds_of(lines, TYPES[type_])
        return case_id

    def refund(self, case_id: str) -> int:
        """Decide to refund what is due; its amount."""
        case = replace(self.cases[case_id], state=CaseState.REFUNDING)
        due = refund_due(self.order, case, self.of_case[case_id], self.holds())
        self._decided(case, due)
        return due.total_minor

    def grant(self, case_id: str, most: int) -> int:
        """Grant at most so much of each line of a price adjustment; what is left of it goes back."""
        lines = self.of_case[case_id]
        self.of_case[case_id] = [replace(line, accepted_minor=min(most, line.amount_minor)) for line in lines]
        return self.refund(case_id)

    def inspect(self, case_id: str, accepted: Sequence[int]) -> int:
        """Accept so many units of each line of the case, and refund them."""
        lines = self.of_case[case_id]
        found = [Finding(line.line_id, units) for line, units in zip(lines, accepted, strict=True)]
        self.of_case[case_id] = apply_inspection(lines, found)
        self.cases[case_id] = replace(self.cases[case_id], stage=Stage.IN_TRANSIT)
        return self.refund(case_id)

    def most(self, case_id: str, liable: Liable = Liable.SELLER) -> int:
        """The most that a verdict may award."""
        case = replace(self.cases[case_id], liable=liable)
        return self._most(case).total_minor

    def _most(self, case: Case) -> RefundAmount:
        return refund_due(self.order, case, accept_all(self.of_case[case.id]), self.holds())

    def award(self, case_id: str, amount: int, liable: Liable = Liable.SELLER) -> None:
        """A verdict orders this refund."""
        case = replace(self.cases[case_id], liable=liable, state=CaseState.REFUNDING)
        most = self._most(case)
        verdict = Verdict(liable, Remedy.REFUND, amount, "CNY", "because")
        self.of_case[case_id] = accept_all(self.of_case[case_id])
        self._decided(case, awarded(case, self.order, verdict, most))

    def _decided(self, case: Case, amount: RefundAmount) -> None:
        if not TYPES[case.type].holds_units:
            self._hold_amounts(case.id, amount.units_minor)
        self.refunds[case.id] = amount
        self.cases[case.id] = replace(case, refund_id="ref", shipping_refund_minor=amount.freight_minor)

    def _hold_amounts(self, case_id: str, total: int) -> None:
        """As the command does on one of a case's lines after the other."""
        checks = [
            PriceCheck(
                case_id=case_id,
                line_id=line.line_id,
                reference_minor=1,
                checked_minor=0,
                granted_minor=line.accepted_minor,
            )
            for line in self.of_case[case_id]
        ]
        full = FullCase(case=self.cases[case_id], requested=tuple(self.of_case[case_id])).keeping(*checks)
        parts = {each.line_id: each.granted_minor or 0 for each in granted(full, total, self.holds())}
        self.of_case[case_id] = [replace(line, accepted_minor=parts[line.line_id]) for line in self.of_case[case_id]]
        self.held[case_id] = [replace(hold, amount_minor=parts[hold.line_id]) for hold in self.held[case_id]]

    def move(self, case_id: str, state: CaseState, **more: object) -> None:
        """The case in another state, which settles or releases what it holds; completed means refunded."""
        self.cases[case_id] = replace(self.cases[case_id], state=state, **more)  # type: ignore[arg-type]
        kept = HELD.get(state, HoldState.HELD)
        pairs = zip(self.of_case[case_id], self.held[case_id], strict=True)
        self.held[case_id] = [
            _settled(line, hold) if kept is HoldState.SETTLED else replace(hold, state=kept) for line, hold in pairs
        ]

    def give_up(self, case_id: str) -> None:
        """The refund of an adjustment has failed, and its case is closed: open cases have their shares of its money."""
        self.move(case_id, CaseState.CLOSED)
        found = balances(self.holds())
        for balance in found:
            short = [line for case in self.cases.values() for line in self._short(case, balance.line_id)]
            for line in shared_again(balance, short):
                self.of_case[line.case_id] = [
                    line if each.line_id == line.line_id else each for each in self.of_case[line.case_id]
                ]
                self.held[line.case_id] = [
                    replace(hold, amount_minor=line.amount_minor) if hold.line_id == line.line_id else hold
                    for hold in self.held[line.case_id]
                ]

    def _short(self, case: Case, line_id: str) -> list[CaseLine]:
        full = FullCase(case=case, requested=tuple(self.of_case[case.id]))
        pairs = zip(full.requested, self.held[case.id], strict=True)
        return [
            line
            for line, hold in pairs
            if line.line_id == line_id and hold.state is HoldState.HELD and hold.units and is_short(full, line)
        ]

    def ship(self, number: int, units: int) -> list[str]:
        """So many units of a line leave; the ids of the cases whose stage changes."""
        line = self.lines[number - 1]
        self.lines[number - 1] = replace(line, shipped_quantity=line.shipped_quantity + units)
        self.order = replace(self.order, state=OrderState.SHIPPED)
        gone = cases_with_shipped_units(self.holds())
        for case_id in gone:
            self.cases[case_id] = replace(self.cases[case_id], stage=Stage.IN_TRANSIT)
        return gone

    def completed(self) -> list[Case]:
        return [case for case in self.cases.values() if case.state is CaseState.COMPLETED]

    def refunded(self, case_id: str) -> int:
        """What has been paid back for a completed case."""
        return self.refunds[case_id].total_minor

    def back_by_line(self) -> dict[str, int]:
        """What completed cases publish that they refunded of each line."""
        back = dict.fromkeys((line.line_id for line in self.lines), 0)
        for case in self.completed():
            for line, _, minor in refunded_lines(self.of_case[case.id], self.refunds[case.id]):
                back[line.line_id] += minor
        return back


def _settled(line: CaseLine, hold: Hold) -> Hold:
    if line.accepted is None:
        return replace(hold, state=HoldState.SETTLED)
    return replace(hold, state=HoldState.SETTLED, units=line.refund_units, amount_minor=line.refund_minor)
