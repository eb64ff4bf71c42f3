"""Orders whose payment is authorised and not captured yet, published by order-svc."""

from typing import Annotated

from aftercare_events.catalogue.orders import OrderEvent
from aftercare_events.fields import Code, DeadlineAt
from aftercare_events.vocabulary import Vocabulary, one_of


class AuthorisationEndCause(Vocabulary):
    """Why what an order needs is not authorised any more."""

    VOIDED = "voided", "a party has given up an authorised payment"
    AUTHORISATION_EXPIRED = "authorisation_expired", "nobody captured it while the provider held it"
    CAPTURED_IN_PART = "captured_in_part", "the merchant captures a part, and the rest is released"
    FAILED = "failed", "the provider has released it by itself, or has declined its capture"


class OrderAuthorised(OrderEvent):
    """What the order needs next is authorised; the merchant can capture it until `deadline_at`, and the order is not cancelled unpaid before."""

    matter: Code = "order_authorisation"
    deadline_at: DeadlineAt = None


class OrderAuthorisationEnded(OrderEvent):
    """What the order needs is not authorised any more; it waits for its payment again, until `deadline_at`."""

    matter: Code = "order_authorisation"
    cause: Annotated[Code, one_of(AuthorisationEndCause, "why it ended")]
    deadline_at: DeadlineAt = None
