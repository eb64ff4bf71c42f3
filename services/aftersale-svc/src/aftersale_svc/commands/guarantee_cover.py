"""That no money of a buyer is paid twice: what a claim on the merchant's deposit excludes, and what ends it."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimCancelled

from aftersale_svc.commands.claim_record import claim_fields, record_claim_step
from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeKind, GuaranteeState
from aftersale_svc.domain.guarantee_claims.errors import RefundCovered
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.settings import Settings
from aftersale_svc.tables.guarantee_claims import GUARANTEE_CLAIMS, TAKEN


async def check_uncovered(tx: Transaction[Settings], case: Case) -> None:
    """Refuse another refund of a locked case whose failed one a claim on the deposit pays, or has paid.

    Raises:
        RefundCovered: there is such a claim.
    """
    if case.refund_id is None:
        return  # a deposit covers failed refunds only, so this case has none
    claim = await deposit_claim(tx, case.id)
    if claim is not None:
        raise RefundCovered(claim_id=claim.id)


async def without_goods(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """A locked case that ends now: where the deposit has paid for goods that have not come back, the buyer keeps them."""
    refund = full.refund
    if refund is None or refund.state is not RefundState.FAILED or full.return_.delivered_at is not None:
        return full
    claim = await deposit_claim(tx, full.case.id)
    paid = claim is not None and claim.state is GuaranteeState.PAID
    return replace(full, case=replace(full.case, goods_kept=paid or full.case.goods_kept))


async def end_with_case(tx: Transaction[Settings], full: FullCase) -> None:
    """Cancel the claim on the deposit that lives beside a case that ends unpaid: its units are free for other cases."""
    refund = full.refund
    if refund is None or refund.state is not RefundState.FAILED:
        return
    found = await deposit_claim(tx, full.case.id)
    if found is None or found.state in GUARANTEE_CLAIM.ends:
        return
    claim = await tx.lock(GUARANTEE_CLAIMS, found.id)
    cancelled = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.CANCEL, SystemContext.of(tx))
    saved = await tx.save(GUARANTEE_CLAIMS, cancelled, GuaranteeClaimCancelled(**claim_fields(tx, cancelled)))
    await record_claim_step(tx, saved, GuaranteeAction.CANCEL)


async def deposit_claim(tx: Transaction[Settings], case_id: str) -> GuaranteeClaim | None:
    """The claim of a case on the deposit that lives or was paid."""
    return await tx.one(TAKEN, case_id=case_id, kind=GuaranteeKind.MERCHANT_DEPOSIT)
