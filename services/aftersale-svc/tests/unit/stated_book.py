"""One order whose lines state tax and discounts, and what its refunds have of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType, Reason, RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import LIVE
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Refund, RefundAmount
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.fees import NO_FEES, ReturnFees
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.money.partial_refunds import after_failure, after_success
from aftersale_svc.domain.money.parts import RefundPart, parts_of
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import OrderState
from hypothesis import strategies as st
from order_book import NOW, OrderBook

LARGEST = 10**13
KINDS = [("points", "platform"), ("coupon", "merchant"), ("gift", "merchant"), ("promotion", "creator")]


SIGNS = {PartEffect.ADDED: 1, PartEffect.DEDUCTED: -1, PartEffect.BESIDE: 0}


def added_up(parts: Iterable[RefundPart]) -> int:
    """The amount that the parts make, in minor units."""
    return sum(SIGNS[part.effect] * part.amount_minor for part in parts)


class StatedBook(OrderBook):
    """An order whose lines state tax and discounts, with the parts of the refunds of its cases."""

    def __init__(self, sold: list[tuple[int, int, float, list[int]]], fee: int, fees: ReturnFees = NO_FEES) -> None:
        super().__init__([(paid, units) for paid, units, _, _ in sold], fee, OrderState.DELIVERED)
        self.fees = fees
        self.parts: dict[str, tuple[RefundPart, ...]] = {}
        self.tried: dict[str, Refund] = {}
        self.lines = [
            replace(
                line,
                tax_minor=int(line.paid_minor * tax),
                discounts=[
                    {"kind": kind, "funder": funder, "amount_minor": minor}
                    for (kind, funder), minor in zip(KINDS, discounts, strict=False)
                ],
            )
            for line, (_, _, tax, discounts) in zip(self.lines, sold, strict=True)
        ]

    def holds(self) -> list[LineHold]:
        stated = {line.line_id: (line.tax_minor, line.discounts) for line in self.lines}
        return [
            replace(hold, tax_minor=stated[hold.line_id][0], discounts=stated[hold.line_id][1])
            for hold in super().holds()
        ]

    def due(self, case: Case) -> RefundAmount:
        return refund_due(self.order, case, self.of_case[case.id], self.holds(), self.fees, self.given(case.id))

    def refund(self, case_id: str) -> int:
        case = replace(self.cases[case_id], state=CaseState.REFUNDING)
        self._decided(case, self.due(case))
        return self.refunds[case_id].total_minor

    def _decided(self, case: Case, amount: RefundAmount) -> None:
        super()._decided(case, amount)
        self.parts[case.id] = parts_of("ref", case, self.of_case[case.id], amount, self.given(case.id), self.fees)

    def fail(self, case_id: str, back_minor: int) -> None:
        """The refund that was decided fails, after this much of it went back; an agent has to decide."""
        failed = replace(self._refund(case_id), state=RefundState.FAILED, returned_minor=back_minor)
        self._keep(case_id, after_failure(self._full(case_id).keeping(failed), failed))
        self.tried[case_id] = failed
        self.move(case_id, CaseState.MANUAL_REVIEW)

    def pay(self, case_id: str) -> None:
        """The rest of the refund is paid; the case is completed."""
        self._keep(case_id, after_success(self._full(case_id), self._refund(case_id)))
        self.move(case_id, CaseState.COMPLETED)

    def rest(self, case_id: str) -> int:
        """What order-svc is asked to give back by the refund that was decided, in minor units."""
        return self._refund(case_id).rest_minor

    def quarters(self, case_id: str, number: int) -> int:
        """So many quarters of that; of all four, as much as a refund may have given back that fails."""
        return min(self.rest(case_id) * number // 4, self.rest(case_id) - 1)

    def _refund(self, case_id: str) -> Refund:
        amount, before = self.refunds[case_id], self.tried.get(case_id)
        return Refund(
            id="ref",
            case_id=case_id,
            state=RefundState.REQUESTED,
            cause=RefundCause.APPROVAL,
            units_minor=amount.units_minor,
            freight_minor=amount.freight_minor,
            restocking_minor=amount.restocking_minor,
            return_freight_minor=amount.return_freight_minor,
            currency="CNY",
            requested_at=NOW,
            given_back_minor=0 if before is None else before.given_in_part_minor,
        )

    def _full(self, case_id: str) -> FullCase:
        full = FullCase(case=self.cases[case_id], requested=tuple(self.of_case[case_id]))
        return full.keeping(*self.parts[case_id])

    def _keep(self, case_id: str, full: FullCase) -> None:
        self.cases[case_id], self.of_case[case_id] = full.case, full.requested

    def _counted(self, case_id: str) -> tuple[RefundPart, ...]:
        """The parts of its refund; once it has let go of what it held, what of them was back by then."""
        case = self.cases[case_id]
        if case.state in LIVE or case.state is CaseState.COMPLETED:
            return self.parts.get(case_id, ())
        lines = self.of_case[case_id]
        of_lines = [part for line in lines for part in _returned(line)]
        freight = _part(PartKind.SHIPPING, case.returned_freight_minor)
        return (*of_lines, freight)

    def given(self, case_id: str) -> list[GivenBack]:
        """What the query over the parts of other cases finds."""
        units: Counter[tuple[str, str, str, str]] = Counter()
        due: Counter[tuple[str, str, str, str]] = Counter()
        for other in self.cases.keys() - {case_id}:
            for part in self._counted(other):
                if part.line_id is not None or part.kind == "discount_recalculated":
                    key = (part.line_id or "", part.kind, part.payer, part.payee)
                    units[key] += part.units
                    due[key] += part.due_minor
        return [
            GivenBack(
                line_id=key[0] or None, kind=key[1], payer=key[2], payee=key[3], units=units[key], due_minor=due[key]
            )  # type: ignore[arg-type]
            for key in due
        ]

    def sums(self) -> Counter[tuple[str | None, str]]:
        """What all refunds have of each kind of part of each line."""
        found: Counter[tuple[str | None, str]] = Counter()
        for case_id in self.cases:
            for part in self._counted(case_id):
                found[part.line_id, part.kind] += part.amount_minor
        return found

    def back(self) -> int:
        """What the buyer has, or gets by refunds that were decided, in minor units."""
        return sum(
            self.tried[case_id].given_in_part_minor
            if case.state is CaseState.CLOSED
            else self.refunds[case_id].total_minor
            for case_id, case in self.cases.items()
            if case_id in self.refunds and (case.state is not CaseState.CLOSED or case_id in self.tried)
        )

    def check(self) -> None:
        """What holds after every step."""
        sums = self.sums()
        for case_id, parts in self.parts.items():
            assert added_up(parts) == self.refunds[case_id].total_minor >= 0
            assert all(0 <= part.amount_minor <= part.due_minor for part in parts)
            tax = {part.line_id: part.amount_minor for part in parts if part.kind == "tax"}
            for line in self.of_case[case_id]:
                assert line.returned_tax_minor <= tax.get(line.line_id, 0), "what is back is a part of the refund"
        for line in self.lines:
            assert sums[line.line_id, "goods"] + sums[line.line_id, "tax"] <= line.paid_minor
            assert sums[line.line_id, "tax"] <= line.tax_minor
            for each in line.discounts or ():
                assert sums[line.line_id, each["kind"]] <= each["amount_minor"]
        assert sums[None, "shipping"] <= self.order.shipping_fee_minor
        assert self.back() <= self.paid

    def check_all_is_back(self) -> None:
        """Once no units are left: all money and tax of the lines is back, and so is what goes back with units, but for what a case was to give
        back that was closed after all of some units was back."""
        sums = self.sums()
        in_part = any(line.returned_units for lines in self.of_case.values() for line in lines)
        for line in self.lines:
            assert sums[line.line_id, "goods"] + sums[line.line_id, "tax"] == line.paid_minor
            assert sums[line.line_id, "tax"] == line.tax_minor
            for each in line.discounts or ():
                assert in_part or sums[line.line_id, each["kind"]] == each["amount_minor"]
        assert in_part or sums[None, "shipping"] == self.order.shipping_fee_minor


def _returned(line: CaseLine) -> list[RefundPart]:
    """What is back of a line for ever, by a refund that has failed in part."""
    goods = _part(PartKind.GOODS, line.returned_minor - line.returned_tax_minor, line)
    return [goods, _part(PartKind.TAX, line.returned_tax_minor, line)]


def _part(kind: PartKind, minor: int, line: CaseLine | None = None) -> RefundPart:
    return RefundPart(
        refund_id="ref",
        kind=kind,
        effect=PartEffect.ADDED,
        line_id=line and line.line_id,
        units=line.returned_units if line else 0,
        amount_minor=minor,
        due_minor=minor,
        payer=PartParty.MERCHANT,
        payee=PartParty.BUYER,
    )


UNITS = st.dictionaries(st.integers(1, 3), st.integers(1, 4), min_size=1, max_size=3)
SOLD = st.lists(
    st.tuples(
        st.integers(0, LARGEST // 4),
        st.integers(1, 9),
        st.sampled_from([0.0, 0.13, 0.5, 1.0]),
        st.lists(st.integers(0, 10**6), max_size=4),
    ),
    min_size=1,
    max_size=3,
)


def asked(
    book: StatedBook,
    units: Mapping[int, int],
    reason: Reason = Reason.QUALITY_DEFECT,
    type_: CaseType = CaseType.REFUND_ONLY,
) -> str | None:
    """A case about those of these lines and units that are free."""
    wanted = {number: count for number, count in units.items() if number <= len(book.lines)}
    try:
        return book.ask(wanted, reason, type_) if wanted else None
    except Refusal:
        return None


def free(book: StatedBook, line_id: str) -> int:
    [balance] = balances(hold for hold in book.holds() if hold.line_id == line_id)
    return balance.free_units
