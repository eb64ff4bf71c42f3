"""Notifications about claims in the conversations about their cases: which event of a claim has which code.

Buyers read these conversations, so they have only the claims that are the buyer's, too: those on a guarantee, and those to refused goods.
"""

from collections.abc import Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ClaimDeadlineExtended, ClaimDeadlineReminder, ClaimEvent
from aftercare_events.catalogue.claims import ClaimKind
from aftercare_events.catalogue.courier_claims import CourierClaimEvent
from aftercare_events.catalogue.guarantee_claims import (
    GuaranteeClaimAnswered,
    GuaranteeClaimApproved,
    GuaranteeClaimCancelled,
    GuaranteeClaimDeclined,
    GuaranteeClaimFailed,
    GuaranteeClaimLate,
    GuaranteeClaimOpened,
    GuaranteeClaimPaid,
    GuaranteeEvidenceRequested,
    GuaranteeEvidenceSubmitted,
)
from aftercare_events.catalogue.refused_goods import (
    RefusedGoodsArrived,
    RefusedGoodsClaimClosed,
    RefusedGoodsClaimOpened,
    RefusedGoodsCompensationDecided,
    RefusedGoodsCompensationProposed,
    RefusedGoodsDispatched,
    RefusedGoodsDispatchOrdered,
    RefusedGoodsLate,
    RefusedGoodsLost,
    RefusedGoodsNotReceived,
)

from cs_svc.commands import conversations
from cs_svc.settings import Settings

CODES: Mapping[type[ClaimEvent], str] = {
    GuaranteeClaimOpened: "guarantee_claim_opened",
    GuaranteeClaimAnswered: "guarantee_claim_objected",
    GuaranteeClaimLate: "guarantee_claim_late",
    GuaranteeEvidenceRequested: "guarantee_evidence_requested",
    GuaranteeEvidenceSubmitted: "guarantee_evidence_submitted",
    GuaranteeClaimApproved: "guarantee_claim_approved",
    GuaranteeClaimDeclined: "guarantee_claim_declined",
    GuaranteeClaimPaid: "guarantee_claim_paid",
    GuaranteeClaimFailed: "guarantee_claim_failed",
    GuaranteeClaimCancelled: "guarantee_claim_cancelled",
    RefusedGoodsClaimOpened: "refused_goods_opened",
    RefusedGoodsDispatched: "refused_goods_dispatched",
    RefusedGoodsLate: "refused_goods_late",
    RefusedGoodsArrived: "refused_goods_arrived",
    RefusedGoodsNotReceived: "refused_goods_not_received",
    RefusedGoodsLost: "refused_goods_lost",
    RefusedGoodsDispatchOrdered: "refused_goods_dispatch_ordered",
    RefusedGoodsCompensationDecided: "refused_goods_compensation_decided",
    RefusedGoodsClaimClosed: "refused_goods_closed",
    ClaimDeadlineExtended: "claim_deadline_extended",
    ClaimDeadlineReminder: "claim_deadline_reminder",
}
OF_REFUSED_GOODS: Mapping[type[ClaimEvent], str] = {
    ClaimDeadlineExtended: "refused_goods_deadline_extended",
    ClaimDeadlineReminder: "refused_goods_deadline_reminder",
}
SILENT: Mapping[type[ClaimEvent], str] = {
    RefusedGoodsCompensationProposed: "what an agent proposes is for the platform, and the sides learn what is decided",
    CourierClaimEvent: "a claim on a courier is of the merchant and the platform, and the buyer reads the conversation",
}
"""Events of which the conversations say nothing, and why; with those that are derived from them."""


async def notify(tx: Transaction[Settings], event: ClaimEvent) -> None:
    """Add a message of the system to the conversations about the case of this claim, where the claim is the buyer's, too."""
    if event.buyer_id is not None:
        await conversations.notify(tx, order_id=event.order_id, case_id=event.case_id, code=_code(event))


def _code(event: ClaimEvent) -> str:
    if isinstance(event, GuaranteeClaimAnswered) and event.agreed:
        return "guarantee_claim_agreed"
    if isinstance(event, ClaimDeadlineExtended | ClaimDeadlineReminder) and event.kind == ClaimKind.REFUSED_GOODS:
        return OF_REFUSED_GOODS[type(event)]
    return CODES[type(event)]
