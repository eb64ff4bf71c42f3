"""What a courier's push reports of parcels, applied to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.parcels import courier_codes, parcel_tracking, parcels
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PartnerPush, ReportFields
from order_svc.domain.tracking import Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.integrations.couriers.port import Report, Reports
from order_svc.settings import Settings
from order_svc.tables.couriers import ENDPOINTS
from order_svc.tables.partner_inbox import SET_REPORTS

_AHEAD = timedelta(minutes=5)
_MOST_NAMED = 5
_LONGEST_REASON = 200
_ASKED = "not signed: the courier was asked"
_DATED_INTO_THE_FUTURE = "scans dated into the future count from their arrival"


async def apply(
    tx: Transaction[Settings], push: PartnerPush, reports: Reports, *, signed: bool
) -> tuple[PartnerPush, bool]:
    """Apply the scans of the locked push to their parcels; a push that names an unknown waybill waits for its parcel. Returns the push as it
    is then, and whether it proves what it reports.

    What arrives at a merchant's endpoint is about that merchant's parcels alone. Where it is not `signed` by its courier, the
    merchant knows all that it takes to post it: then the courier is asked, and its answer is what counts.
    """
    merchant_id = await _merchant(tx, push)
    read = replace(push, reports=[_fields(push, report) for report in reports])
    is_proof = _is_proof(push, merchant_id, signed=signed)
    if is_proof and push.reports is None:  # processed for the first time, and not redriven or repeated
        await courier_codes.count(tx, push, [report for report in reports if not report.known])
    notes = [*reports.notes, *([_DATED_INTO_THE_FUTURE] if any(_is_ahead(push, each) for each in reports) else [])]
    why = "; ".join(notes)[:_LONGEST_REASON] or None
    if not reports:
        return await partner_inbox.ignored(tx, read, why), is_proof
    unknown = await (_apply if is_proof else _confirm)(tx, push, reports, merchant_id)
    if unknown:
        owner = "" if merchant_id is None else f" of {merchant_id}"
        named = ", ".join(unknown[:_MOST_NAMED])
        return await partner_inbox.wait(tx, read, f"unknown waybill{owner}: {named}"), is_proof
    return await partner_inbox.applied(tx, read, why if is_proof else _ASKED), is_proof


async def reread(tx: Transaction[Settings], push: PartnerPush, reports: Reports, *, signed: bool) -> None:
    """Apply the scans of a push once more that was applied, as they are read now; nothing where it proves none."""
    merchant_id = await _merchant(tx, push)
    if _is_proof(push, merchant_id, signed=signed):
        await _apply(tx, push, reports, merchant_id)
        await tx.execute(SET_REPORTS, push_id=push.id, new_reports=[_fields(push, report) for report in reports])


def _is_proof(push: PartnerPush, merchant_id: str | None, *, signed: bool) -> bool:
    return signed or merchant_id is None or push.is_answer


async def _merchant(tx: Transaction[Settings], push: PartnerPush) -> str | None:
    return None if push.endpoint_id is None else (await tx.get(ENDPOINTS, push.endpoint_id)).merchant_id


async def _confirm(
    tx: Transaction[Settings], push: PartnerPush, reports: Sequence[Report], merchant_id: str | None
) -> list[str]:
    """Have the courier asked about the parcels, once about each; returns what those are called that are not known here."""
    unknown: list[str] = []
    is_first = push.reports is None
    for key in dict.fromkeys(_key(report, merchant_id) for report in reports):
        found = await parcels.meant(tx, key)
        await parcel_tracking.confirm(tx, [each for each in found if is_first or each.created_at >= push.received_at])
        unknown.extend([] if found else [key.waybill_no or key.reference or ""])
    return unknown


async def _apply(
    tx: Transaction[Settings], push: PartnerPush, reports: Sequence[Report], merchant_id: str | None
) -> list[str]:
    """Apply the scans of each parcel together; returns what the parcels are called that are not known here."""
    scans: dict[ParcelKey, list[Scan]] = {}
    for report in reports:
        scan = replace(report.scan, occurred_at=_happened(push, report))
        scans.setdefault(_key(report, merchant_id), []).append(scan)
    unknown = [key for key in scans if not await parcels.apply_scans(tx, key, scans[key])]
    for report in reports:
        key = _key(report, merchant_id)
        if report.next_waybill_no is not None and key not in unknown:
            await parcels.goes_on_as(tx, key, report.next_waybill_no)
            await partner_inbox.wake(tx, report.next_waybill_no)
    return [key.waybill_no or key.reference or "" for key in unknown]


def _key(report: Report, merchant_id: str | None) -> ParcelKey:
    return ParcelKey(
        waybill_no=report.waybill_no,
        carrier=report.carrier,
        former_carrier=report.former_carrier,
        reference=report.reference,
        merchant_id=merchant_id,
    )


def _happened(push: PartnerPush, report: Report) -> datetime:
    """When the scan counts from: one dated into the future would outrank every correct one that follows."""
    return push.received_at if report.undated or _is_ahead(push, report) else report.scan.occurred_at


def _is_ahead(push: PartnerPush, report: Report) -> bool:
    return report.scan.occurred_at > push.received_at + _AHEAD


def _fields(push: PartnerPush, report: Report) -> ReportFields:
    scan = report.scan
    return {
        "carrier": report.carrier,
        "waybill_no": report.waybill_no,
        "reference": report.reference,
        "status": scan.status,
        "reason": scan.reason,
        "raw_code": scan.raw_code,
        "occurred_at": (push.received_at if report.undated else scan.occurred_at).isoformat(),
        "text": report.text,
    }
