"""Claims on couriers 快递索赔: opened beside cases, filed, answered by the courier, paid. Buyers do not see them."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Code, Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Query

from aftersale_svc.api.parameters import CaseId, ClaimId, OfMerchant, OfOrder, Several, SortedClaims, one_or_several
from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn
from aftersale_svc.api.schemas.claims.claims import ClaimEvidenceIn
from aftersale_svc.api.schemas.claims.courier_claims import (
    AcceptanceIn,
    CourierClaimDetailOut,
    CourierClaimIn,
    CourierClaimOut,
    CourierClaimTurn,
    DeclineIn,
    FilingIn,
    PaymentIn,
)
from aftersale_svc.api.steps import step
from aftersale_svc.commands.claims import courier_claim_openings, courier_claims
from aftersale_svc.domain.claims.parties import ClaimPartyCannotDecide
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.courier_claims.codes import CourierClaimAction, CourierClaimCause, CourierClaimState
from aftersale_svc.domain.courier_claims.errors import (
    AcceptedExceedsClaim,
    CaseClaimed,
    ClaimExceedsValue,
    ClaimLive,
    FiledTooOften,
    NothingClaimed,
    ParcelClaimed,
    ParcelUnclear,
    ParcelUnknown,
)
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.queries import courier_claims as queries
from aftersale_svc.settings import Settings

in_cases = APIRouter(prefix="/v1/cases", tags=["courier-claims"], route_class=ApiRoute)
router = APIRouter(prefix="/v1/courier-claims", tags=["courier-claims"], route_class=ApiRoute)
NO_NOTE, NOTHING = NoteIn(), CitingIn(policy=[])
_AMOUNTS = (CurrencyForeign, NothingClaimed, ClaimExceedsValue, ParcelClaimed)


@in_cases.post(
    "/{case_id}/courier-claims",
    operation_id="openCourierClaim",
    status_code=201,
    responses=refusals(ClaimPartyCannotDecide, ParcelUnknown, ParcelUnclear, ClaimLive, EvidenceUnusable, *_AMOUNTS),
    dependencies=[require_role("seller", "agent")],
)
async def open_courier_claim(case_id: CaseId, body: CourierClaimIn, tx: Tx[Settings]) -> CourierClaimOut:
    """Draft a claim on the courier of a parcel beside a case, whatever has become of that. The case goes on without it.

    One is opened by itself where the courier is liable by the reason of a new case and one parcel alone carries its lines,
    and where the courier reports that it has lost or damaged a parcel with units of a case.
    """
    return CourierClaimOut.of(await courier_claim_openings.open_(tx, case_id, request=body.request()), tx)


@router.get("", operation_id="listCourierClaims")
async def list_courier_claims(
    reader: Read[Settings],
    case_id: Annotated[Id | None, Query(description="Only claims beside this case.")] = None,
    order_id: OfOrder = None,
    merchant_id: OfMerchant = None,
    carrier: Annotated[list[Code] | None, Several("Only claims on one of these couriers.")] = None,
    cause: Annotated[list[CourierClaimCause] | None, Several("Only claims with one of these causes.")] = None,
    state: Annotated[list[CourierClaimState] | None, Several("Only claims in one of these states.")] = None,
    whose_turn: Annotated[
        list[CourierClaimTurn] | None, Several("Only claims in which one of these has to act next.")
    ] = None,
    sort: SortedClaims = ClaimOrder.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CourierClaimOut]:
    """List the claims that the caller may see, newest first; for buyers there are none."""
    filters = {
        "case_id": case_id,
        "order_id": order_id,
        "merchant_id": merchant_id,
        "carrier": one_or_several(carrier),
        "cause": one_or_several(cause),
        "state": one_or_several(state),
        "whose_turn": one_or_several(whose_turn),
    }
    page = await queries.courier_claims(reader, sort, limit, cursor, **filters)
    return PageOut[CourierClaimOut].of(page, lambda claim: CourierClaimOut.of(claim, reader))


@router.get("/{claim_id}", operation_id="getCourierClaim")
async def get_courier_claim(claim_id: ClaimId, reader: Read[Settings]) -> CourierClaimDetailOut:
    """Get a claim with its history, what the courier reported of the parcel, and what the caller may do next."""
    return CourierClaimDetailOut.with_parts(*await queries.courier_claim(reader, claim_id), reader)


@router.post(
    "/{claim_id}/file",
    **step([COURIER_CLAIM], CourierClaimAction.FILE, "fileCourierClaim", FiledTooOften, CaseClaimed, *_AMOUNTS),
)
async def file_claim(claim_id: ClaimId, body: FilingIn, tx: Tx[Settings]) -> CourierClaimOut:
    """Record that the claim was filed with the courier, for the first time, or again after the courier declined it.

    Where no amount is named, units that may have been in several parcels are claimed for one of them: what was filed for the others is left out.
    """
    amount = body.amount
    filed = await courier_claims.file(
        tx,
        claim_id,
        reference=body.reference,
        amount_minor=amount.amount if amount else None,
        currency=amount.currency if amount else None,
        note=body.note,
    )
    return CourierClaimOut.of(filed, tx)


@router.post(
    "/{claim_id}/evidence",
    **step([COURIER_CLAIM], CourierClaimAction.ADD_EVIDENCE, "addCourierClaimEvidence", EvidenceUnusable),
)
async def add_evidence(claim_id: ClaimId, body: ClaimEvidenceIn, tx: Tx[Settings]) -> CourierClaimOut:
    """Add evidence to the claim, by its hash."""
    added = await courier_claims.add_evidence(tx, claim_id, evidence=body.evidence, note=body.note)
    return CourierClaimOut.of(added, tx)


@router.post(
    "/{claim_id}/acknowledge", **step([COURIER_CLAIM], CourierClaimAction.ACKNOWLEDGE, "acknowledgeCourierClaim")
)
async def acknowledge_claim(claim_id: ClaimId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CourierClaimOut:
    """Record that the courier has acknowledged the claim."""
    return CourierClaimOut.of(await courier_claims.acknowledge(tx, claim_id, note=body.note), tx)


@router.post(
    "/{claim_id}/accept",
    **step(
        [COURIER_CLAIM],
        CourierClaimAction.ACCEPT,
        "acceptCourierClaim",
        CurrencyForeign,
        NothingClaimed,
        AcceptedExceedsClaim,
    ),
)
async def accept_claim(claim_id: ClaimId, body: AcceptanceIn, tx: Tx[Settings]) -> CourierClaimOut:
    """Record how much the courier accepts."""
    amount = body.amount
    accepted = await courier_claims.accept(
        tx, claim_id, amount_minor=amount.amount, currency=amount.currency, note=body.note
    )
    return CourierClaimOut.of(accepted, tx)


@router.post("/{claim_id}/decline", **step([COURIER_CLAIM], CourierClaimAction.DECLINE, "declineCourierClaim"))
async def decline_claim(claim_id: ClaimId, body: DeclineIn, tx: Tx[Settings]) -> CourierClaimOut:
    """Record that the courier declines, and why. The claim may be filed again."""
    return CourierClaimOut.of(await courier_claims.decline(tx, claim_id, reason=body.reason, note=body.note), tx)


@router.post("/{claim_id}/pay", **step([COURIER_CLAIM], CourierClaimAction.PAY, "payCourierClaim"))
async def pay_claim(claim_id: ClaimId, body: PaymentIn, tx: Tx[Settings]) -> CourierClaimOut:
    """Record that the courier has paid what it accepted."""
    return CourierClaimOut.of(await courier_claims.pay(tx, claim_id, reference=body.reference, note=body.note), tx)


@router.post(
    "/{claim_id}/abandon", **step([COURIER_CLAIM], CourierClaimAction.ABANDON, "abandonCourierClaim", *CITATIONS)
)
async def abandon_claim(claim_id: ClaimId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CourierClaimOut:
    """Give the claim up."""
    return CourierClaimOut.of(await courier_claims.abandon(tx, claim_id, note=body.note, policy=body.citations()), tx)
