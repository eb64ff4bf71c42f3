"""Claims on a guarantee 保障单: return freight from its insurance, a failed refund from the merchant's deposit."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Query

from aftersale_svc.api.parameters import (
    CaseId,
    GuaranteeClaimId,
    OfBuyer,
    OfMerchant,
    OfOrder,
    Several,
    SortedClaims,
    one_or_several,
)
from aftersale_svc.api.schemas.cases.case_requests import CitingIn
from aftersale_svc.api.schemas.claims.claims import ClaimEvidenceIn
from aftersale_svc.api.schemas.claims.guarantee_claims import (
    GuaranteeAgreementIn,
    GuaranteeAnswerIn,
    GuaranteeApprovalIn,
    GuaranteeClaimDetailOut,
    GuaranteeClaimIn,
    GuaranteeClaimOut,
    GuaranteeEvidenceRequestIn,
    GuaranteeFailureIn,
    GuaranteePaymentIn,
    GuaranteeRefusalIn,
    GuaranteeTotalOut,
    GuaranteeTotalsOut,
    GuaranteeTurn,
)
from aftersale_svc.api.steps import step
from aftersale_svc.commands.claims import guarantee_claims, guarantee_payments
from aftersale_svc.domain.cases.offline_refunds.errors import OfflineRefundOpen
from aftersale_svc.domain.claims.parties import ClaimPartyCannotDecide, SecondPersonNeeded
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.deposits.errors import DepositInsufficient
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeKind, GuaranteeState
from aftersale_svc.domain.guarantee_claims.errors import (
    EvidenceAskedTooOften,
    ExceedsGuarantee,
    GuaranteeAmountMissing,
    GuaranteeTaken,
    NotInsured,
    OrderNotShipped,
    RefundNotFailed,
    ReturnNotReceived,
)
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.queries import guarantee_claims as queries
from aftersale_svc.settings import Settings

in_cases = APIRouter(prefix="/v1/cases", tags=["guarantee-claims"], route_class=ApiRoute)
router = APIRouter(prefix="/v1/guarantee-claims", tags=["guarantee-claims"], route_class=ApiRoute)
NOTHING, NO_ANSWER = CitingIn(policy=[]), GuaranteeAnswerIn(evidence=[])
AGREED, ALL = GuaranteeAgreementIn(evidence=[], policy=[]), GuaranteeApprovalIn(policy=[])
_TABLE = [GUARANTEE_CLAIM]
_AMOUNTS = (CurrencyForeign, GuaranteeAmountMissing, ExceedsGuarantee)


@in_cases.post(
    "/{case_id}/guarantee-claims",
    operation_id="openGuaranteeClaim",
    status_code=201,
    responses=refusals(
        ClaimPartyCannotDecide,
        NotInsured,
        ReturnNotReceived,
        OfflineRefundOpen,
        RefundNotFailed,
        OrderNotShipped,
        OrderWasCancelled,
        GuaranteeTaken,
        EvidenceUnusable,
        *_AMOUNTS,
    ),
    dependencies=[require_role("buyer", "agent")],
)
async def open_guarantee_claim(case_id: CaseId, body: GuaranteeClaimIn, tx: Tx[Settings]) -> GuaranteeClaimOut:
    """Claim the freight of a return from its insurance, or a failed refund from the merchant's deposit, as the buyer or for them.

    While a claim on the deposit lives, and once it is paid, the case gets no other refund (409 `covered_by_guarantee_claim`).
    """
    return GuaranteeClaimOut.of(await guarantee_claims.open_(tx, case_id, request=body.request()), tx)


@router.get("", operation_id="listGuaranteeClaims")
async def list_guarantee_claims(
    reader: Read[Settings],
    case_id: Annotated[Id | None, Query(description="Only claims beside this case.")] = None,
    order_id: OfOrder = None,
    kind: Annotated[list[GuaranteeKind] | None, Several("Only claims on one of these guarantees.")] = None,
    state: Annotated[list[GuaranteeState] | None, Several("Only claims in one of these states.")] = None,
    whose_turn: Annotated[
        list[GuaranteeTurn] | None, Several("Only claims in which one of these has to act next.")
    ] = None,
    buyer_id: OfBuyer = None,
    merchant_id: OfMerchant = None,
    sort: SortedClaims = ClaimOrder.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[GuaranteeClaimOut]:
    """List the claims that the caller may see, newest first."""
    filters = {
        "case_id": case_id,
        "order_id": order_id,
        "kind": one_or_several(kind),
        "state": one_or_several(state),
        "whose_turn": one_or_several(whose_turn),
        "buyer_id": buyer_id,
        "merchant_id": merchant_id,
    }
    page = await queries.guarantee_claims(reader, sort, limit, cursor, **filters)
    return PageOut[GuaranteeClaimOut].of(page, lambda claim: GuaranteeClaimOut.of(claim, reader))


@router.get(
    "/totals",
    operation_id="getGuaranteeTotals",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_totals(reader: Read[Settings], merchant_id: OfMerchant = None) -> GuaranteeTotalsOut:
    """Get what each guarantee has paid and what is still open, by merchant and currency; a seller sees its own merchant."""
    found = await queries.guarantee_totals(reader, merchant_id)
    return GuaranteeTotalsOut(data=[GuaranteeTotalOut.of(each) for each in found])


@router.get("/{guarantee_claim_id}", operation_id="getGuaranteeClaim")
async def get_guarantee_claim(guarantee_claim_id: GuaranteeClaimId, reader: Read[Settings]) -> GuaranteeClaimDetailOut:
    """Get a claim with its history and with what the caller may do next."""
    return GuaranteeClaimDetailOut.with_steps(*await queries.guarantee_claim(reader, guarantee_claim_id), reader)


@router.post(
    "/{guarantee_claim_id}/agree",
    **step(_TABLE, GuaranteeAction.AGREE, "agreeToGuaranteeClaim", DepositInsufficient, EvidenceUnusable, *CITATIONS),
)
async def agree(
    guarantee_claim_id: GuaranteeClaimId, tx: Tx[Settings], body: GuaranteeAgreementIn = AGREED
) -> GuaranteeClaimOut:
    """Agree as the merchant that the deposit pays what is claimed, which reserves it there: the deposit needs to have as much."""
    answered = await guarantee_claims.answer(
        tx, guarantee_claim_id, agreed=True, evidence=body.evidence, note=body.note, policy=body.citations()
    )
    return GuaranteeClaimOut.of(answered, tx)


@router.post(
    "/{guarantee_claim_id}/object",
    **step(_TABLE, GuaranteeAction.OBJECT, "objectToGuaranteeClaim", EvidenceUnusable),
)
async def object_to(
    guarantee_claim_id: GuaranteeClaimId, tx: Tx[Settings], body: GuaranteeAnswerIn = NO_ANSWER
) -> GuaranteeClaimOut:
    """Object as the merchant; an agent decides."""
    answered = await guarantee_claims.answer(
        tx, guarantee_claim_id, agreed=False, evidence=body.evidence, note=body.note
    )
    return GuaranteeClaimOut.of(answered, tx)


@router.post(
    "/{guarantee_claim_id}/request-evidence",
    **step(_TABLE, GuaranteeAction.REQUEST_EVIDENCE, "requestGuaranteeEvidence", EvidenceAskedTooOften),
)
async def request_evidence(
    guarantee_claim_id: GuaranteeClaimId, body: GuaranteeEvidenceRequestIn, tx: Tx[Settings]
) -> GuaranteeClaimOut:
    """Ask the buyer for evidence, as an agent: three times at most."""
    asked = await guarantee_claims.request_evidence(tx, guarantee_claim_id, missing=body.missing)
    return GuaranteeClaimOut.of(asked, tx)


@router.post(
    "/{guarantee_claim_id}/submit-evidence",
    **step(_TABLE, GuaranteeAction.SUBMIT_EVIDENCE, "submitGuaranteeEvidence", EvidenceUnusable),
)
async def submit_evidence(
    guarantee_claim_id: GuaranteeClaimId, body: ClaimEvidenceIn, tx: Tx[Settings]
) -> GuaranteeClaimOut:
    """Submit as the buyer what was asked for."""
    submitted = await guarantee_claims.submit_evidence(tx, guarantee_claim_id, evidence=body.evidence, note=body.note)
    return GuaranteeClaimOut.of(submitted, tx)


@router.post(
    "/{guarantee_claim_id}/approve",
    **step(_TABLE, GuaranteeAction.APPROVE, "approveGuaranteeClaim", DepositInsufficient, *_AMOUNTS, *CITATIONS),
)
async def approve(
    guarantee_claim_id: GuaranteeClaimId, tx: Tx[Settings], body: GuaranteeApprovalIn = ALL
) -> GuaranteeClaimOut:
    """Decide as an agent how much the guarantee owes. A deposit has to have as much, and reserves it. Somebody else records its payment."""
    amount = body.amount
    approved = await guarantee_claims.approve(
        tx,
        guarantee_claim_id,
        amount_minor=amount.amount if amount else None,
        currency=amount.currency if amount else None,
        note=body.note,
        policy=body.citations(),
    )
    return GuaranteeClaimOut.of(approved, tx)


@router.post(
    "/{guarantee_claim_id}/decline", **step(_TABLE, GuaranteeAction.DECLINE, "declineGuaranteeClaim", *CITATIONS)
)
async def decline(
    guarantee_claim_id: GuaranteeClaimId, body: GuaranteeRefusalIn, tx: Tx[Settings]
) -> GuaranteeClaimOut:
    """Decide as an agent that the guarantee owes nothing."""
    declined = await guarantee_claims.decline(
        tx, guarantee_claim_id, reason=body.reason, note=body.note, policy=body.citations()
    )
    return GuaranteeClaimOut.of(declined, tx)


@router.post(
    "/{guarantee_claim_id}/record-payment",
    **step(
        _TABLE,
        GuaranteeAction.RECORD_PAYMENT,
        "recordGuaranteePayment",
        SecondPersonNeeded,
        OfflineRefundOpen,
        RefundNotFailed,
        OrderNotShipped,
        OrderWasCancelled,
    ),
)
async def record_payment(
    guarantee_claim_id: GuaranteeClaimId, body: GuaranteePaymentIn, tx: Tx[Settings]
) -> GuaranteeClaimOut:
    """Record that what is owed was paid outside the suite, as somebody who has not approved it. A deposit has reserved it since."""
    paid = await guarantee_payments.record_payment(tx, guarantee_claim_id, reference=body.reference, note=body.note)
    return GuaranteeClaimOut.of(paid, tx)


@router.post(
    "/{guarantee_claim_id}/record-failure",
    **step(_TABLE, GuaranteeAction.RECORD_FAILURE, "recordGuaranteeFailure", SecondPersonNeeded),
)
async def record_failure(
    guarantee_claim_id: GuaranteeClaimId, body: GuaranteeFailureIn, tx: Tx[Settings]
) -> GuaranteeClaimOut:
    """Record that the payment failed for good. Another claim, or another refund of the case, is possible again."""
    failed = await guarantee_payments.record_failure(tx, guarantee_claim_id, cause=body.cause, note=body.note)
    return GuaranteeClaimOut.of(failed, tx)


@router.post("/{guarantee_claim_id}/cancel", **step(_TABLE, GuaranteeAction.CANCEL, "cancelGuaranteeClaim", *CITATIONS))
async def cancel(guarantee_claim_id: GuaranteeClaimId, tx: Tx[Settings], body: CitingIn = NOTHING) -> GuaranteeClaimOut:
    """Withdraw the claim, as the buyer or an agent."""
    cancelled = await guarantee_claims.cancel(tx, guarantee_claim_id, note=body.note, policy=body.citations())
    return GuaranteeClaimOut.of(cancelled, tx)
