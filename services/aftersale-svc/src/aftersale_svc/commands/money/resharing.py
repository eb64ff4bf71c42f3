"""Shares of open cases that are computed again, under the lock of their order, once an adjustment lets go of its money."""

from collections.abc import Iterator, Mapping, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleShareChanged
from aftercare_events import CaseLine as EventLine

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.offers.model import Offer
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import Hold, LineHold
from aftersale_svc.domain.money.resharing import is_short, shared_again
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASE_LINES
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.locks import CASES_TO_LOCK
from aftersale_svc.tables.money.holds import HOLDS, HOLDS_OF_ORDER

RESHARE = "reshare"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""
Changed = tuple[FullCase, FullCase, AfterSaleShareChanged]


async def changed(tx: Transaction[Settings], released: FullCase) -> list[Changed]:
    """The open cases whose shares are larger, now that a case has released what it had decided to pay without units: as they
    were, as they are to be saved, and their events. The order is locked.
    """
    if TYPES[released.case.type].holds_units or released.case.refund_id is None:
        return []
    line_ids = {line.line_id for line in released.requested}
    holds = await tx.all(HOLDS_OF_ORDER, order_id=released.case.order_id)
    of_units = {
        each.case_id for each in holds if each.line_id in line_ids and each.hold is HoldState.HELD and each.units
    }
    if not of_units:
        return []
    found = await tx.lock_all(CASES_TO_LOCK, case_ids=[each for each in of_units if each is not None])
    open_ = await full_cases(tx, found)
    shared = {(line.case_id, line.line_id): line for line in _shared(holds, line_ids, open_)}
    return [await _changed(tx, full, after) for full in open_ if (after := _with(full, shared)) != full]


def _shared(holds: Sequence[LineHold], line_ids: set[str], open_: Sequence[FullCase]) -> Iterator[CaseLine]:
    for balance in balances(holds):
        if balance.line_id in line_ids:
            short = [(full, line) for full in open_ for line in full.lines if line.line_id == balance.line_id]
            yield from shared_again(balance, [line for full, line in short if is_short(full, line)])


def _with(full: FullCase, shared: Mapping[tuple[str, str], CaseLine]) -> FullCase:
    """The case with its new shares; what is held for a replacement that is sent first is what was paid for the units."""
    lines = tuple(shared.get((line.case_id, line.line_id), line) for line in full.lines)
    if lines == full.lines:
        return full
    total = sum(line.amount_minor for line in lines)
    requested = tuple(map(_with_share_of, full.requested, lines))
    after = replace(full, case=replace(full.case, requested_minor=total), requested=requested).inspected(lines)
    after = _with_offer(full, after)
    hold = full.money_hold
    return after if hold is None or not hold.is_open else after.keeping(replace(hold, amount_minor=total))


def _with_offer(before: FullCase, after: FullCase) -> FullCase:
    """An open offer of all that was paid for the units is one of all of it still; one of a part stays as it was made."""
    offer = before.open_offer
    if offer is None or not offer.amount_minor or offer.amount_minor != before.case.requested_minor:
        return after
    others = [each for each in before.rows_of(Offer) if each is not offer]
    return after.keeping(*others, replace(offer, amount_minor=after.case.requested_minor))


def _with_share_of(line: CaseLine, shared: CaseLine) -> CaseLine:
    return replace(
        line,
        amount_minor=shared.amount_minor,
        line_units=shared.line_units,
        line_paid_minor=shared.line_paid_minor,
        units_before=shared.units_before,
    )


async def _changed(tx: Transaction[Settings], before: FullCase, after: FullCase) -> Changed:
    for line in after.requested:
        held = Hold(line_id=line.line_id, case_id=line.case_id, units=line.quantity, amount_minor=line.amount_minor)
        await tx.upsert(CASE_LINES, line)
        await tx.upsert(HOLDS, held)
    event = AfterSaleShareChanged(
        **case_fields(tx, after.case),
        requested_minor=after.case.requested_minor,
        currency=after.case.currency,
        lines=tuple(
            EventLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity, amount_minor=line.amount_minor)
            for line in after.requested
        ),
        offered_minor=None
        if after.open_offer == before.open_offer
        else after.open_offer and after.open_offer.amount_minor,
    )
    return before, after, event
