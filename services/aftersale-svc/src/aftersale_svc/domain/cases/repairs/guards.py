"""What bars the steps of a repair besides the state of the case and the role of the actor."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import MERCHANT_LIABLE
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE
from aftersale_svc.domain.cases.repairs.codes import RepairRemedy
from aftersale_svc.domain.cases.repairs.errors import (
    GoodsNotReceived,
    NothingToRepairAgain,
    RemedyNotOffered,
    RepairCovered,
)


def _covered(case: Case, _: object) -> Refusal | None:
    """What a verdict found counts; without one, the reason."""
    by_merchant = case.reason not in BUYER_LIABLE if case.liable is None else case.liable in MERCHANT_LIABLE
    return RepairCovered() if by_merchant else None


def unless_offered(remedy: RepairRemedy) -> Guard:
    """The buyer takes what the merchant has offered."""

    def refuses(_: Case, facts: CaseFacts | None) -> Refusal | None:
        repair = None if facts is None else facts.full.repair
        return RemedyNotOffered() if repair is not None and repair.remedy is not remedy else None

    return Guard(RemedyNotOffered.code, refuses)


def _nothing_again(_: Case, facts: CaseFacts | None) -> Refusal | None:
    sent = None if facts is None else facts.full.replacement
    return None if sent is not None and sent.is_with_buyer else NothingToRepairAgain()


def _not_received(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return GoodsNotReceived() if facts is not None and facts.full.return_.delivered_at is None else None


NOTHING_TO_REPAIR_AGAIN = Guard(NothingToRepairAgain.code, _nothing_again)
REPAIR_COVERED = Guard(RepairCovered.code, _covered)
GOODS_NOT_RECEIVED = Guard(GoodsNotReceived.code, _not_received)
