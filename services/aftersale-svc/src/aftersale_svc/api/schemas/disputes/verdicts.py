"""What a verdict says besides its remedy, as it is sent and shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import In, Money, Out, PageOut, Time
from pydantic import ConfigDict, Field

from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.disputes.costs import Cost, CostBearer, CostKind, CostTotal, DisputeCost
from aftersale_svc.domain.disputes.sanctions import RecommendedSanction, Sanction, SanctionCode, SanctionSubject


class CostIn(In):
    """A cost of the dispute and who bears it. It is recorded for the settlement with the merchant; no money moves by it."""

    kind: CostKind
    """What it was for."""
    bearer: CostBearer
    """Who bears it."""
    amount: Annotated[Money, Field(description="How much, above zero and in the order's currency.")]

    def cost(self) -> Cost:
        """The cost as commands take it."""
        return Cost(self.kind, self.bearer, self.amount.amount, self.amount.currency)


class SanctionIn(In):
    """A sanction that is recommended; nothing is imposed by that."""

    code: SanctionCode
    """The sanction, as a code."""
    subject: SanctionSubject
    """The side that it is for."""

    def sanction(self) -> Sanction:
        """The sanction as commands take it."""
        return Sanction(self.code, self.subject)


class CiteOut(Out):
    """A published policy that the verdict rests on."""

    article_id: str
    """The policy, as kb-svc shows it."""
    slug: str
    """Its name."""
    version: int
    """Its version."""
    body_hash: str
    """The digest of its text."""
    clause_id: str | None = None
    """One of its clauses; null where all of it is cited."""
    clause_hash: str | None = None
    """The digest of that clause."""

    @classmethod
    def of(cls, cited: Document) -> "CiteOut":
        return cls(**cited)


class VerdictCostOut(Out):
    """A cost of the dispute, and who bears it."""

    kind: CostKind
    """What it was for."""
    bearer: CostBearer
    """Who bears it."""
    amount: Money
    """How much."""

    @classmethod
    def of(cls, row: DisputeCost) -> "VerdictCostOut":
        return cls(kind=row.kind, bearer=row.bearer, amount=Money.of(row.amount_minor, row.currency))


class SanctionOut(Out):
    """A sanction that the verdict recommends."""

    code: SanctionCode
    """The sanction, as a code."""
    subject: SanctionSubject
    """The side that it is for."""

    @classmethod
    def of(cls, row: RecommendedSanction) -> "SanctionOut":
        return cls(code=row.code, subject=row.subject)


class DisputeCostOut(VerdictCostOut):
    """A cost of a dispute, in the list of all of them."""

    id: str
    """Identifies the cost: `cost_…`."""
    dispute_id: str
    """The dispute."""
    case_id: str
    """Its case."""
    merchant_id: str
    """The merchant of the case."""
    decided_at: Time
    """When the verdict said so."""
    reverses: str | None = None
    """The cost that this takes back, because the verdict was replaced; neither counts then. Null for a cost."""

    @classmethod
    def of(cls, row: DisputeCost) -> "DisputeCostOut":
        return cls(
            id=row.id,
            dispute_id=row.dispute_id,
            case_id=row.case_id,
            merchant_id=row.merchant_id,
            kind=row.kind,
            bearer=row.bearer,
            amount=Money.of(row.amount_minor, row.currency),
            decided_at=row.decided_at,
            reverses=row.reverses,
        )


class CostTotalOut(Out):
    """What one side bears of all disputes about the merchant, in one currency."""

    bearer: CostBearer
    """Who bears it."""
    amount: Money
    """How much, of all kinds of costs."""
    disputes: int
    """Of how many disputes."""

    @classmethod
    def of(cls, row: CostTotal) -> "CostTotalOut":
        return cls(bearer=row.bearer, amount=Money.of(row.amount_minor, row.currency), disputes=row.disputes)


class DisputeCostsOut(PageOut[DisputeCostOut]):
    """One page of the costs, newest first, and the totals of the merchant."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    totals: list[CostTotalOut]
    """By bearer and currency, of the merchant asked for, whatever the other filters and the page; none without a merchant."""
