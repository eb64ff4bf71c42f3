"""Stored scans whose code has a meaning by now: a release knows what an earlier one did not. They are read again from their pushes."""

from collections.abc import Mapping
from dataclasses import dataclass

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.parcels import courier_reports
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.endpoints import UnknownCode
from order_svc.domain.partners.pushes import PartnerPush
from order_svc.integrations.couriers.port import Courier, Reports
from order_svc.settings import Settings
from order_svc.tables.couriers import DROP_CODE, NEXT_CODE
from order_svc.tables.partner_inbox import LAST_OF_PUSHES, PUSHES_WITH_CODE

AT_A_TIME = 1000
"""How many stored pushes are looked through in one transaction for those with the code."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """A code that has a meaning by now, and up to which push those that have it were read again."""

    code: UnknownCode
    after: str = ""


async def next_known(
    tx: Transaction[Settings], couriers: Mapping[str, Courier], after: str
) -> tuple[UnknownCode | None, bool]:
    """The listed code behind the id `after`, and whether the adapter of its partner has a meaning for it; None at the end of the list.

    The latest push that has the code says so: a code whose pushes have been deleted stays in the list.
    """
    code = await tx.one(NEXT_CODE, after=after)
    if code is None:
        return None, False
    push = await partner_inbox.find(tx, code.push_id)
    courier = couriers.get(code.partner)
    if push is None or courier is None:
        return code, False
    reports = await _reports(tx, courier, push)
    return code, bool(reports) and all(report.unlisted != code.code for report in reports)


async def go_on(tx: Transaction[Settings], courier: Courier, reading: Rereading) -> Rereading | None:
    """Read the next of the pushes again; None once all were, and the code is in the list no more.

    A scan that was kept without a meaning gets the one that it has now, at its own time, and its parcel follows; every other scan is one
    that is known already. So it does not matter how often a push is read.
    """
    code, by = reading.code, {"partner": reading.code.partner, "after": reading.after, "limit": AT_A_TIME}
    last = await tx.one(LAST_OF_PUSHES, **by)
    if last is None or last["id"] is None:
        await tx.execute(DROP_CODE, code_id=code.id, last_seen_at=code.last_seen_at)
        return None
    alike = [{"raw_code": code.code}]
    unnamed = [{"raw_code": None, "status": "unknown"}]
    for push in await tx.all(PUSHES_WITH_CODE, **by, alike=alike, unnamed=unnamed):
        await _reread(tx, courier, push)
    return Rereading(code, last["id"])


async def _reread(tx: Transaction[Settings], courier: Courier, push: PartnerPush) -> None:
    reports = await _reports(tx, courier, push)
    if reports:
        await courier_reports.reread(tx, push, reports, signed=courier.signs)


async def _reports(tx: Transaction[Settings], courier: Courier, push: PartnerPush) -> Reports:
    """The reports of a stored push as they are read now; none where it cannot be read any more."""
    try:
        return courier.parse(await partner_inbox.raw_body(tx, push))
    except ValueError:
        return Reports()
