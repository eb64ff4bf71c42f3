"""What verdicts have said besides their remedy: who bears what disputes have cost."""

from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.disputes.costs import CostTotal, DisputeCost
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.wording.disputes import appeal
from aftersale_svc.settings import Settings
from aftersale_svc.tables.appeals import APPEALS_OF_DISPUTE
from aftersale_svc.tables.decisions import FIRST_VERDICT_OF_DISPUTE, VERDICT_OF_DISPUTE
from aftersale_svc.tables.disputes import DISPUTES
from aftersale_svc.tables.verdicts import COST_LIST, COST_TOTALS


async def cites(read: Reader[Settings], dispute: Dispute) -> list[Document]:
    """What the verdict of a dispute cites; the caller has read the dispute before. Empty where there is no verdict."""
    if dispute.decided_at is None:
        return []
    decision = await read.one(VERDICT_OF_DISPUTE, case_id=dispute.case_id, dispute_id=dispute.id)
    return [] if decision is None else decision.policy


async def about_appeal(read: Reader[Settings], case: Case, at: datetime) -> Label | None:
    """What is said at this time about an appeal against the last verdict about a case; the caller has read the case as it was
    then."""
    if case.dispute_id is None:
        return None
    dispute = await read.find(DISPUTES, case.dispute_id)
    if dispute is None or dispute.appeal_until is None:
        return None
    first = await read.one(FIRST_VERDICT_OF_DISPUTE, case_id=case.id, dispute_id=dispute.id)
    if first is None:
        return None
    return appeal(dispute, first.decided_at, await read.all(APPEALS_OF_DISPUTE, dispute_id=dispute.id), at)


async def costs(
    read: Reader[Settings], limit: int, cursor: str | None, **filters: str | None
) -> tuple[Page[DisputeCost], list[CostTotal]]:
    """A page of the costs that this actor may see, newest first, and what each side bears of all disputes of the merchant;
    nothing where no merchant is named."""
    page, merchant_id = await read.page(COST_LIST, limit=limit, cursor=cursor, **filters), filters["merchant_id"]
    return page, [] if merchant_id is None else await read.all(COST_TOTALS, merchant_id=merchant_id)
