"""Restrictions of buyers, merchants and articles, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Id, PrincipalId, Time
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class SanctionSubjectType(Vocabulary):
    """What a sanction restricts."""

    BUYER = "buyer", "a buyer, with every merchant"
    MERCHANT = "merchant", "a merchant"
    SKU = "sku", "one article of a merchant"


class OrdersEffect(Vocabulary):
    """What a sanction does to orders that are placed while it is in force."""

    REFUSE = "refuse", "they are refused"
    REVIEW = "review", "they wait until an agent has approved them"


class SanctionEvent(Event):
    """What every event of a sanction carries."""

    TOPIC: ClassVar[Topic] = topics.SANCTIONS
    KEY: ClassVar[str] = "subject_id"

    subject_id: Annotated[
        PrincipalId, Field(description="the buyer or merchant concerned; of an article, its merchant")
    ]
    kind: Code
    reason: Code
    expires_at: Time | None = None
    sanction_id: Annotated[
        Id | None, Field(description="the sanction; where it is absent, a subject has one of each kind")
    ] = None
    subject_type: Annotated[
        Code | None, one_of(SanctionSubjectType, "what is restricted; absent: the buyer or merchant with this id")
    ] = None
    sku: Annotated[Id | None, Field(description="the article, where one is restricted")] = None
    orders: Annotated[
        Code | None, one_of(OrdersEffect, "what it does to new orders; absent where it does not concern them")
    ] = None


class SanctionImposed(SanctionEvent):
    """A buyer, a merchant or an article was restricted."""

    matter: Code = "sanction"


class SanctionLifted(SanctionEvent):
    """The restriction ended."""

    matter: Code = "sanction"
