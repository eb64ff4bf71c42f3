"""Random histories of the money of an order: at every step, what the API shows as allowed is done by its command.

Parts of the order are paid, some by payments that failed before; refunds are declined, repeated, come back and are made outside the provider;
cases and guarantees give money back, units are cancelled, and buyers have payments charged back.
"""

from collections.abc import Iterator
from functools import partial

from after_sale_model import Limits
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimPaid
from hypothesis import event, given, settings
from hypothesis import strategies as st
from order_model import SELLER
from order_svc.commands.cases import case_money
from order_svc.commands.payments import recorded_refunds
from order_svc.commands.payments.recorded_refunds import GivenBack
from order_svc.domain.model import Amount
from order_svc.domain.payments.codes import OutsideMethod
from shown_actions import ShownActions
from state_explorer import Step, attempt
from test_authorisation_histories import AuthorisationModel, kinds_of


class MoneyModel(AuthorisationModel):
    """The model of an order with guarantees that pay, and a merchant who gives a part back outside the provider."""

    def steps(self) -> dict[str, Step]:
        return {**super().steps(), **dict(self._outside())}

    def _outside(self) -> Iterator[tuple[str, Step]]:
        back = GivenBack(method=OutsideMethod.CASH, reference="K-0", amount=Amount(1, "CNY"), evidence="sha256:5e")
        for payment in self.db.rows("payments"):
            yield (
                f"record 1 of {payment.id}",
                partial(self.db.run, recorded_refunds.record, payment.id, back=back, by=SELLER),
            )
        for number in (1, 2):
            for refund_id in (None, f"refund_{number}"):
                yield f"guarantee {number} {refund_id}", partial(self._guarantee, number, refund_id)

    async def _guarantee(self, number: int, refund_id: str | None) -> None:
        now = self.db.clock.now()
        trace = {"affected_party": "b", "applicant": "b", "handler": "h", "time": now, "result": "x"}
        about = {"case_id": f"case_{number}", "order_id": self.order.id, "buyer_id": "buyer-1", "merchant_id": "m-1"}
        claim = {"claim_id": f"grt_{number}", "kind": "merchant_deposit", "state": "paid", "terminal": True}
        paid = 60 if number == 1 else self.order.total_minor
        money = {"paid_minor": paid, "currency": "CNY", "reference_hash": "sha256:0", "refund_id": refund_id}
        await self.db.run(case_money.guarantee_paid, GuaranteeClaimPaid(**trace, **about, **claim, **money))


KINDS = (
    *("cancel", "withdraw", *["refund"] * 5, *["report"] * 3, "record", "operator", "request", "request"),
    *("guarantee", "charge", "pay", "payment", "payment", "case", "case_0", "case_1", "ship", "time"),
)
PARTS = st.lists(st.sampled_from((1, 50, 100)), max_size=2)
CHOICES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 999)), min_size=12, max_size=20)


@settings(max_examples=60, deadline=None)
@given(PARTS, st.sampled_from((True, True, False)), CHOICES)
async def test_no_action_that_is_shown_as_allowed_is_refused(
    parts: list[int], in_full: bool, choices: list[tuple[str, int]]
) -> None:
    model = await MoneyModel((2, 1), Limits(parcels=1, cases=2)).placed()
    for name in [*(f"pay {minor}" for minor in parts), *(["pay"] if in_full else [])]:
        await model.steps()[name]()
        await model.steps()[f"payment succeeded of {model.db.rows('payments')[-1].id}"]()
    for kind, which in choices:
        steps = kinds_of(model).get(kind, [])
        if steps and await attempt(steps[which % len(steps)]):
            event(kind)
            for shown in await ShownActions(model).check():
                event(f"{shown} is shown")
