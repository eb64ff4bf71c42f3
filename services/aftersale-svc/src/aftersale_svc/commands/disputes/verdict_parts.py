"""What a verdict says besides its remedy: what it cites, who bears which costs, which sanctions it recommends."""

from collections.abc import Sequence
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events.catalogue.verdicts import DisputeCost as EventCost
from aftercare_events.catalogue.verdicts import PolicyCitation
from aftercare_events.catalogue.verdicts import RecommendedSanction as EventSanction

from aftersale_svc.domain.currencies import check_currency
from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.disputes.costs import Cost, CostKind, DisputeCost
from aftersale_svc.domain.disputes.errors import CostEmpty, SanctionTwice
from aftersale_svc.domain.disputes.lab_tests import LabTest
from aftersale_svc.domain.disputes.model import Dispute, Verdict
from aftersale_svc.domain.disputes.sanctions import RecommendedSanction, SanctionSubject
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.verdicts import COSTS_OF_DISPUTE, DISPUTE_COSTS, DROP_SANCTIONS, SANCTIONS


class VerdictParts(TypedDict):
    """What the event of a verdict carries of this."""

    cites: tuple[PolicyCitation, ...]
    costs: tuple[EventCost, ...]
    sanctions: tuple[EventSanction, ...]


def check(dispute: Dispute, verdict: Verdict) -> None:
    """Refuse costs and sanctions that make no sense.

    Raises:
        CostEmpty: a cost has no amount above zero.
        CurrencyForeign: a cost is in another currency than the order.
        SanctionTwice: the same sanction is recommended twice for the same side.
    """
    for place, cost in enumerate(verdict.costs):
        if not cost.amount_minor:
            raise CostEmpty(pointer=f"/costs/{place}/amount/amount")
        check_currency(cost.currency, dispute.currency, f"/costs/{place}/amount/currency")
    for place, sanction in enumerate(verdict.sanctions):
        if sanction in verdict.sanctions[:place]:
            raise SanctionTwice(pointer=f"/sanctions/{place}")


async def take_back(tx: Transaction[Settings], dispute: Dispute) -> None:
    """Take the costs of the former verdict back, each by an opposite entry; what it recommended is in its event."""
    known = [each for each in await tx.all(COSTS_OF_DISPUTE, dispute_id=dispute.id) if each.reverses is None]
    back = [replace(each, id=tx.new_id("cost"), reverses=each.id, decided_at=tx.now) for each in known]
    await tx.insert(DISPUTE_COSTS, *back)
    await tx.execute(DROP_SANCTIONS, of=dispute.id)


async def record(
    tx: Transaction[Settings],
    dispute: Dispute,
    verdict: Verdict,
    cites: Sequence[Document],
    tests: Sequence[LabTest] = (),
) -> VerdictParts:
    """Insert the costs and sanctions of a verdict that is given now; what its event carries of them and of what it cites.

    Where it says nothing about the cost of testing, who has advanced that of a test bears it.
    """
    named = any(cost.kind is CostKind.TESTING for cost in verdict.costs)
    advanced = [] if named else [each.cost for each in tests if each.cost is not None]
    costs = await enter_costs(tx, dispute, [*verdict.costs, *advanced])
    sanctions = _sanctions(dispute, verdict)
    await tx.insert(SANCTIONS, *sanctions)
    return VerdictParts(
        cites=tuple(_citation(each) for each in cites),
        costs=published(costs),
        sanctions=tuple(
            EventSanction(code=each.code, subject=each.subject, subject_id=each.subject_id) for each in sanctions
        ),
    )


def published(costs: Sequence[DisputeCost]) -> tuple[EventCost, ...]:
    """Costs as an event carries them."""
    return tuple(EventCost(kind=each.kind, bearer=each.bearer, amount_minor=each.amount_minor) for each in costs)


def _citation(cited: Document) -> PolicyCitation:
    return PolicyCitation(
        article_id=cited["article_id"],
        version=cited["version"],
        body_hash=cited["body_hash"],
        clause_id=cited.get("clause_id"),
        clause_hash=cited.get("clause_hash"),
    )


async def enter_costs(tx: Transaction[Settings], dispute: Dispute, costs: Sequence[Cost]) -> list[DisputeCost]:
    """Insert costs of a dispute and who bears them; the rows."""
    entered = [
        DisputeCost(
            id=tx.new_id("cost"),
            dispute_id=dispute.id,
            case_id=dispute.case_id,
            merchant_id=dispute.merchant_id,
            kind=cost.kind,
            bearer=cost.bearer,
            amount_minor=cost.amount_minor,
            currency=cost.currency,
            decided_at=tx.now,
        )
        for cost in costs
    ]
    await tx.insert(DISPUTE_COSTS, *entered)
    return entered


def _sanctions(dispute: Dispute, verdict: Verdict) -> list[RecommendedSanction]:
    ids = {SanctionSubject.BUYER: dispute.buyer_id, SanctionSubject.MERCHANT: dispute.merchant_id}
    return [
        RecommendedSanction(
            dispute_id=dispute.id, code=sanction.code, subject=sanction.subject, subject_id=ids[sanction.subject]
        )
        for sanction in verdict.sanctions
    ]
