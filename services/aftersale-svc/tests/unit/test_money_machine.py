"""Any order of opening, cancelling, inspecting, refunding and judging: units and money stay together."""

from dataclasses import dataclass, replace

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.findings import apply_inspection
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.requests import Finding, Wanted
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import allocate_lines
from aftersale_svc.domain.money.errors import QuantityExceedsRemaining, UnitsInLiveCase
from aftersale_svc.domain.money.model import LineBalance
from aftersale_svc.domain.orders.model import Stage
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule


@dataclass(frozen=True)
class Open:
    line: CaseLine
    judged: bool = False


class Line(RuleBasedStateMachine):
    """One order line and its cases: live ones hold all they asked for, completed ones what was accepted."""

    @initialize(paid=st.integers(0, 10_000), units=st.integers(1, 12))
    def order(self, paid: int, units: int) -> None:
        self.paid, self.units = paid, units
        self.live: list[Open] = []
        self.done: list[CaseLine] = []
        self.short = 0
        self.refunded = 0

    def balance(self) -> LineBalance:
        return LineBalance(
            line_id="line_1",
            sku="KETTLE-1",
            quantity=self.units,
            paid_minor=self.paid,
            settled_units=sum(line.accepted or 0 for line in self.done),
            live_units=sum(each.line.quantity for each in self.live),
            held_minor=sum(line.accepted_minor or 0 for line in self.done)
            + sum(each.line.amount_minor for each in self.live),
            rejected_times=0,
        )

    def pick(self, number: int) -> Open:
        return self.live.pop(number % len(self.live))

    @rule(k=st.integers(1, 14))
    def ask(self, k: int) -> None:
        at = self.balance()
        try:
            [line] = allocate_lines(
                "case", TYPES[CaseType.REFUND_ONLY], Stage.POST_RECEIPT, [at], [Wanted("line_1", k)]
            )
        except QuantityExceedsRemaining:
            assert k > self.units - at.settled_units
        except UnitsInLiveCase:
            assert k > at.free_units
        else:
            assert k <= at.free_units
            self.live.append(Open(line))

    @precondition(lambda self: self.live)
    @rule(number=st.integers(0, 99))
    def cancel(self, number: int) -> None:
        self.pick(number)

    @precondition(lambda self: self.live)
    @rule(number=st.integers(0, 99), j=st.integers(1, 14))
    def inspect_and_refund(self, number: int, j: int) -> None:
        line = self.pick(number).line
        [judged] = apply_inspection([line], [Finding("line_1", min(j, line.quantity))])
        self.refunded += judged.accepted_minor or 0
        self.done.append(judged)

    @precondition(lambda self: self.live)
    @rule(number=st.integers(0, 99), cut=st.integers(0, 10_000))
    def judge_by_verdict(self, number: int, cut: int) -> None:
        """A verdict may award less than the units' share; the rest is not handed on to other units."""
        line = self.pick(number).line
        award = max(0, line.amount_minor - cut)
        self.short += line.amount_minor - award
        self.refunded += award
        self.done.append(replace(line, accepted=line.quantity, accepted_minor=line.amount_minor))

    @invariant()
    def units_and_money_stay_within_what_was_paid(self) -> None:
        at = self.balance()
        assert 0 <= at.free_units <= at.quantity
        assert 0 <= at.held_minor <= self.paid
        assert 0 <= self.refunded <= self.paid
        assert sum(spread(self.refunded, [line.accepted_minor or 0 for line in self.done])) in (0, self.refunded)

    def teardown(self) -> None:
        """Whatever happened before: once every unit is refunded, the parts are exactly what was paid."""
        if not hasattr(self, "paid"):
            return
        while self.live:
            self.inspect_and_refund(0, 99)
        if self.balance().free_units:
            self.ask(self.balance().free_units)
            self.inspect_and_refund(0, 99)
        assert self.refunded + self.short == self.paid


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)
