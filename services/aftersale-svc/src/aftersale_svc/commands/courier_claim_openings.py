"""How a claim on a courier is opened: beside a case by its reason, by the courier's own report, or by hand."""

from collections.abc import Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY, SYSTEM
from aftercare_events import ParcelStatusChanged
from aftercare_events.catalogue.courier_claims import CourierClaimOpened
from aftercare_events.catalogue.parcels import ParcelStatus

from aftersale_svc.commands import cited_evidence, locking
from aftersale_svc.commands.claim_record import claim_fields
from aftersale_svc.commands.courier_claims import STEPS
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.claims.parties import check_no_party, parties_of
from aftersale_svc.domain.courier_claims.codes import CourierClaimCause, CourierClaimOrigin, ParcelLeg
from aftersale_svc.domain.courier_claims.errors import ClaimLive
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import ClaimedParcel, ClaimRequest, CourierClaim
from aftersale_svc.domain.courier_claims.policy import (
    at_stake,
    cause_of,
    check_claimed,
    chosen_parcel,
    outbound_parcels,
    own_parcel,
)
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.settings import Settings
from aftersale_svc.tables.courier_claims import CASE_OF_PARCEL, LIVE_CLAIM, UNITS_IN_PARCELS
from aftersale_svc.tables.locks import ORDER_TO_LOCK

DAMAGED = "carrier_damaged_parcel"
"""The reason with which a courier reports that it has damaged a parcel."""
_ORIGINS: Mapping[str, CourierClaimOrigin] = {"seller": CourierClaimOrigin.MERCHANT}


async def beside(tx: Transaction[Settings], full: FullCase) -> list[CourierClaim]:
    """The drafts of claims beside a case that is opened now, whose order is locked.

    There is one for each parcel that carries its lines, where the courier is liable by the reason of the case. Where a line is in
    several parcels and the case is not about all of it, each of them claims the units that may be in it: the merchant files what is true.
    """
    cause = cause_of(full)
    if cause is None:
        return []
    parcels = outbound_parcels(full, await tx.all(UNITS_IN_PARCELS, order_id=full.case.order_id))
    by_waybill = {(each.carrier, each.waybill_no): each for each in parcels}
    return [
        _draft(tx, full, parcel, cause, CourierClaimOrigin.CASE)
        for parcel in by_waybill.values()
        if at_stake(parcel) and await _live(tx, full, parcel, cause) is None
    ]


async def create(tx: Transaction[Settings], claim: CourierClaim, note: str | None = None) -> CourierClaim:
    """Create a claim that was drafted in this transaction."""
    opened = CourierClaimOpened(
        **claim_fields(tx, claim),
        cause=claim.cause,
        origin=claim.origin,
        parcel_id=claim.parcel_id,
        leg=claim.leg,
        carrier=claim.carrier,
        waybill_no=claim.waybill_no,
        claimed_minor=claim.claimed_minor,
        currency=claim.currency,
        evidence=tuple(claim.evidence),
        deadline_at=claim.deadline_at,
    )
    return await STEPS.create(tx, claim, opened, note)


