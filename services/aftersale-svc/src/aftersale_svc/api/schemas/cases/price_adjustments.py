"""What is sent to grant a price adjustment, and the prices of a case as they are shown."""

from typing import Annotated, Any

from aftercare_chassis.http.schemas import Id, In, Money, Out, Time, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, Evidence
from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.model import AdjustmentBearer, Granted
from aftersale_svc.domain.cases.price_grants.policy import borne

_LINE = "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37"


class VerifiedPriceIn(In):
    """What was found out of the prices of one unit."""

    reference_price: Money
    """What a unit had cost, as was verified."""
    checked_price: Money
    """What it is offered for, as was verified; below `reference_price`."""
    checked_at: Time | None = None
    """When the price was verified; not in the future."""
    link: Annotated[str | None, Field(pattern=r"^https?://[^\s]+$", max_length=500)] = None
    """Where the price is found."""


class CostShareIn(In):
    """What somebody bears of what is granted."""

    bearer: AdjustmentBearer
    """Who; `platform` is named by agents alone."""
    amount: Money
    """How much of it."""


class GrantedIn(In):
    """What is granted for all units of one line."""

    line_id: Id
    """A line of the case."""
    amount: Money
    """At most what was asked for the line. With `verified` it is the difference of those prices for all units, or what is left of it."""
    verified: VerifiedPriceIn | None = None
    """The prices that the amount follows from; null where it is agreed on otherwise."""
    bearers: Annotated[list[CostShareIn], Field(default_factory=list, max_length=3)]
    """Who bears it, each once; the shares add up to `amount`. Empty: the merchant bears all of it."""

    def granted(self) -> Granted:
        """The amount as commands take it."""
        return Granted(
            self.line_id,
            self.amount.amount,
            self.amount.currency,
            None if self.verified is None else _verified(self.verified),
            [
                {"bearer": each.bearer.value, "amount_minor": each.amount.amount, "currency": each.amount.currency}
                for each in self.bearers
            ],
        )


def _verified(prices: VerifiedPriceIn) -> dict[str, Any]:  # Any: JSON
    currencies = {prices.reference_price.currency, prices.checked_price.currency}
    return {
        "reference_minor": prices.reference_price.amount,
        "checked_minor": prices.checked_price.amount,
        "currency": prices.checked_price.currency if len(currencies) == 1 else "",
        "checked_at": prices.checked_at and prices.checked_at.isoformat(),
        "link": prices.link,
    }


class GrantIn(CitingIn):
    """What is granted of what was asked for, and why not all of it."""

    model_config = example(
        lines=[
            {
                "line_id": _LINE,
                "amount": {"amount": 500, "currency": "CNY"},
                "verified": {
                    "reference_price": {"amount": 9900, "currency": "CNY"},
                    "checked_price": {"amount": 9400, "currency": "CNY"},
                },
                "bearers": [{"bearer": "merchant", "amount": {"amount": 500, "currency": "CNY"}}],
            }
        ],
        reason="reason_untrue",
        note="核实的价格为 94 元。",
    )

    lines: Annotated[list[GrantedIn], Field(min_length=1, max_length=100)]
    """Every line of the case once."""
    reason: RejectReason | None = None
    """Why not all of it, where that is so; shown to the buyer."""
    evidence: Evidence

    def amounts(self) -> list[Granted]:
        """The amounts as commands take them."""
        return [line.granted() for line in self.lines]


class CostShareOut(Out):
    """What somebody bears of what was granted."""

    bearer: AdjustmentBearer
    """Who."""
    amount: Money
    """How much of it."""


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
    verified_reference_price: Money | None = None
    """What a unit had cost, as was verified; null where nobody stated that."""
    verified_price: Money | None = None
    """What it is offered for, as was verified; null where nobody stated that."""
    verified_at: Time | None = None
    """When that was verified; null where nobody stated it."""
    link: str | None = None
    """Where the price was found; null where nobody stated it."""
    bearers: list[CostShareOut]
    """Who bears what was granted: the shares add up to it. Empty until it is decided."""
    reduction_reason: RejectReason | None = None
    """Why less was granted in the case than was asked for; null where it was not."""

    @classmethod
    def of(cls, full: FullCase) -> list["PriceCheckOut"]:
        """Those of a case; empty where it is no price adjustment."""
        currency, checks = full.case.currency, full.rows_of(PriceCheck)
        shares = borne(checks)
        return [
            cls(
                line_id=each.line_id,
                reference_price=Money.of(each.reference_minor, currency),
                checked_price=Money.of(each.checked_minor, currency),
                granted=None if each.granted_minor is None else Money.of(each.granted_minor, currency),
                **_found(each, currency),
                bearers=[
                    CostShareOut(bearer=bearer, amount=Money.of(minor, currency))
                    for of, bearer, minor in shares
                    if of is each
                ],
                reduction_reason=each.reduction_reason,
            )
            for each in checks
        ]


def _found(check: PriceCheck, currency: str) -> dict[str, Any]:  # Any: the fields of PriceCheckOut
    prices = check.verified
    if prices is None:
        return {}
    return {
        "verified_reference_price": Money.of(prices["reference_minor"], currency),
        "verified_price": Money.of(prices["checked_minor"], currency),
        "verified_at": prices["checked_at"],
        "link": prices["link"],
    }
