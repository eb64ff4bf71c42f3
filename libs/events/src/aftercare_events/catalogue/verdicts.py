"""What a verdict says besides its remedy: the policies that it cites, who bears which costs, which sanctions it recommends."""

from typing import Annotated

from pydantic import Field

from aftercare_events.event import EventPart
from aftercare_events.fields import Code, Hash, Id, Minor, PrincipalId
from aftercare_events.vocabulary import Vocabulary, one_of


class CostKind(Vocabulary):
    """What a cost of a dispute was for."""

    RETURN_FREIGHT = "return_freight", "sending goods back"
    RESHIPMENT = "reshipment", "sending goods to the buyer again"
    TESTING = "testing", "the examination by a testing body"
    HANDLING = "handling", "the work of the platform"
    OTHER = "other", "anything else"


class CostBearer(Vocabulary):
    """Who bears a cost of a dispute."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"
    PLATFORM = "platform", "the platform"
    COURIER = "courier", "the courier"


class SanctionCode(Vocabulary):
    """A sanction that a verdict recommends."""

    WARN = "warn", "a warning"
    POINTS = "points", "penalty points"
    FINE = "fine", "a fine"
    LIMIT_REFUND_AMOUNT = "limit_refund_amount", "a limit of what is refunded without a review"
    SUSPEND = "suspend", "no new orders or cases for a time"


class SanctionSubject(Vocabulary):
    """Whom a recommended sanction is for."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"


class PolicyCitation(EventPart):
    """A published policy that a verdict rests on."""

    article_id: Annotated[Id, Field(description="the policy")]
    version: Annotated[int, Field(strict=True, ge=1, description="its version")]
    body_hash: Hash
    clause_id: Annotated[Id | None, Field(description="one of its clauses; absent: all of it")] = None
    clause_hash: Hash | None = None


class DisputeCost(EventPart):
    """A cost of the dispute, in the currency of the verdict. It is a record for the settlement with the merchant; no money moves by it."""

    kind: Annotated[Code, one_of(CostKind, "what it was for")]
    bearer: Annotated[Code, one_of(CostBearer, "who bears it")]
    amount_minor: Minor


class RecommendedSanction(EventPart):
    """A sanction that a verdict recommends. Nothing is imposed by that."""

    code: Annotated[Code, one_of(SanctionCode, "what is recommended")]
    subject: Annotated[Code, one_of(SanctionSubject, "whom it is for")]
    subject_id: Annotated[PrincipalId, Field(description="the buyer or merchant whom it is for")]
