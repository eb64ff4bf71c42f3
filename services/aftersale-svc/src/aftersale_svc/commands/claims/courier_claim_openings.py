"""How a claim on a courier is opened: beside a case by its reason, by the courier's own report, or by hand."""

from collections.abc import Mapping, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY, SYSTEM
from aftercare_events import ParcelAnomalyRaised, ParcelStatusChanged
from aftercare_events.catalogue.courier_claims import CourierClaimOpened
from aftercare_events.catalogue.parcel_anomalies import GoodsLoss
from aftercare_events.catalogue.parcels import ParcelStatus

from aftersale_svc.commands import locking
from aftersale_svc.commands.claims import courier_claims
from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.courier_claims import STEPS
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.domain.cases.codes import Reason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.claims.parties import check_no_party, parties_of
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimCause,
    CourierClaimOrigin,
    CourierClaimState,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.errors import ClaimLive
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import ClaimedParcel, ClaimRequest, CourierClaim, ParcelUnits
from aftersale_svc.domain.courier_claims.policy import (
    at_stake,
    cause_of,
    check_claimed,
    check_left,
    chosen_parcel,
    outbound_parcels,
    own_parcel,
    reasons_of,
)
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.courier_claims import CASE_OF_PARCEL, LINES_AT_STAKE, LIVE_CLAIM, UNITS_IN_PARCELS
from aftersale_svc.tables.locks import ORDER_TO_LOCK

DAMAGED = "carrier_damaged_parcel"
"""The reason with which a courier reports that it has damaged a parcel."""
Reported = ParcelStatusChanged | ParcelAnomalyRaised
"""Events by which goods may be lost or damaged in the hands of a courier."""
_LOSSES: Mapping[str, CourierClaimCause] = {
    GoodsLoss.LOST: CourierClaimCause.LOST,
    GoodsLoss.DAMAGED: CourierClaimCause.DAMAGED,
}
_ORIGINS: Mapping[str, CourierClaimOrigin] = {"seller": CourierClaimOrigin.MERCHANT}


async def beside(tx: Transaction[Settings], full: FullCase) -> list[CourierClaim]:
    """The drafts of claims beside a case that is opened now, whose order is locked.

    There is one for each parcel that carries its lines, where the courier is liable by the reason of the case. Where a line is in
    several parcels and the case is not about all of it, each of them claims the units that may be in it: the merchant files what is true.

    Where another case has a claim about the parcel, that claims the units of both, unless the courier has it: a courier settles one claim
    at a time about a parcel and a cause, and once that has ended the merchant opens another one by hand.
    """
    cause = cause_of(full)
    if cause is None:
        return []
    units = await tx.all(UNITS_IN_PARCELS, order_id=full.case.order_id)
    by_waybill = {(each.carrier, each.waybill_no): each for each in outbound_parcels(full, units)}
    drafts = []
    for parcel in by_waybill.values():
        if not at_stake(parcel):
            continue
        live = await _live(tx, full, parcel, cause)
        if live is None:
            drafts.append(_draft(tx, full, parcel, cause, CourierClaimOrigin.CASE))
        else:
            await _raise(tx, full, parcel, live, units, cause)
    return drafts


async def _raise(
    tx: Transaction[Settings],
    full: FullCase,
    parcel: ClaimedParcel,
    claim: CourierClaim,
    units: Sequence[ParcelUnits],
    cause: CourierClaimCause,
) -> None:
    """Claim the units of this case as well by a claim about the parcel, where the courier does not have it."""
    if claim.state not in (CourierClaimState.DRAFTED, CourierClaimState.DECLINED):
        return
    whole = await _of_all(tx, full, parcel, units, reasons_of(cause))
    amount = min(at_stake(whole), claim.value_minor)
    if amount > claim.claimed_minor:
        await courier_claims.raise_(tx, claim, amount)


async def _of_all(
    tx: Transaction[Settings],
    full: FullCase,
    parcel: ClaimedParcel,
    units: Sequence[ParcelUnits],
    reasons: Sequence[Reason],
) -> ClaimedParcel:
    """The parcel with what is at stake for every case of the order for these reasons."""
    case = full.case
    others = await tx.all(LINES_AT_STAKE, order_id=case.order_id, case_id=case.id, reasons=list(reasons))
    return next(each for each in outbound_parcels(full, units, others) if each.parcel_id == parcel.parcel_id)


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
        ParcelClaimed: see `check_left`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    check_no_party(full.case, tx.actor)
    parcel = chosen_parcel(full, await tx.all(UNITS_IN_PARCELS, order_id=order.id), request)
    live = await _live(tx, full, parcel, request.cause)
    if live is not None:
        raise ClaimLive(claim_id=live.id)
    taken = await courier_claims.taken_of_parcel(tx, order.id, full.case.id, parcel.carrier, parcel.waybill_no)
    currency = full.case.currency
    amount = check_left(request.amount_minor, at_stake(parcel), taken, parcel.value_minor, currency)
    check_claimed(amount, request.currency, parcel.value_minor, currency)
    await cited_evidence.check(tx, order.id, request.evidence)
    origin = _ORIGINS.get(tx.actor.role, CourierClaimOrigin.AGENT)
    draft = _draft(tx, full, parcel, request.cause, origin, amount=amount, evidence=request.evidence)
    return await create(tx, draft, request.note)


async def follow_parcel(tx: Transaction[Settings], event: Reported) -> None:
    """Open a claim where a parcel with units of a case is lost or damaged; it claims those of all cases.

    The courier reports that, or has been silent for so long that the parcel counts as lost. While a claim about it is open there is no
    second one.

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
    parcel = await _parcel_of(tx, full, event, cause)
    if parcel is None or not at_stake(parcel) or await _live(tx, full, parcel, cause) is not None:
        return
    await create(tx, _draft(tx, full, parcel, cause, CourierClaimOrigin.REPORT))


def _reported(event: Reported) -> CourierClaimCause | None:
    if isinstance(event, ParcelAnomalyRaised):
        return _LOSSES.get(event.loss or "")
    if event.status == ParcelStatus.LOST:
        return CourierClaimCause.LOST
    return CourierClaimCause.DAMAGED if event.reason == DAMAGED else None


async def _case_of(tx: Transaction[Settings], event: Reported) -> str | None:
    if event.case_id is not None:
        return event.case_id
    found = await tx.one(CASE_OF_PARCEL, order_id=event.order_id, parcel_id=event.parcel_id)
    return None if found is None else str(found["id"])


async def _parcel_of(
    tx: Transaction[Settings], full: FullCase, event: Reported, cause: CourierClaimCause
) -> ClaimedParcel | None:
    """The parcel of the report, as the case or the order knows it."""
    if event.leg == ParcelLeg.OUTBOUND:
        units = await tx.all(UNITS_IN_PARCELS, order_id=event.order_id)
        found = [each for each in outbound_parcels(full, units) if each.parcel_id == event.parcel_id]
        return await _of_all(tx, full, found[0], units, list(Reason)) if found else None
    own = own_parcel(full, ParcelLeg(event.leg), cause)
    same = own is not None and (own.carrier, own.waybill_no) == (event.carrier, event.waybill_no)
    return own if same else None


async def _live(
    tx: Transaction[Settings], full: FullCase, parcel: ClaimedParcel, cause: CourierClaimCause
) -> CourierClaim | None:
    """The claim about the parcel and this cause that has not ended, locked."""
    about = {"carrier": parcel.carrier, "waybill_no": parcel.waybill_no, "cause": cause}
    return next(iter(await tx.lock_all(LIVE_CLAIM, order_id=full.case.order_id, **about)), None)


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
