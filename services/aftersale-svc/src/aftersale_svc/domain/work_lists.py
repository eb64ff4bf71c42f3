"""The lists of cases and claims that people work through: which are in each, for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import NOBODY, Actor

from aftersale_svc.domain.cases.legs.goods_return import COURIER
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.deadlines.ledger import DocumentKind, MissedBy

DUE_SOON = timedelta(hours=24)
ANYBODY = "any"
_PLATFORM = "platform"
_AGENT = "agent"
_REVIEWERS = frozenset({"agent", "admin"})
_OWN_TURN = {"buyer": "buyer", "seller": "merchant", "agent": "agent", "arbitrator": _PLATFORM, "admin": "agent"}


class OwedBeside(StrEnum):
    """What one side still owes the other in a case, beside its refund, also after the case has ended; a filter of lists of cases."""

    CHARGE_TO_RETURN = "charge_to_return"
    RETURN_FREIGHT_TO_PAY = "return_freight_to_pay"
    DEBT_OWED = "debt_owed"


class WorkList(StrEnum):
    """The lists. A case can be in several."""

    MY_TURN = "my_turn"
    DUE_SOON = "due_soon"
    AWAITING_PARCEL = "awaiting_parcel"
    FROZEN = "frozen"
    UNASSIGNED_REVIEWS = "unassigned_reviews"
    MY_REVIEWS = "my_reviews"
    BREACHED = "breached"
    CHARGES_TO_RETURN = "charges_to_return"
    RETURN_FREIGHTS_TO_PAY = "return_freights_to_pay"
    DEBTS_OWED = "debts_owed"
    GUARANTEE_CLAIMS = "guarantee_claims"
    COURIER_CLAIMS = "courier_claims"
    REFUSED_GOODS_CLAIMS = "refused_goods_claims"


CLAIM_LISTS: Mapping[WorkList, DocumentKind] = {
    WorkList.GUARANTEE_CLAIMS: DocumentKind.GUARANTEE_CLAIM,
    WorkList.COURIER_CLAIMS: DocumentKind.COURIER_CLAIM,
    WorkList.REFUSED_GOODS_CLAIMS: DocumentKind.REFUSED_GOODS_CLAIM,
}
"""The lists of claims, in place of cases."""
PATHS: Mapping[WorkList, str] = {
    WorkList.GUARANTEE_CLAIMS: "/v1/guarantee-claims",
    WorkList.COURIER_CLAIMS: "/v1/courier-claims",
    WorkList.REFUSED_GOODS_CLAIMS: "/v1/refused-goods-claims",
    WorkList.UNASSIGNED_REVIEWS: "/v1/review-queue",
    WorkList.MY_REVIEWS: "/v1/review-queue",
}
"""Where a list is read that is not one of `/v1/cases`."""
_NOT_FOR_BUYERS = frozenset({WorkList.COURIER_CLAIMS})
_OF_REVIEWERS = frozenset({WorkList.UNASSIGNED_REVIEWS, WorkList.MY_REVIEWS})
LABELS: Mapping[WorkList, Label] = {
    WorkList.MY_TURN: Label("待我处理", "My turn"),
    WorkList.DUE_SOON: Label("即将到期（24 小时内）", "Due within 24 hours"),
    WorkList.AWAITING_PARCEL: Label(
        "等待包裹（退货或补发途中）", "Waiting for a parcel that comes back or goes to the buyer"
    ),
    WorkList.FROZEN: Label("维权冻结", "Frozen by a dispute"),
    WorkList.UNASSIGNED_REVIEWS: Label("无人接手的审核", "Reviews that nobody has"),
    WorkList.MY_REVIEWS: Label("我接手的审核", "My reviews"),
    WorkList.BREACHED: Label("已逾期", "Deadline missed"),
    WorkList.CHARGES_TO_RETURN: Label("待商家退还补付款项", "Payments of buyers that are owed back to them"),
    WorkList.RETURN_FREIGHTS_TO_PAY: Label("待商家报销退货运费", "Return freights that merchants owe to buyers"),
    WorkList.DEBTS_OWED: Label("买家应返还款项（改判）", "Debts of buyers by replaced verdicts"),
    WorkList.GUARANTEE_CLAIMS: Label("待我处理的保障单", "Claims on a guarantee, my turn"),
    WorkList.COURIER_CLAIMS: Label("待我处理的快递索赔", "Claims on couriers, my turn"),
    WorkList.REFUSED_GOODS_CLAIMS: Label("待我处理的拒收商品", "Refused goods, my turn"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases of a list: those in which it is this one's turn, with a deadline before `due_before` where that is set.

    A case that a dispute stops counts with the turn and the deadline of its dispute.
    With `state`: the cases in it, whoever's turn it is.
    Of those that agents review: the ones that `agent_id` has, or that are `unassigned`.
    With `missed_by`: open cases with a deadline, whoever's turn it is, in which this side has missed one before.
    With `claims`: claims of this kind in which it is this one's turn.
    With `owed`: cases, ended ones as well, in which this is still owed.
    """

    whose_turn: str
    due_before: datetime | None = None
    state: CaseState | None = None
    agent_id: str | None = None
    unassigned: bool = False
    missed_by: MissedBy | None = None
    owed: OwedBeside | None = None
    claims: DocumentKind | None = None


def lists_of(role: str) -> list[WorkList]:
    """The lists of people of this role."""
    barred = (frozenset() if role in _REVIEWERS else _OF_REVIEWERS) | (
        _NOT_FOR_BUYERS if role == "buyer" else frozenset()
    )
    return [each for each in WorkList if each not in barred]


def selection(work_list: WorkList, actor: Actor, now: datetime) -> Selection:
    """The cases of this list for who looks at it; of whom each sees is decided elsewhere."""
    own = _OWN_TURN.get(actor.role, NOBODY)
    return {
        WorkList.MY_TURN: Selection(own),
        WorkList.DUE_SOON: Selection(own, now + DUE_SOON),
        WorkList.AWAITING_PARCEL: Selection(COURIER),
        WorkList.FROZEN: Selection(ANYBODY, state=CaseState.DISPUTED),
        WorkList.UNASSIGNED_REVIEWS: Selection(_AGENT, unassigned=True),
        WorkList.MY_REVIEWS: Selection(_AGENT, agent_id=actor.id),
        WorkList.BREACHED: Selection(ANYBODY, missed_by=MissedBy(own)) if own != NOBODY else Selection(NOBODY),
        WorkList.CHARGES_TO_RETURN: Selection(ANYBODY, owed=OwedBeside.CHARGE_TO_RETURN),
        WorkList.RETURN_FREIGHTS_TO_PAY: Selection(ANYBODY, owed=OwedBeside.RETURN_FREIGHT_TO_PAY),
        WorkList.DEBTS_OWED: Selection(ANYBODY, owed=OwedBeside.DEBT_OWED),
        **{each: Selection(own, claims=kind) for each, kind in CLAIM_LISTS.items()},
    }[work_list]
