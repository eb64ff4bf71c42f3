"""One order and its cases in memory, moved by the functions that decide about units and money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aftersale_svc.domain import holds, policy
from aftersale_svc.domain.codes import CaseType, Liable, OrderState, Reason, Remedy, Stage
from aftersale_svc.domain.holds import Due, Hold
from aftersale_svc.domain.model import Case, CaseLine, Inspected, Order, OrderLine, State, Verdict, Wanted

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


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
        self.of_case: dict[str, list[CaseLine]] = {}

    @property
    def paid(self) -> int:
        return sum(line.paid_minor for line in self.lines) + self.order.shipping_fee_minor

    def holds(self) -> list[Hold]:
        return [hold for line in self.lines for hold in self._of(line)]

    def _of(self, line: OrderLine) -> Iterator[Hold]:
        known = {
            "line_id": line.line_id,
            "sku": line.sku,
            "quantity": line.quantity,
            "paid_minor": line.paid_minor,
            "shipped_quantity": line.shipped_quantity,
        }
        held = False
        for case in self.cases.values():
            for each in self.of_case[case.id]:
                if each.line_id == line.line_id and case.state is not State.CANCELLED:
                    held = True
                    yield Hold(
                        **known,  # type: ignore[arg-type]
                        case_id=case.id,
                        type=case.type,
                        state=case.state,
                        stage=case.stage,
                        reason=case.reason,
                        liable=case.liable,
                        reject_reason=case.reject_reason,
                        shipping_refund_minor=case.shipping_refund_minor,
                        units=each.quantity,
                        accepted=each.accepted,
                        amount_minor=each.amount_minor,
                        accepted_minor=each.accepted_minor,
                    )
        if not held:
            yield Hold(**known)  # type: ignore[arg-type]

    def ask(
        self,
        wanted: Mapping[int, int],
        reason: Reason = Reason.QUALITY_DEFECT,
        type_: CaseType = CaseType.REFUND_ONLY,
    ) -> str:
        """A new case on these units by the line's number; the refusals are those of `policy.take`."""
        case_id = f"case_{len(self.cases) + 1:03}"
        asked = [Wanted(f"line_{n}", units) for n, units in wanted.items()]
        lines = policy.take(case_id, holds.standings(self.holds()), asked)
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
            stage=policy.stage(self.order, NOW),
            state=State.PENDING_REVIEW,
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
        expected = holds.expected_freight(self.order, case, units, self.holds())
        self.cases[case_id] = replace(case, shipping_refund_minor=expected)
        self.of_case[case_id] = lines
        return case_id

    def refund(self, case_id: str) -> int:
        """Decide to refund what is due; its amount."""
        case = replace(self.cases[case_id], state=State.REFUNDING)
        due = holds.due(self.order, case, self.holds())
        self._decided(case, due)
        return due.total_minor

    def inspect(self, case_id: str, accepted: Sequence[int]) -> int:
        """Accept so many units of each line of the case, and refund them."""
        lines = self.of_case[case_id]
        found = [Inspected(line.line_id, units) for line, units in zip(lines, accepted, strict=True)]
        self.of_case[case_id] = policy.judge(lines, found)
        self.cases[case_id] = replace(self.cases[case_id], stage=Stage.IN_TRANSIT)
        return self.refund(case_id)

    def most(self, case_id: str, liable: Liable = Liable.SELLER) -> int:
        """The most that a verdict may award."""
        case = replace(self.cases[case_id], liable=liable)
        return holds.due(self.order, case, self.holds(), inspected=False).total_minor

    def award(self, case_id: str, amount: int, liable: Liable = Liable.SELLER) -> None:
        """A verdict orders this refund."""
        case = replace(self.cases[case_id], liable=liable, state=State.REFUNDING)
        most = holds.due(self.order, case, self.holds(), inspected=False)
        verdict = Verdict(liable, Remedy.REFUND, amount, "CNY", "because")
        self.of_case[case_id] = policy.judge(self.of_case[case_id], None)
        self._decided(case, policy.awarded(case, self.order, verdict, most))

    def _decided(self, case: Case, due: Due) -> None:
        self.cases[case.id] = replace(
            case, refund_id="ref", refund_minor=due.total_minor, shipping_refund_minor=due.freight_minor
        )

    def move(self, case_id: str, state: State) -> None:
        """The case in another state; completed means refunded."""
        case = self.cases[case_id]
        refunded = case.refund_minor if state is State.COMPLETED else 0
        self.cases[case_id] = replace(case, state=state, refunded_minor=refunded)

    def ship(self, number: int, units: int) -> list[str]:
        """So many units of a line leave; the ids of the cases whose stage changes."""
        line = self.lines[number - 1]
        self.lines[number - 1] = replace(line, shipped_quantity=line.shipped_quantity + units)
        self.order = replace(self.order, state=OrderState.SHIPPED)
        overtaken = holds.overtaken(self.holds())
        for case_id in overtaken:
            self.cases[case_id] = replace(self.cases[case_id], stage=Stage.IN_TRANSIT)
        return overtaken

    def completed(self) -> list[Case]:
        return [case for case in self.cases.values() if case.state is State.COMPLETED]

    def back_by_line(self) -> dict[str, int]:
        """What completed cases tell that they refunded of each line."""
        back = dict.fromkeys((line.line_id for line in self.lines), 0)
        for case in self.completed():
            for line, _, minor in policy.settled(case, self.of_case[case.id]):
                back[line.line_id] += minor
        return back
