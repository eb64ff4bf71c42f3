"""What payment providers take back of payments for buyers, published by order-svc with the payment."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.payments import PaymentEvent
from aftercare_events.fields import Code, Id, Minor


class ChargeBackEvent(PaymentEvent):
    """What every event of a charge-back carries; `amount_minor` is the charge-back's."""

    charge_back_id: Id
    charged_back_minor: Annotated[
        Minor, Field(description="what is charged back of the payment now, by all charge-backs")
    ]


class PaymentChargedBack(ChargeBackEvent):
    """The provider has taken money of the payment back for the buyer, who disputes it at the bank; `amount_minor` is what it took."""

    matter: Code = "charge_back"
    reason: Annotated[Code, Field(description="the provider's own code of why; `unknown` where it gives none")]


class ChargeBackReversed(ChargeBackEvent):
    """The charge-back was decided for the merchant: the provider has given the money again."""

    matter: Code = "charge_back"


class ChargeBackLost(ChargeBackEvent):
    """The charge-back was decided for the buyer, who keeps the money."""

    matter: Code = "charge_back"
