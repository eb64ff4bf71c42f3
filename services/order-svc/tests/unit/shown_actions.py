"""What the API shows as allowed of payments, refunds and cancellations of units, tried on the commands that it is shown for."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from order_model import AGENT, BUYER, SELLER, OrderModel
from order_svc.commands.orders import line_cancellations as cancellations
from order_svc.commands.payments import authorisations, payments, recorded_refunds, refund_queries, refund_requests
from order_svc.commands.payments.recorded_refunds import GivenBack
from order_svc.domain import line_cancellations
from order_svc.domain.fulfilment import Pick, shippable, unshipped
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.payments.codes import OutsideMethod
from order_svc.domain.payments.lifecycle import PAYMENT, REFUND, PaymentAction, PaymentFacts, RefundAction
from order_svc.domain.payments.order_money import OrderMoney

# Any: commands, and rows of several tables.
PEOPLE = (BUYER, SELLER, AGENT, Actor("finance-1", "finance"))
BACK = GivenBack(method=OutsideMethod.CASH, reference="K-1", evidence="sha256:5e")
COMMANDS: Mapping[PaymentAction, Any] = {
    PaymentAction.CAPTURE: authorisations.capture,
    PaymentAction.VOID: payments.void,
    PaymentAction.REFUND_REMAINDER: refund_requests.refund_remainder,
    PaymentAction.RECORD_REFUND: partial(recorded_refunds.record, back=BACK),
}
MAKING_A_REFUND = (PaymentAction.REFUND_REMAINDER, PaymentAction.RECORD_REFUND)


class ShownActions:
    """The actions that are shown of the order of a model, and whether their commands do what is shown. The model stays as it is."""

    def __init__(self, model: OrderModel) -> None:
        rows = model.db.rows
        self._model, self._db = model, model.db
        self.money = OrderMoney(rows("payments"), rows("refunds"), rows("compensations"))
        adjusted = line_cancellations.adjusting_cases(rows("cases"), rows("case_lines"), self.money.cases_paid)
        self.facts = OrderFacts(model.lines, model.parcels, pending_payment=self.money.pending, adjusted_by=adjusted)

    async def check(self) -> list[str]:
        """Try each of them: none is refused, or changes nothing that it should. The actions that are allowed to somebody."""
        found = [f"{action} {who.role}" async for action, who in self._of_payments()]
        found += [f"query {who.role}" async for who in self._of_refunds()]
        return found + [f"cancel_lines {who.role}" async for who in self._of_units()]

    async def _of_payments(self) -> Any:
        for payment in self.money.payments:
            for who in PEOPLE:
                facts = PaymentFacts(self._model.order, self.money, self._db.clock.now(), who)
                for shown in PAYMENT.allowed(payment, who, facts):
                    if shown.allowed and shown.action in COMMANDS:
                        action = PaymentAction(shown.action)
                        made = await self._tried(COMMANDS[action], payment.id, by=who)
                        assert isinstance(made, int), f"{who.role} is shown {action} of {payment}: {made!r}"
                        assert made or action not in MAKING_A_REFUND, f"{action} does nothing"
                        yield action, who

    async def _of_refunds(self) -> Any:
        for refund in self.money.refunds:
            for who in PEOPLE:
                if REFUND.permits(refund, RefundAction.QUERY, who):
                    made = await self._tried(refund_queries.query, refund.id, by=who)
                    assert isinstance(made, int), f"{who.role} is shown query of {refund}: {made!r}"
                    yield who

    async def _of_units(self) -> Any:
        """Some units can be cancelled exactly where that is shown."""
        for who in PEOPLE[:3]:
            shown = ORDER.permits(self._model.order, OrderAction.CANCEL_LINES, who, self.facts)
            tried = [
                await self._tried(cancellations.cancel_lines, self._model.order.id, picks=picks, by=who)
                for picks in self._picks()
            ]
            assert shown == any(isinstance(each, int) for each in tried), f"{who.role}: {shown}, {tried}"
            if shown:
                yield who

    def _picks(self) -> Iterator[list[Pick]]:
        """All that is left, what is free of it, and single units."""
        lines = self._model.lines
        for units in (unshipped, shippable):
            yield [Pick(line.id, units(line)) for line in lines if units(line)]
        yield from ([Pick(line.id, 1)] for line in lines if unshipped(line))

    async def _tried(self, command: Any, *args: Any, **named: Any) -> int | Refusal:
        """How many refunds the command makes, or why it is refused; nothing is kept of it."""
        before = {name: dict(rows) for name, rows in self._db.tables.items()}
        try:
            await self._db.run(command, *args, **named)
            return len(self._db.rows("refunds")) - len(self.money.refunds)
        except Refusal as refused:
            return refused
        finally:
            self._db.tables = before
