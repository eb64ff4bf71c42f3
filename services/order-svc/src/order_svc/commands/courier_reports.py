"""What a courier's push reports of parcels, applied to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands import parcels, partner_inbox
from order_svc.domain.partners.pushes import PartnerPush, ReportFields
from order_svc.integrations.couriers.port import Report
from order_svc.settings import Settings

_FUTURE = timedelta(hours=24)
_MOST_NAMED = 5


async def apply(tx: Transaction[Settings], push: PartnerPush, reports: Sequence[Report]) -> PartnerPush:
    """Apply the scans of the locked push to their parcels; a push that names an unknown waybill waits for its parcel."""
    # One scan dated into the future would outrank every correct one that follows.
    if any(report.scan.occurred_at > push.received_at + _FUTURE for report in reports):
        return await partner_inbox.failed(tx, push, "a scan is dated into the future")
    read = replace(push, reports=[_fields(report) for report in reports])
    if not reports:
        return await partner_inbox.ignored(tx, read)
    unknown = [r.waybill_no for r in reports if not await parcels.apply_scan(tx, r.carrier, r.waybill_no, r.scan)]
    if unknown:
        return await partner_inbox.wait(tx, read, f"unknown waybill: {', '.join(unknown[:_MOST_NAMED])}")
    return await partner_inbox.applied(tx, read)


def _fields(report: Report) -> ReportFields:
    scan = report.scan
    return {
        "carrier": report.carrier,
        "waybill_no": report.waybill_no,
        "status": scan.status,
        "reason": scan.reason,
        "raw_code": scan.raw_code,
        "occurred_at": scan.occurred_at.isoformat(),
        "text": report.text,
    }
