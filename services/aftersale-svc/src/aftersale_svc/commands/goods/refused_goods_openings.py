"""How claims to refused goods follow their case, and the parcels that the goods are in."""

from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY, SYSTEM
from aftercare_chassis.records import replace
from aftercare_events import ParcelStatusChanged
from aftercare_events.catalogue.parcels import ParcelStatus
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimOpened

from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.deadlines.deadline_times import MOST_DAYS, lengthen
from aftersale_svc.commands.goods import lost_parcels, refused_goods, refused_goods_deliveries
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.legs.inspection import SENDS_BACK
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.cases.shares import worth_of
from aftersale_svc.domain.claims.parties import parties_of
from aftersale_svc.domain.deadlines.ledger import DEADLINE, DeadlineAction, ExtensionCause
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.deadlines import OPEN_OF
from aftersale_svc.tables.goods.refused_goods_claims import IN_PARCEL, RECORD_SCAN

_LEAST = timedelta(days=1)


async def follow_case(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """Open the claim to what a locked case sends back now, or withdraw the one to what it decides about anew."""
    waiting = full.owed_goods
    units = full.refused_units if full.case.state in SENDS_BACK else {}
    if waiting is not None and waiting.units != units:
        claim = await refused_goods.STEPS.locked(tx, waiting.id)
        full = full.owing(owed_of(claim))
        if owed_of(claim).waits_for_dispatch:  # nobody has decided about it meanwhile
            full = full.owing(owed_of(await refused_goods.withdraw(tx, claim)))
        units = full.refused_units if units else {}
        waiting = None
    return full.owing(owed_of(await open_(tx, full))) if units and waiting is None else full


def owed_of(claim: RefusedGoodsClaim) -> OwedGoods:
    """The claim as its case reads it."""
    return OwedGoods(
        id=claim.id,
        case_id=claim.case_id,
        state=claim.state,
        lines=claim.lines,
        carrier=claim.carrier,
        waybill_no=claim.waybill_no,
        scanned_at=claim.scanned_at,
        claimed_minor=claim.claimed_minor,
    )


async def open_(tx: Transaction[Settings], full: FullCase) -> RefusedGoodsClaim:
    """Open a claim to the refused goods of a locked case, which the merchant has."""
    case, units = full.case, full.refused_units
    draft = RefusedGoodsClaim(
        id=tx.new_id("rgc"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        opened_by=SYSTEM.id,
        state=REFUSED_GOODS_CLAIM.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        lines=[{"line_id": line_id, "quantity": quantity} for line_id, quantity in units.items()],
        evidence=[],
        claimed_minor=worth_of(full.requested, units),
        currency=case.currency,
        party_ids=with_actor(parties_of(case), tx.actor),
        created_at=tx.now,
        updated_at=tx.now,
    )
    claim = REFUSED_GOODS_CLAIM.start(draft, tx)
    opened = RefusedGoodsClaimOpened(
        **claim_fields(tx, claim),
        lines=refused_goods.shipped(claim),
        claimed_minor=claim.claimed_minor,
        currency=claim.currency,
        deadline_at=claim.deadline_at,
    )
    return await refused_goods.STEPS.create(tx, claim, opened)


async def follow_parcel(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Follow the parcel of refused goods: they are delivered, lost, come back to the merchant, or move on their way."""
    if event.case_id is None:
        return
    found = await tx.one(IN_PARCEL, case_id=event.case_id, carrier=event.carrier, waybill_no=event.waybill_no)
    if found is None:
        return
    claim = await refused_goods.STEPS.locked(tx, found.id)
    if claim.state in REFUSED_GOODS_CLAIM.ends:
        return
    if event.is_delivered:
        await refused_goods_deliveries.arrived(tx, claim)
    elif claim.state is not RefusedGoodsState.IN_TRANSIT:
        return
    elif event.status == ParcelStatus.LOST:
        await refused_goods_deliveries.lost(tx, claim)
    elif lost_parcels.is_lost(event):
        await refused_goods.escalate(tx, claim)
    elif event.is_scanned:
        await _prolong(tx, await _scanned(tx, claim, event))


async def _scanned(
    tx: Transaction[Settings], claim: RefusedGoodsClaim, event: ParcelStatusChanged
) -> RefusedGoodsClaim:
    """The locked claim whose parcel a courier has had in hand: its waybill is fixed."""
    if claim.scanned_at is not None:
        return claim
    await tx.execute(RECORD_SCAN, claim_id=claim.id, first_at=event.occurred_at)
    return replace(claim, scanned_at=event.occurred_at)


async def _prolong(tx: Transaction[Settings], claim: RefusedGoodsClaim) -> None:
    """The goods of a locked claim move: the time in which they have to arrive begins again, at most once a day, up to 90 days."""
    deadline = await tx.one(OPEN_OF, document_id=claim.id)
    if deadline is None or deadline.due_at is None:
        return
    until = min(
        tx.timing.due(claim, "refused_goods_transit_hours", tx.now, tx.settings, None),
        deadline.set_at + timedelta(days=MOST_DAYS),
    )
    if until - deadline.due_at >= _LEAST:
        extended = DEADLINE.apply(deadline, DeadlineAction.EXTEND, tx, tx.actor.role)
        await lengthen(tx, claim, extended, until, ExtensionCause.COURIER)
