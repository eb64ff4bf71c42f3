"""What a courier's push reports of parcels, applied to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from order_svc.commands.parcels import courier_codes, parcel_tracking, parcels, tracked_waybills
from order_svc.commands.parcels.tracked_waybills import TrackedWaybills
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PartnerPush, ReportFields
from order_svc.domain.tracking import Parcel, Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.integrations.couriers.port import Report, Reports
from order_svc.settings import Settings
from order_svc.tables.couriers import ENDPOINT, ENDPOINTS
from order_svc.tables.partner_inbox import SET_REPORTS

_AHEAD = timedelta(minutes=5)
_MOST_NAMED = 5
_LONGEST_REASON = 200
_ASKED = "not signed: the courier was asked"
_DATED_INTO_THE_FUTURE = "scans dated into the future count from their arrival"


@dataclass(frozen=True, slots=True)
class ReadPush:
    """A locked push with its scans, about whose parcels it is (None: everybody's), and whether it proves what it reports.

    What arrives at a merchant's endpoint is about that merchant's parcels alone. Where it is not signed by its courier, the merchant knows
    all that it takes to post it: then the courier is asked, and its answer is what counts.
    """

    push: PartnerPush
    reports: Reports
    merchant_id: str | None
    is_proof: bool

    @classmethod
    async def of(cls, tx: Transaction[Settings], push: PartnerPush, reports: Reports, *, signed: bool) -> "ReadPush":
        """The push, at whichever endpoint it has arrived. Raises: NotFound where there is no such endpoint."""
        merchant_id = await _merchant(tx, push)
        return cls(push, reports, merchant_id, signed or merchant_id is None or push.is_answer)

    @property
    def is_first(self) -> bool:
        """Whether it is processed for the first time, and not redriven or repeated."""
        return self.push.reports is None

    @property
    def proven(self) -> Reports:
        """What it proves."""
        return self.reports if self.is_proof else Reports()

    def key(self, report: Report) -> ParcelKey:
        """What the report identifies its parcel by."""
        return ParcelKey(
            waybill_no=report.waybill_no,
            carrier=report.carrier,
            former_carrier=report.former_carrier,
            reference=report.reference,
            merchant_id=self.merchant_id,
        )


async def load(tx: Transaction[Settings], pushes: Iterable[ReadPush]) -> TrackedWaybills:
    """Find and lock the parcels of all these pushes together."""
    return await tracked_waybills.load(tx, [each.key(report) for each in pushes for report in each.proven])


async def apply(
    tx: Transaction[Settings], read: ReadPush, locked: TrackedWaybills, asked: dict[str, Parcel]
) -> PartnerPush:
    """Apply the scans of a push to their parcels, which are locked; one that names an unknown waybill waits for its parcel. Returns the push
    as it is then. The parcels of which their couriers are to be asked are added to `asked`, by their ids.

    `settle` is called afterwards.
    """
    push, reports = read.push, read.reports
    shown = replace(push, reports=[_fields(push, report) for report in reports])
    notes = [*reports.notes, *([_DATED_INTO_THE_FUTURE] if any(_is_ahead(push, each) for each in reports) else [])]
    why = "; ".join(notes)[:_LONGEST_REASON] or None
    if not reports:
        return await partner_inbox.ignored(tx, shown, why)
    unknown = await (_apply(tx, read, locked) if read.is_proof else _look_up(tx, read, asked))
    if unknown:
        owner = "" if read.merchant_id is None else f" of {read.merchant_id}"
        named = ", ".join(unknown[:_MOST_NAMED])
        return await partner_inbox.wait(tx, shown, f"unknown waybill{owner}: {named}")
    return await partner_inbox.applied(tx, shown, why if read.is_proof else _ASKED)


async def settle(tx: Transaction[Settings], pushes: Sequence[ReadPush], asked: Mapping[str, Parcel]) -> None:
    """Write what several pushes may have in common, once all are applied; in one order everywhere, so that two transactions do not wait for
    each other."""
    await courier_codes.count(tx, [(each.push, each.proven) for each in pushes if each.is_first])
    await parcel_tracking.confirm(tx, [asked[parcel_id] for parcel_id in sorted(asked)])


async def reread(tx: Transaction[Settings], push: PartnerPush, reports: Reports, *, signed: bool) -> None:
    """Apply the scans of a push once more that was applied, as they are read now; nothing where it proves none."""
    read = await ReadPush.of(tx, push, reports, signed=signed)
    if read.is_proof:
        await _apply(tx, read, await load(tx, [read]))
        await tx.execute(SET_REPORTS, push_id=push.id, new_reports=[_fields(push, report) for report in reports])


async def _merchant(tx: Transaction[Settings], push: PartnerPush) -> str | None:
    if push.endpoint_id is None:
        return None
    endpoint = await tx.look_up(ENDPOINT, endpoint_id=push.endpoint_id)
    if endpoint is None:
        raise NotFound(what=ENDPOINTS.name)
    return endpoint.merchant_id


async def _look_up(tx: Transaction[Settings], read: ReadPush, asked: dict[str, Parcel]) -> list[str]:
    """Add the parcels of a push that proves nothing to those of which their couriers are asked; returns what those are called that are not
    known here."""
    unknown: list[str] = []
    for key in dict.fromkeys(read.key(report) for report in read.reports):
        found = await tracked_waybills.meant(tx, key)
        asked |= {parcel.id: parcel for parcel in found if _is_asked(read, parcel)}
        unknown.extend([] if found else [_name(key)])
    return unknown


def _is_asked(read: ReadPush, parcel: Parcel) -> bool:
    """Whether the courier is asked about a parcel of an unproven push: once about each."""
    return read.is_first or parcel.created_at >= read.push.received_at


async def _apply(tx: Transaction[Settings], read: ReadPush, locked: TrackedWaybills) -> list[str]:
    """Apply the scans of each parcel together; returns what the parcels are called that are not known here."""
    scans: dict[ParcelKey, list[Scan]] = {}
    for report in read.reports:
        scan = replace(report.scan, occurred_at=_happened(read.push, report))
        scans.setdefault(read.key(report), []).append(scan)
    unknown = [key for key in scans if not await parcels.apply_scans(tx, key, scans[key], locked)]
    for report in read.reports:
        key = read.key(report)
        if report.next_waybill_no is not None and key not in unknown:
            await parcels.goes_on_as(tx, key, report.next_waybill_no)
            await partner_inbox.wake(tx, report.next_waybill_no)
    return [_name(key) for key in unknown]


def _name(key: ParcelKey) -> str:
    return key.waybill_no or key.reference or ""


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
