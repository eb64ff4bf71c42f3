"""What a courier's push reports of parcels, applied to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.parcels import courier_codes, parcels, partner_inbox
from order_svc.domain.partners.pushes import PartnerPush, ReportFields
from order_svc.domain.tracking import Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.integrations.couriers.port import Report, Reports
from order_svc.settings import Settings

_FUTURE = timedelta(hours=24)
_MOST_NAMED = 5
_LONGEST_REASON = 200
_DATED_INTO_THE_FUTURE = "other scans are dated into the future"


async def apply(tx: Transaction[Settings], push: PartnerPush, reports: Reports) -> PartnerPush:
    """Apply the scans of the locked push to their parcels; a push that names an unknown waybill waits for its parcel."""
    read = replace(push, reports=[_fields(push, report) for report in reports])
    if push.attempts == 0:
        await courier_codes.count(tx, push, [report for report in reports if not report.known])
    # One scan dated into the future would outrank every correct one that follows.
    dated = [report for report in reports if _happened(push, report) <= push.received_at + _FUTURE]
    if reports and not dated:
        return await partner_inbox.failed(tx, read, "a scan is dated into the future")
    notes = [*reports.notes, *([_DATED_INTO_THE_FUTURE] if len(dated) < len(reports) else [])]
    why = "; ".join(notes)[:_LONGEST_REASON] or None
    if not reports:
        return await partner_inbox.ignored(tx, read, why)
    unknown = await _apply(tx, push, dated)
    if unknown:
        return await partner_inbox.wait(tx, read, f"unknown waybill: {', '.join(unknown[:_MOST_NAMED])}")
    return await partner_inbox.applied(tx, read, why)


async def _apply(tx: Transaction[Settings], push: PartnerPush, reports: Sequence[Report]) -> list[str]:
    """Apply the scans of each parcel together; returns what the parcels are called that are not known here."""
    scans: dict[ParcelKey, list[Scan]] = {}
    for report in reports:
        scan = replace(report.scan, occurred_at=_happened(push, report))
        scans.setdefault(_key(report), []).append(scan)
    unknown = [key for key in scans if not await parcels.apply_scans(tx, key, scans[key])]
    for report in reports:
        if report.next_waybill_no is not None:
            await parcels.goes_on_as(tx, _key(report), report.next_waybill_no)
            await partner_inbox.wake(tx, report.next_waybill_no)
    return [key.waybill_no or key.reference or "" for key in unknown]


def _key(report: Report) -> ParcelKey:
    return ParcelKey(
        waybill_no=report.waybill_no,
        carrier=report.carrier,
        former_carrier=report.former_carrier,
        reference=report.reference,
    )


def _happened(push: PartnerPush, report: Report) -> datetime:
    return push.received_at if report.undated else report.scan.occurred_at


def _fields(push: PartnerPush, report: Report) -> ReportFields:
    scan = report.scan
    return {
        "carrier": report.carrier,
        "waybill_no": report.waybill_no,
        "reference": report.reference,
        "status": scan.status,
        "reason": scan.reason,
        "raw_code": scan.raw_code,
        "occurred_at": _happened(push, report).isoformat(),
        "text": report.text,
    }
