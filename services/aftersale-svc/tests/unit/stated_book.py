"""One order whose lines state tax and discounts, and what its refunds have of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from aftersale_svc.domain.cases.model import Case, CaseState, RefundAmount
from aftersale_svc.domain.money.codes import PartEffect
from aftersale_svc.domain.money.fees import NO_FEES, ReturnFees
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.money.parts import RefundPart, parts_of
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import OrderState
from hypothesis import strategies as st
from order_book import OrderBook

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

    def given(self, case_id: str) -> list[GivenBack]:
        """What the query over the parts of other cases finds; failed refunds have been taken out."""
        units: Counter[tuple[str, str, str, str]] = Counter()
        due: Counter[tuple[str, str, str, str]] = Counter()
        for other, parts in self.parts.items():
            for part in parts:
                if other != case_id and (part.line_id is not None or part.kind == "discount_recalculated"):
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
        for parts in self.parts.values():
            for part in parts:
                found[part.line_id, part.kind] += part.amount_minor
        return found

    def check(self) -> None:
        """What holds after every step."""
        sums = self.sums()
        for case_id, parts in self.parts.items():
            assert added_up(parts) == self.refunds[case_id].total_minor >= 0
            assert all(0 <= part.amount_minor <= part.due_minor for part in parts)
        for line in self.lines:
            assert sums[line.line_id, "goods"] + sums[line.line_id, "tax"] <= line.paid_minor
            assert sums[line.line_id, "tax"] <= line.tax_minor
            for each in line.discounts or ():
                assert sums[line.line_id, each["kind"]] <= each["amount_minor"]
        assert sums[None, "shipping"] <= self.order.shipping_fee_minor
        assert sum(refund.total_minor for refund in self.refunds.values()) <= self.paid

    def check_all_is_back(self) -> None:
        sums = self.sums()
        for line in self.lines:
            assert sums[line.line_id, "goods"] + sums[line.line_id, "tax"] == line.paid_minor
            assert sums[line.line_id, "tax"] == line.tax_minor
            for each in line.discounts or ():
                assert sums[line.line_id, each["kind"]] == each["amount_minor"]
        assert sums[None, "shipping"] == self.order.shipping_fee_minor


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


def free(book: StatedBook, line_id: str) -> int:
    holds = [hold for hold in book.holds() if hold.line_id == line_id]
    return holds[0].quantity - sum(hold.units for hold in holds if hold.hold in ("held", "settled"))
