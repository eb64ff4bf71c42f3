"""What became of the payment of a guarantee, which is made outside the suite: recorded here, by somebody who has not approved it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import digest
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimFailed, GuaranteeClaimPaid

from aftersale_svc.commands.claims import insured_freights
from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.guarantee_steps import STEPS, case_and_order
from aftersale_svc.commands.money import deposits, refund_parts
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeFailure, GuaranteeKind
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.guarantee_claims.policy import check_refund_failed
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import SETTLE_HOLDS


async def record_payment(
    tx: Transaction[Settings], claim_id: str, *, reference: str, note: str | None = None
) -> GuaranteeClaim:
    """Record that what is owed was paid. What the deposit has paid is taken from it, and stays with its case, so that no other case gets it;
    the case is settled once nothing is missing.
    The merchant owes the freight that its insurance does not pay.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, SecondPersonNeeded: see GUARANTEE_CLAIM.
        OrderWasCancelled, OrderNotShipped, OfflineRefundOpen, RefundNotFailed: see `check_refund_failed`.
    """
    full, order = await case_and_order(tx, claim_id)
    moved = await STEPS.move(tx, claim_id, GuaranteeAction.RECORD_PAYMENT)
    paid = replace(moved, payment_reference=reference, paid_by=tx.actor.id, paid_at=tx.now)
    if moved.kind is GuaranteeKind.MERCHANT_DEPOSIT:
        missing = check_refund_failed(full, order)
        await deposits.pay_claim(tx, moved, reference)
        if (moved.owed_minor or 0) < missing:
            await refund_parts.paid_in_part(tx, full, moved.owed_minor or 0)
        else:
            await tx.execute(SETTLE_HOLDS, case_id=moved.case_id)
    event = GuaranteeClaimPaid(
        **claim_fields(tx, paid),
        paid_minor=moved.owed_minor or 0,
        currency=moved.currency,
        reference_hash=digest(reference),
        refund_id=moved.refund_id,
    )
    saved = await STEPS.save(tx, paid, GuaranteeAction.RECORD_PAYMENT, event, note=note)
    await insured_freights.ended(tx, full, saved)
    return saved


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
