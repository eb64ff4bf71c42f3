"""What a case is explained with besides its own rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.codes import CloseCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.domain.wording.context import CaseContext
from aftersale_svc.domain.wording.disputes import appeal, award, owed
from aftersale_svc.settings import Settings
from aftersale_svc.tables.appeals import APPEALS_OF_DISPUTE, ENTRIES_OF_DISPUTE
from aftersale_svc.tables.cases import REAPPLIED_BY
from aftersale_svc.tables.decisions import FIRST_VERDICT_OF_DISPUTE
from aftersale_svc.tables.disputes import DISPUTES


async def context_of(read: Reader[Settings], full: FullCase, at: datetime) -> CaseContext:
    """What a case is explained with at this time; the caller has read the case as it was then."""
    case, zone = full.case, calendar_of_merchant(read.timing, full.case.merchant_id).zone
    if case.close_cause is CloseCause.REAPPLIED:
        after = await read.one(REAPPLIED_BY, order_id=case.order_id, case_id=case.id)
        return CaseContext(zone, reapplied_by=None if after is None else after["id"])
    if case.dispute_id is None:
        return CaseContext(zone)
    return await _of_verdict(read, full, case.dispute_id, at, zone)


async def _of_verdict(
    read: Reader[Settings], full: FullCase, dispute_id: str, at: datetime, zone: ZoneInfo
) -> CaseContext:
    dispute = await read.find(DISPUTES, dispute_id)
    if dispute is None or dispute.appeal_until is None:
        return CaseContext(zone)
    first = await read.one(FIRST_VERDICT_OF_DISPUTE, case_id=full.case.id, dispute_id=dispute_id)
    if first is None:
        return CaseContext(zone)
    appeals = await read.all(APPEALS_OF_DISPUTE, dispute_id=dispute_id)
    entries = await read.all(ENTRIES_OF_DISPUTE, dispute_id=dispute_id) if appeals else []
    return CaseContext(
        zone,
        appeal=appeal(dispute, first.decided_at, appeals, at, zone),
        award=award(dispute, full.stop, at, zone),
        owed=owed(entries, at),
    )
