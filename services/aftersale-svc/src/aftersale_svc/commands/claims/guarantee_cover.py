"""That no money of a buyer is paid twice: what a claim on the merchant's deposit excludes, and what ends it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimCancelled

from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.guarantee_steps import STEPS
from aftersale_svc.domain.cases.deposit_covers.errors import RefundCovered
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.settings import Settings


def check_uncovered(full: FullCase) -> None:
    """Refuse another refund of a locked case whose failed one a claim on the deposit pays, or has paid wholly.

    Raises:
        RefundCovered: there is such a claim.
    """
    if full.cover is not None:
        raise RefundCovered(claim_id=full.cover.id)


def without_goods(full: FullCase) -> FullCase:
    """A locked case that ends now: where the deposit has paid for goods that have not come back, the buyer keeps them."""
    if not full.deposit.paid_minor or full.return_.delivered_at is not None:
        return full
    return replace(full, case=replace(full.case, goods_kept=True))


async def end_with_case(tx: Transaction[Settings], full: FullCase) -> None:
    """Cancel the claim on the deposit that lives beside a case that ends unpaid: its units are free for other cases."""
    if full.cover is None or full.cover.is_paid:
        return
    claim = await STEPS.locked(tx, full.cover.id)
    if claim.state in GUARANTEE_CLAIM.ends:
        return  # meanwhile
    cancelled = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.CANCEL, SystemContext.of(tx))
    await STEPS.save(tx, cancelled, GuaranteeAction.CANCEL, GuaranteeClaimCancelled(**claim_fields(tx, cancelled)))
