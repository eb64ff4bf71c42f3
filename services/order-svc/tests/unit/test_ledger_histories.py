"""Random histories of payments, refunds, failures, repetitions, crashes and charge-backs: the ledger is never off by a minor unit."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial

from after_sale_model import Limits
from aftercare_events import RefundRequested
from hypothesis import event, given, settings
from hypothesis import strategies as st
from order_model import OrderModel
from order_svc.commands.payments import charge_backs, payments, refund_requests, refunds
from order_svc.domain.payments.charge_backs import ChargeBackState
from order_svc.integrations.payments.port import ChargeBackNotification, Outcome, ProviderResult
from state_explorer import Step, attempt


class LedgerModel(OrderModel):
    """The model of an order, with what providers and cases may do beside it: in any order, repeated, and interrupted."""

    def steps(self) -> dict[str, Step]:
        found = super().steps()
        for group in (self._repeated_results, self._requests, self._charge_backs):
            found.update(group())
        ours = found.keys() - dict(self.after_sales.steps()).keys()  # aftersale-svc keeps what it has done
        return {**found, **{f"crash {name}": partial(self._crash, found[name]) for name in sorted(ours)}}

    def _repeated_results(self) -> Iterator[tuple[str, Step]]:
        """A provider reports again, or something else than before."""
        commands = {"payments": payments.apply_result, "refunds": refunds.apply_result}
        for (table, command), outcome in itertools.product(commands.items(), (Outcome.SUCCEEDED, Outcome.DECLINED)):
            for row in self.db.rows(table):
                result = ProviderResult(outcome=outcome)
                yield f"report {outcome} of {row.id}", partial(self.db.run, command, row.id, result=result)

    def _requests(self) -> Iterator[tuple[str, Step]]:
        """Cases request refunds of their own accord, under a few ids that come again."""
        for number, amount in ((1, 1), (2, 50), (3, 10**6), (4, self.order.total_minor)):
            if self.order.payment_id is not None:
                yield f"request {number}", partial(self._request, number, amount)

    async def _request(self, number: int, amount: int) -> None:
        now = self.db.clock.now()
        trace = {"affected_party": "b", "applicant": "b", "handler": "h", "time": now, "result": "x"}
        about = {"case_id": f"case_{number}", "order_id": self.order.id, "buyer_id": "buyer-1", "merchant_id": "m-1"}
        money = {"payment_id": self.order.payment_id, "amount_minor": amount, "currency": self.order.currency}
        refund = {"refund_id": f"refund_{number}", "case_type": "refund_only", "state": "x"}
        await self.db.run(
            refund_requests.accept, RefundRequested(**trace, **about, **money, **refund, cause="approval")
        )

    def _charge_backs(self) -> Iterator[tuple[str, Step]]:
        for payment in self.db.rows("payments"):
            for number, amount, state in itertools.product((1, 2), (7, payment.amount_minor), ChargeBackState):
                yield (
                    f"charge back {state} {number} {amount} {payment.id}",
                    partial(self._charge_back, payment.id, f"dp_{number}", amount, state),
                )

    async def _charge_back(self, payment_id: str, reference: str, amount: int, state: ChargeBackState) -> None:
        reported = ChargeBackNotification(
            reference=reference,
            payment_id=payment_id,
            payment_reference=None,
            state=state,
            amount_minor=amount,
            currency=self.order.currency,
            reason="fraudulent",
        )
        await self.db.run(charge_backs.report, "simulator", reported)

    async def _crash(self, step: Step) -> None:
        """The process ends when the step has done its work and before the commit."""
        before = {name: dict(rows) for name, rows in self.db.tables.items()}
        try:
            await step()
        finally:
            self.db.tables = before

    def charged_back(self) -> int:
        """What was charged back, by its own rows."""
        return sum(each.amount_minor for each in self.db.rows("charge_backs") if each.state != "won")

    def check_ledger(self) -> None:
        """The postings are those of the rows, and nothing went back twice."""
        balances = Counter[str]()
        for posting in self.db.rows("ledger_postings"):
            balances[posting.debit] += posting.amount_minor
            balances[posting.credit] -= posting.amount_minor
        paid, refunded = self.money()
        flying = sum(refund.amount_minor for refund in self.refunds_in_flight())
        back = self.charged_back()
        expected = {"payments_received": paid, "refunds_paid": -refunded, "refunds_in_flight": -flying}
        expected |= {"charged_back": -back, "merchant_payable": refunded + flying + back - paid}
        assert {account: balances[account] for account in expected} == expected
        assert sum(balances.values()) == 0
        assert refunded + flying <= paid
        for payment in self.db.rows("payments"):
            assert 0 <= payment.charged_back_minor <= payment.amount_minor


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 999)), min_size=10, max_size=60),
    st.sampled_from(("CNY", "JPY", "KWD")),
)
async def test_the_ledger_is_never_off_by_a_minor_unit(choices: list[tuple[int, int]], currency: str) -> None:
    limits = Limits(parcels=0, cases=3, types=("refund_only", "return_refund"), currency=currency)
    model = await LedgerModel((3, 2), limits).placed()
    for kind, which in choices:
        kinds = defaultdict[str, list[Step]](list)
        for name, step in model.steps().items():
            kinds[name.partition(" ")[0]].append(step)
        chosen = sorted(kinds)[kind % len(kinds)]
        if await attempt(kinds[chosen][which % len(kinds[chosen])]):
            event(chosen)
        model.check_ledger()
