"""What is sent to grant a part of a price adjustment, and the prices of a case as they are shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, In, Money, Out, example
from pydantic import Field

from aftersale_svc.api.schemas.case_requests import CitingIn
from aftersale_svc.commands.price_adjustments import Granted
from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.price_checks import PriceCheck

_LINE = "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37"


class GrantedIn(In):
    """What is granted for all units of one line."""

    line_id: Id
    """A line of the case."""
    amount: Money
    """At most what was asked for the line."""


class GrantIn(CitingIn):
    """A part of what was asked for, and why not all of it."""

    model_config = example(
        lines=[{"line_id": _LINE, "amount": {"amount": 500, "currency": "CNY"}}],
        reason="reason_untrue",
        note="核实的价格为 94 元。",
    )

    lines: Annotated[list[GrantedIn], Field(min_length=1, max_length=100)]
    """Every line of the case once."""
    reason: RejectReason
    """Why not all of it; shown to the buyer."""

    def amounts(self) -> list[Granted]:
        """The amounts as commands take them."""
        return [Granted(line.line_id, line.amount.amount, line.amount.currency) for line in self.lines]


class PriceCheckOut(Out):
    """The prices of one unit of a line that the applicant has named, and what was granted for all units of it."""

    line_id: str
    """The line of the order."""
    reference_price: Money
    """What a unit had cost."""
    checked_price: Money
    """What it is offered for."""
    granted: Money | None = None
    """What goes back for all units of the line; null until it is decided."""

    @classmethod
    def of(cls, full: FullCase) -> list["PriceCheckOut"]:
        """Those of a case; empty where it is no price adjustment."""
        currency = full.case.currency
        return [
            cls(
                line_id=each.line_id,
                reference_price=Money.of(each.reference_minor, currency),
                checked_price=Money.of(each.checked_minor, currency),
                granted=None if each.granted_minor is None else Money.of(each.granted_minor, currency),
            )
            for each in full.rows_of(PriceCheck)
        ]
