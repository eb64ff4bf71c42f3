"""What verdicts have said besides their remedy: who bears what disputes have cost."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.disputes.costs import CostTotal, DisputeCost
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.settings import Settings
from aftersale_svc.tables.decisions.decisions import VERDICT_OF_DISPUTE
from aftersale_svc.tables.disputes.verdicts import COST_LIST, COST_TOTALS


async def cites(read: Reader[Settings], dispute: Dispute) -> list[Document]:
    """What the verdict of a dispute cites; the caller has read the dispute before. Empty where there is no verdict."""
    if dispute.decided_at is None:
        return []
    decision = await read.one(VERDICT_OF_DISPUTE, case_id=dispute.case_id, dispute_id=dispute.id)
    return [] if decision is None else decision.policy


async def costs(
    read: Reader[Settings], limit: int, cursor: str | None, **filters: str | None
) -> tuple[Page[DisputeCost], list[CostTotal]]:
    """A page of the costs that this actor may see, newest first, and what each side bears of all disputes of the merchant, or of the
    dispute; nothing where neither is named."""
    page, of = await read.page(COST_LIST, limit=limit, cursor=cursor, **filters), ("merchant_id", "dispute_id")
    if all(filters[name] is None for name in of):
        return page, []
    return page, await read.all(COST_TOTALS, **{name: filters[name] for name in of})
