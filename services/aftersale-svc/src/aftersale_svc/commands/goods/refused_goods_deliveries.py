"""The deliveries of refused goods: reported by their courier, confirmed or missed by the buyer; and goods that are lost."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events.catalogue.refused_goods import RefusedGoodsArrived, RefusedGoodsLost, RefusedGoodsNotReceived

from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.goods import refused_goods
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction
from aftersale_svc.domain.claims.parties import ClaimFacts
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.settings import Settings


async def confirm(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> RefusedGoodsClaim:
    """Record as the buyer, or as an agent, that the buyer has the goods.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see REFUSED_GOODS_CLAIM.
    """
    return await _delivered(tx, await refused_goods.STEPS.locked(tx, claim_id), note)


@refused_goods.STEPS.timer(RefusedGoodsAction.DELIVER)
async def _confirm_by_timeout(tx: Transaction[Settings], claim: RefusedGoodsClaim) -> None:
    """The buyer has not objected to the delivery in time."""
    await _delivered(tx, claim)


async def _delivered(tx: Transaction[Settings], claim: RefusedGoodsClaim, note: str | None = None) -> RefusedGoodsClaim:
    return await refused_goods.end(tx, replace(claim, delivered_at=tx.now), RefusedGoodsAction.DELIVER, note)


async def arrived(tx: Transaction[Settings], claim: RefusedGoodsClaim) -> RefusedGoodsClaim:
    """Record that the courier reports the goods of a locked claim as delivered; nothing, where the buyer has objected to that."""
    action = RefusedGoodsAction.ARRIVE
    if not REFUSED_GOODS_CLAIM.permits(claim, action, tx.actor, ClaimFacts.of(tx)):
        return claim
    moved = refused_goods.STEPS.moved(tx, claim, action)
    event = RefusedGoodsArrived(**claim_fields(tx, moved), deadline_at=moved.deadline_at)
    return await refused_goods.STEPS.save(tx, moved, action, event)


async def report_not_received(
    tx: Transaction[Settings], claim_id: str, *, note: str | None = None
) -> RefusedGoodsClaim:
    """Report as the buyer that goods which the courier reports as delivered are not there; an agent decides.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see REFUSED_GOODS_CLAIM.
    """
    action = RefusedGoodsAction.REPORT_NOT_RECEIVED
    moved = replace(await refused_goods.STEPS.move(tx, claim_id, action), contested_at=tx.now)
    event = RefusedGoodsNotReceived(**claim_fields(tx, moved), deadline_at=moved.deadline_at)
    return await refused_goods.STEPS.save(tx, moved, action, event, note=note)


async def report_lost(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> RefusedGoodsClaim:
    """Say as an agent that the goods are lost: with their courier, or with the merchant.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see REFUSED_GOODS_CLAIM.
    """
    return await lost(tx, await refused_goods.STEPS.locked(tx, claim_id), note)


async def lost(tx: Transaction[Settings], claim: RefusedGoodsClaim, note: str | None = None) -> RefusedGoodsClaim:
    """Record that the goods of a locked claim are lost."""
    moved = refused_goods.STEPS.moved(tx, claim, RefusedGoodsAction.REPORT_LOST)
    event = RefusedGoodsLost(**claim_fields(tx, moved), deadline_at=moved.deadline_at)
    return await refused_goods.STEPS.save(tx, moved, RefusedGoodsAction.REPORT_LOST, event, note=note)
