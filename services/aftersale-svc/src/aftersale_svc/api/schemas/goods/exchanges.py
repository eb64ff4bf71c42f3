"""What is sent to the routes of exchanges, and their money as it is shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import In, Money, Out, Time, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import NoteIn, PriceIn
from aftersale_svc.domain.cases.exchanges.model import Price, RefusedGoods
from aftersale_svc.domain.cases.exchanges.policy import difference
from aftersale_svc.domain.cases.full_case import FullCase


class PriceReplacementIn(NoteIn):
    """What the replacement costs, by line; a line that is left out keeps its price."""

    model_config = example(
        prices=[
            {"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "unit_price": {"amount": 12900, "currency": "CNY"}}
        ]
    )

    prices: Annotated[list[PriceIn], Field(min_length=1, max_length=100)]
    """Each line of the case at most once."""

    def named(self) -> list[Price]:
        """The prices as commands take them."""
        return [price.price() for price in self.prices]


class AgreeChargeIn(NoteIn):
    """What the buyer agrees to pay."""

    model_config = example(amount={"amount": 6800, "currency": "CNY"}, note="同意维修报价。")

    amount: Money | None = None
    """The amount that the buyer has seen: where it is another one by now, 409 `charge_changed`. May be left out."""


class ReturnRefusedGoodsIn(In):
    """The parcel that brings the refused goods back to the buyer."""

    model_config = example(carrier="zto", waybill_no="73200000000001")

    carrier: CarrierInput
    waybill_no: WaybillInput


class ExchangeOut(Out):
    """What an exchange costs or gives back, as far as is known: for the units of the case, then for those accepted."""

    owed: Money
    """What the buyer has to pay more; nothing is sent before it is agreed to and recorded as paid. It stays once it is agreed to."""
    credit: Money
    """What goes back to the buyer when the replacement was received."""
    agreed_at: Time | None = None
    """When the buyer agreed to pay; null before."""
    paid_at: Time | None = None
    """When the merchant recorded the payment; null before."""
    reference: str | None = None
    """What the merchant said of the payment; null before."""

    @classmethod
    def of(cls, full: FullCase) -> "ExchangeOut | None":
        """What it costs; None where no price was named."""
        found, charge, currency = difference(full), full.charge, full.case.currency
        if found is None:
            return None
        agreed = charge is not None and charge.agreed_at is not None
        return cls(
            owed=Money.of(charge.amount_minor if charge is not None and agreed else max(found, 0), currency),
            credit=Money.of(max(-found, 0), currency),
            agreed_at=charge.agreed_at if charge else None,
            paid_at=charge.paid_at if charge else None,
            reference=charge.reference if charge else None,
        )


class RefusedGoodsOut(Out):
    """The parcel that brings refused goods back to the buyer."""

    carrier: str
    """The code of the courier, such as `zto`."""
    waybill_no: str
    """The courier's number of the parcel."""
    sent_at: Time
    """When the merchant recorded that it was sent."""

    @classmethod
    def of(cls, full: FullCase) -> "RefusedGoodsOut | None":
        """The parcel; None where there is none."""
        return next((cls.model_validate(each) for each in full.rows_of(RefusedGoods)), None)
