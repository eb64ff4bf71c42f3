"""What became of the payment of a guarantee, which is made outside the suite: recorded here, by somebody who has not approved it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound
from aftercare_events import digest
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimFailed, GuaranteeClaimPaid

from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.guarantee_claims import STEPS
from aftersale_svc.commands.money import deposits
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeFailure, GuaranteeKind
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.guarantee_claims.policy import check_refund_failed
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.claims.guarantee_claims import CASE_OF_GUARANTEE, GUARANTEE_CLAIMS, ORDER_OF_GUARANTEE
from aftersale_svc.tables.money.holds import SETTLE_HOLDS


async def record_payment(
    tx: Transaction[Settings], claim_id: str, *, reference: str, note: str | None = None
) -> GuaranteeClaim:
    """Record that what is owed was paid. What the deposit has paid is taken from it, and stays settled in its case, so that no other case gets it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, SecondPersonNeeded: see GUARANTEE_CLAIM.
        OrderWasCancelled, OrderNotShipped, OfflineRefundOpen, RefundNotFailed: see `check_refund_failed`.
    """
    full, order = await _case_and_order(tx, claim_id)
    moved = await STEPS.move(tx, claim_id, GuaranteeAction.RECORD_PAYMENT)
    paid = replace(moved, payment_reference=reference, paid_by=tx.actor.id, paid_at=tx.now)
    if moved.kind is GuaranteeKind.MERCHANT_DEPOSIT:
        check_refund_failed(full, order)
        await deposits.pay_claim(tx, moved, reference)
        await tx.execute(SETTLE_HOLDS, case_id=moved.case_id)
    event = GuaranteeClaimPaid(
        **claim_fields(tx, paid),
        paid_minor=moved.owed_minor or 0,
        currency=moved.currency,
        reference_hash=digest(reference),
        refund_id=moved.refund_id,
    )
    return await STEPS.save(tx, paid, GuaranteeAction.RECORD_PAYMENT, event, note=note)


async def record_failure(
    tx: Transaction[Settings], claim_id: str, *, cause: GuaranteeFailure, note: str | None = None
) -> GuaranteeClaim:
    """Record that the payment failed for good; another claim, or another refund, is possible again.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, SecondPersonNeeded: see GUARANTEE_CLAIM.
    """
    moved = await STEPS.move(tx, claim_id, GuaranteeAction.RECORD_FAILURE)
    failed = replace(moved, failure=cause)
    event = GuaranteeClaimFailed(**claim_fields(tx, failed), cause=cause)
    return await STEPS.save(tx, failed, GuaranteeAction.RECORD_FAILURE, event, note=note)


async def _case_and_order(tx: Transaction[Settings], claim_id: str) -> tuple[FullCase, Order]:
    """Lock the case of a claim and its order, so that the claim can be locked next. Raises: NotFound."""
    order = await tx.one(ORDER_OF_GUARANTEE, claim_id=claim_id)
    case = await tx.one(CASE_OF_GUARANTEE, claim_id=claim_id)
    if order is None or case is None:
        raise NotFound(what=GUARANTEE_CLAIMS.name)
    [full] = await full_cases(tx, [case])
    return full, order