async def open_(tx: Transaction[Settings], case_id: str, *, request: ClaimRequest) -> CourierClaim:
    """Open a claim beside a case as the merchant or an agent, whatever has become of the case.

    Raises:
        NotFound, Stale: see `locking.case`.
        ClaimPartyCannotDecide: see `check_no_party`.
        ParcelUnknown, ParcelUnclear: see `chosen_parcel`.
        ClaimLive: a claim about the parcel and this cause has not ended.
        CurrencyForeign, NothingClaimed, ClaimExceedsValue: see `check_claimed`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    check_no_party(full.case, tx.actor)
    parcel = chosen_parcel(full, await tx.all(UNITS_IN_PARCELS, order_id=order.id), request)
    live = await _live(tx, full, parcel, request.cause)
    if live is not None:
        raise ClaimLive(claim_id=live)
    amount = at_stake(parcel) if request.amount_minor is None else request.amount_minor
    check_claimed(amount, request.currency, parcel.value_minor, full.case.currency)
    await cited_evidence.check(tx, order.id, request.evidence)
    origin = _ORIGINS.get(tx.actor.role, CourierClaimOrigin.AGENT)
    draft = _draft(tx, full, parcel, request.cause, origin, amount=amount, evidence=request.evidence)
    return await create(tx, draft, request.note)


async def follow_parcel(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Open a claim where the courier reports that it has lost or damaged a parcel with units of a case.

    A case that has been cancelled, and a question, have none. Without a case the merchant can open none: there is no
    buyer to whom it owes anything yet.
    """
    cause = _reported(event)
    if cause is None:
        return
    order = await tx.one(ORDER_TO_LOCK, order_id=event.order_id)
    case_id = await _case_of(tx, event)
    if order is None or case_id is None:
        return
    full = await locking.case(tx, case_id)
    parcel = await _parcel_of(tx, full, event)
    if parcel is None or not at_stake(parcel) or await _live(tx, full, parcel, cause) is not None:
        return
    await create(tx, _draft(tx, full, parcel, cause, CourierClaimOrigin.REPORT))


def _reported(event: ParcelStatusChanged) -> CourierClaimCause | None:
    if event.status == ParcelStatus.LOST:
        return CourierClaimCause.LOST
    return CourierClaimCause.DAMAGED if event.reason == DAMAGED else None


async def _case_of(tx: Transaction[Settings], event: ParcelStatusChanged) -> str | None:
    if event.case_id is not None:
        return event.case_id
    found = await tx.one(CASE_OF_PARCEL, order_id=event.order_id, parcel_id=event.parcel_id)
    return None if found is None else str(found["id"])


async def _parcel_of(tx: Transaction[Settings], full: FullCase, event: ParcelStatusChanged) -> ClaimedParcel | None:
    """The parcel of the report, as the case or the order knows it."""
    if event.leg == ParcelLeg.OUTBOUND:
        found = outbound_parcels(full, await tx.all(UNITS_IN_PARCELS, order_id=event.order_id))
        return next((each for each in found if each.parcel_id == event.parcel_id), None)
    own = own_parcel(full, ParcelLeg(event.leg))
    same = own is not None and (own.carrier, own.waybill_no) == (event.carrier, event.waybill_no)
    return own if same else None


async def _live(
    tx: Transaction[Settings], full: FullCase, parcel: ClaimedParcel, cause: CourierClaimCause
) -> str | None:
    about = {"carrier": parcel.carrier, "waybill_no": parcel.waybill_no, "cause": cause}
    found = await tx.one(LIVE_CLAIM, order_id=full.case.order_id, **about)
    return None if found is None else str(found["id"])


def _draft(
    tx: Transaction[Settings],
    full: FullCase,
    parcel: ClaimedParcel,
    cause: CourierClaimCause,
    origin: CourierClaimOrigin,
    *,
    amount: int | None = None,
    evidence: list[str] | None = None,
) -> CourierClaim:
    case = full.case
    by_hand = origin in (CourierClaimOrigin.MERCHANT, CourierClaimOrigin.AGENT)
    draft = CourierClaim(
        id=tx.new_id("clm"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        merchant_id=case.merchant_id,
        parcel_id=parcel.parcel_id,
        leg=parcel.leg,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
        cause=cause,
        origin=origin,
        opened_by=tx.actor.id if by_hand else SYSTEM.id,
        state=COURIER_CLAIM.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        evidence=list(dict.fromkeys([*case.evidence, *(evidence or ())])),
        value_minor=parcel.value_minor,
        claimed_minor=at_stake(parcel) if amount is None else amount,
        currency=case.currency,
        party_ids=with_actor(parties_of(case), tx.actor),
        created_at=tx.now,
        updated_at=tx.now,
    )
    return COURIER_CLAIM.start(draft, tx)
