"""Random orders cut into random cases that end in random ways: what goes back is never more than was paid, the freight goes
back once at most, and everything that was paid goes back where all units do for a reason that owes the freight."""

from contextlib import suppress

from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.cases.lifecycle import LIVE
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.orders.model import OrderState, Stage
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from order_book import OrderBook

SELLERS_FAULT, CHANGED_MIND = Reason.QUALITY_DEFECT, Reason.CHANGED_MIND
GOING_BACK = frozenset({CaseState.REFUNDING, CaseState.COMPLETED})
OPEN = LIVE - GOING_BACK
WITHOUT_UNITS = frozenset(name for name, type_ in TYPES.items() if not type_.holds_units)
number = st.integers(0, 99)


class AfterSales(RuleBasedStateMachine):
    """One order of up to three lines."""

    @initialize(
        lines=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 3)), min_size=1, max_size=3),
        fee=st.integers(0, 1_000),
        state=st.sampled_from([OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED]),
    )
    def order(self, lines: list[tuple[int, int]], fee: int, state: OrderState) -> None:
        self.book = OrderBook(lines, fee, state)
        self.verdicts = self.given_up = False

    def those(self, *states: CaseState) -> list[str]:
        """The cases in these states that are about money."""
        found = [case for case in self.book.cases.values() if case.state in states]
        return [case.id for case in found if not TYPES[case.type].is_question]

    def adjustments(self) -> list[str]:
        return [each for each in self.those(CaseState.PENDING_REVIEW) if self.book.cases[each].type in WITHOUT_UNITS]

    def returns(self) -> list[str]:
        return [
            each for each in self.those(CaseState.PENDING_REVIEW) if self.book.cases[each].type not in WITHOUT_UNITS
        ]

    def pick(self, which: int, *states: CaseState) -> str:
        found = self.those(*states)
        return found[which % len(found)]

    @rule(
        wanted=st.dictionaries(st.integers(1, 3), st.integers(1, 4), min_size=1),
        reason=st.sampled_from([SELLERS_FAULT, CHANGED_MIND]),
        type_=st.sampled_from(CaseType),
        difference=st.integers(1, 3_000),
    )
    def ask(self, wanted: dict[int, int], reason: Reason, type_: CaseType, difference: int) -> None:
        with suppress(Refusal):
            self.book.ask(wanted, reason, type_, difference)

    @precondition(lambda self: self.those(CaseState.PENDING_REVIEW, CaseState.MANUAL_REVIEW))
    @rule(which=number)
    def refund(self, which: int) -> None:
        """Approved where nothing comes back, or by an agent; also again after it has failed."""
        self.book.refund(self.pick(which, CaseState.PENDING_REVIEW, CaseState.MANUAL_REVIEW))

    @precondition(lambda self: self.adjustments())
    @rule(which=number, most=st.integers(1, 5_000))
    def grant(self, which: int, most: int) -> None:
        """A part of a price adjustment."""
        found = self.adjustments()
        self.book.grant(found[which % len(found)], most)

    @precondition(lambda self: self.returns())
    @rule(which=number, accepted=st.lists(st.integers(0, 4), min_size=3, max_size=3))
    def inspect(self, which: int, accepted: list[int]) -> None:
        found = self.returns()
        case_id = found[which % len(found)]
        lines = self.book.of_case[case_id]
        units = [min(a, line.quantity) for a, line in zip(accepted, lines, strict=False)]
        if any(units):
            self.book.inspect(case_id, units)

    @precondition(lambda self: self.those(*OPEN))
    @rule(
        which=number,
        state=st.sampled_from([CaseState.REJECTED, CaseState.CANCELLED, CaseState.CLOSED, CaseState.DISPUTED]),
    )
    def end(self, which: int, state: CaseState) -> None:
        case_id = self.pick(which, *OPEN)
        # Its money was held for it while other cases were opened, and nobody gets it any more but by a dispute.
        decided = case_id in self.book.refunds and self.book.cases[case_id].type in WITHOUT_UNITS
        self.given_up = self.given_up or decided
        self.book.move(case_id, state)

    @precondition(lambda self: self.those(CaseState.DISPUTED))
    @rule(which=number, less=st.integers(0, 5_000), liable=st.sampled_from(Liable))
    def award(self, which: int, less: int, liable: Liable) -> None:
        case_id = self.pick(which, CaseState.DISPUTED)
        most = self.book.most(case_id, liable)
        if most:
            self.book.award(case_id, max(1, most - less), liable)
            self.verdicts = True

    @precondition(lambda self: self.those(CaseState.REFUNDING))
    @rule(which=number, state=st.sampled_from([CaseState.COMPLETED, CaseState.MANUAL_REVIEW]))
    def answer_of_the_provider(self, which: int, state: CaseState) -> None:
        self.book.move(self.pick(which, CaseState.REFUNDING), state)

    @precondition(lambda self: self.book.order.state in (OrderState.PAID, OrderState.SHIPPED))
    @rule(line=st.integers(1, 3), units=st.integers(1, 4))
    def ship(self, line: int, units: int) -> None:
        if line <= len(self.book.lines):
            there = self.book.lines[line - 1]
            self.book.ship(line, min(units, there.quantity - there.shipped_quantity))

    @invariant()
    def never_more_than_was_paid(self) -> None:
        if not hasattr(self, "book"):
            return
        going = [case for case in self.book.cases.values() if case.state in GOING_BACK]
        assert sum(case.shipping_refund_minor for case in going) <= self.book.order.shipping_fee_minor
        assert sum(self.book.refunded(case.id) for case in going) <= self.book.paid
        back = self.book.back_by_line()
        for balance in balances(self.book.holds()):
            assert 0 <= balance.held_minor <= balance.paid_minor
        assert all(0 <= back[line.line_id] <= line.paid_minor for line in self.book.lines)
        assert sum(back.values()) == sum(
            self.book.refunded(case.id) - case.shipping_refund_minor for case in self.book.completed()
        )

    def teardown(self) -> None:
        """In the end all that is left comes back, too."""
        if not hasattr(self, "book"):
            return
        for case_id in self.those(*OPEN):
            self.book.refund(case_id)
        self._complete()
        for line in range(1, len(self.book.lines) + 1):
            with suppress(Refusal):
                while True:
                    self.book.refund(self.book.ask({line: 1}, SELLERS_FAULT))
        self._complete()
        self.never_more_than_was_paid()
        if not self.verdicts and not self.given_up:
            self._all_is_back()

    def _complete(self) -> None:
        for case_id in self.those(CaseState.REFUNDING):
            self.book.move(case_id, CaseState.COMPLETED)

    def _all_is_back(self) -> None:
        done = self.book.completed()
        total = sum(self.book.refunded(case.id) for case in done)
        takers = [case for case in done if case.type not in WITHOUT_UNITS]
        owed = all(case.stage is Stage.PRE_SHIP or case.reason not in BUYER_LIABLE for case in takers)
        freight = sum(case.shipping_refund_minor for case in done)
        assert (
            freight == self.book.order.shipping_fee_minor
            if owed
            else freight in (0, self.book.order.shipping_fee_minor)
        )
        assert total - freight == sum(line.paid_minor for line in self.book.lines)


TestAfterSales = AfterSales.TestCase
TestAfterSales.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
