"""Random histories of authorised payments: captures in part, in parallel and repeated, outcomes that come late or never, releases,
authorisations that end, cancelled orders, refunds and crashes. No more is captured than was authorised, nor refunded than was captured."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial

from after_sale_model import Limits
from hypothesis import event, given, settings
from hypothesis import strategies as st
from order_model import AGENT, SELLER
from order_svc.commands.payments import authorisations, payments
from order_svc.domain.model import Amount
from order_svc.domain.payments.model import Payment, PaymentState
from order_svc.integrations.payments.port import Outcome, ProviderResult
from state_explorer import Step, attempt
from test_ledger_histories import LedgerModel

LONGEST = 60
"""The most steps after which everything has ended, once nobody does anything new."""


class AuthorisationModel(LedgerModel):
    """The model of an order with what its merchant and its provider may do about authorised payments, whether it fits or not.

    The provider holds its own books: what it has captured is never more than what it authorised, and never changes.
    """

    def steps(self) -> dict[str, Step]:
        found = super().steps()
        for group in (self._captures, self._parts, self._reports):
            found.update(group())
        return found

    def _parts(self) -> Iterator[tuple[str, Step]]:
        """Parts of the order are authorised in several payments, or paid beside them."""
        if self.order.state == "created":
            for minor in (1, 50, 100):
                amount = Amount(minor, "CNY")
                yield f"authorise {minor}", self._start(manual_capture=True, amount=amount)
                yield f"pay {minor}", self._start(amount=amount)

    def _captures(self) -> Iterator[tuple[str, Step]]:
        """The merchant and an agent capture any amount, in any state, the same one twice."""
        for payment in self.db.rows("payments"):
            for minor, by in itertools.product((1, 50, payment.asked_minor, payment.asked_minor + 1), (SELLER, AGENT)):
                capture = partial(authorisations.capture, amount=Amount(minor, "CNY"))
                yield f"capture {minor} of {payment.id} as {by.role}", partial(self.db.run, capture, payment.id, by=by)
            yield f"void {payment.id}", partial(self.db.run, payments.void, payment.id, by=AGENT)

    def _reports(self) -> Iterator[tuple[str, Step]]:
        """The provider reports what it has done with an authorised payment: in time, late, again, or nothing that can be relied on."""
        for payment in self.db.rows("payments"):
            if payment.authorised_minor is not None:
                for minor in sorted({1, payment.amount_minor, payment.asked_minor}):
                    result = ProviderResult(outcome=Outcome.SUCCEEDED, captured_minor=minor)
                    yield f"captured {minor} of {payment.id}", partial(self._report, payment.id, result)
                yield f"authorised {payment.id}", partial(self._report, payment.id, _result(Outcome.AUTHORISED))
            yield f"unknown {payment.id}", partial(self._report, payment.id, _result(Outcome.UNKNOWN))

    async def _report(self, payment_id: str, result: ProviderResult) -> None:
        await self.db.run(payments.apply_result, payment_id, result=result)

    async def authorise(self) -> None:
        """The provider holds what was asked for last."""
        await self._report(self.db.rows("payments")[-1].id, _result(Outcome.AUTHORISED))

    def check_authorisations(self) -> None:
        """What holds of every payment at every step, beside what the ledger proves."""
        refunds = Counter[str]()
        for refund in self.db.rows("refunds"):
            refunds[refund.payment_id] += refund.amount_minor if refund.state != "failed" else 0
        for payment in self.db.rows("payments"):
            if payment.authorised_minor is not None:
                assert payment.amount_minor <= payment.authorised_minor, "more is captured than was authorised"
            assert payment.refunded_minor <= refunds[payment.id] <= payment.amount_minor
            assert payment.state == "succeeded" or refunds[payment.id] == 0, "nothing was captured, and it is refunded"
        self._check_authorisations()

    async def run_out(self) -> None:
        """Nobody does anything any more: timers fire, and the provider carries out what it is asked for."""
        for _ in range(LONGEST):
            open_payments = [each for each in self.db.rows("payments") if each.state not in ("succeeded", "failed")]
            if not open_payments and not (self.order.state == "created" and self.order.deadline_at is not None):
                return
            for payment in open_payments:
                await self._carry_out(payment)
                self.check_ledger()
                self.check_authorisations()
            if self.order.state == "created":
                await self._fire_timer()
        raise AssertionError(f"still open: {self.order.state}, {[each.state for each in self.db.rows('payments')]}")

    async def _carry_out(self, payment: Payment) -> None:
        match payment.state:
            case PaymentState.AUTHORISED:
                await self._end_authorisation(payment)
            case PaymentState.CAPTURING:
                captured = ProviderResult(outcome=Outcome.SUCCEEDED, captured_minor=payment.amount_minor)
                await self._report(payment.id, captured)
            case _:
                await self._report(payment.id, _result(Outcome.DECLINED))


def _result(outcome: Outcome) -> ProviderResult:
    return ProviderResult(outcome=outcome)


KINDS = (
    *("capture", "capture", "payment", "payment", "captured", "authorise", "authorised", "void", "authorisation"),
    *("pay", "time", "refund", "operator", "report", "unknown", "crash", "cancel"),
)
CHOICES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 999)), min_size=15, max_size=40)
PARTS = st.lists(st.sampled_from((1, 50, 100)), min_size=0, max_size=2)
"""What is authorised of the order before, in minor units, beside the rest of it."""


def kinds_of(model: AuthorisationModel) -> dict[str, list[Step]]:
    """The steps by the first word of their names."""
    kinds = defaultdict[str, list[Step]](list)
    for name, step in model.steps().items():
        kinds[name.partition(" ")[0]].append(step)
    return kinds


@settings(max_examples=150, deadline=None)
@given(PARTS, CHOICES)
async def test_no_more_is_captured_than_authorised_nor_refunded_than_captured(
    parts: list[int], choices: list[tuple[str, int]]
) -> None:
    limits = Limits(parcels=0, cases=0, details=False, authorised=True)
    model = await AuthorisationModel((2,), limits).placed()
    for name in (*(f"authorise {minor}" for minor in parts), "authorise all"):
        await model.steps()[name]()
        await model.authorise()
    for kind, which in choices:
        steps = kinds_of(model).get(kind, [])
        if steps and await attempt(steps[which % len(steps)]):
            event(kind)
        model.check_ledger()
        model.check_authorisations()
    await model.run_out()
