"""The guarantee deposits (保证金) of merchants, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Currency, Hash, Id, MerchantId, Minor
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class DepositEntryKind(Vocabulary):
    """Why the balance of a deposit changes."""

    PAID_IN = "paid_in", "the merchant has paid it in"
    TOPPED_UP = "topped_up", "the merchant has paid what claims had taken"
    RELEASED = "released", "the merchant has got it back"
    CLAIMED = "claimed", "a claim of a buyer was paid from it"


class DepositEntryBooked(Event):
    """The balance of a merchant's deposit has changed, with a reference of which this is the digest."""

    TOPIC: ClassVar[Topic] = topics.MERCHANTS
    KEY: ClassVar[str] = "deposit_id"

    matter: Code = "deposit_entry"
    deposit_id: Annotated[Id, Field(description="the deposit of the merchant in this currency")]
    merchant_id: MerchantId
    kind: Annotated[Code, one_of(DepositEntryKind, "why")]
    amount_minor: Minor
    balance_minor: Annotated[Minor, Field(description="what is on the deposit now")]
    currency: Currency
    reference_hash: Hash
    claim_id: Annotated[Id | None, Field(description="the claim that was paid; absent for any other kind")] = None
