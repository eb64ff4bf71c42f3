"""The actions that are decisions as a whole: they are recorded where the case is saved."""

from collections.abc import Mapping
from enum import StrEnum

from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction
from aftersale_svc.domain.courier_claims.codes import CourierClaimAction
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction

_A, _K = CaseAction, DecisionKind
_DECISIONS: Mapping[str, tuple[DecisionKind, str]] = {
    _A.CLOSE: (_K.CLOSING, "closed"),
    _A.CLAIM_HOLD: (_K.CLOSING, "hold_claimed"),
    _A.RELEASE_HOLD: (_K.CLOSING, "hold_released"),
    _A.REFUND: (_K.REFUND, "refunded"),
    _A.CONFIRM_OFFLINE_REFUND: (_K.REFUND, "confirmed_offline"),
    _A.NO_STOCK: (_K.REFUND, "no_stock"),
    _A.TAKE_REFUND: (_K.REFUND, "replacement_given_up"),
    _A.NO_PARTS: (_K.REVIEW, "no_parts"),
    _A.RESHIP: (_K.REVIEW, "resent"),
    _A.RESUME_REPAIR: (_K.REVIEW, "repair_resumed"),
    _A.TAKE_GOODS_BACK: (_K.REVIEW, "goods_sent_back"),
    _A.DECLINE_QUOTE: (_K.REVIEW, "quote_declined"),
    _A.CANCEL: (_K.CLOSING, "cancelled"),
    _A.ESCALATE: (_K.REVIEW, "handed_over"),
    _A.CONFIRM_PAYMENT: (_K.REVIEW, "payment_confirmed"),
    _A.DENY_PAYMENT: (_K.REVIEW, "payment_denied"),
}
"""The kind and the outcome of each. Every other decision is recorded by its command, whose event names it."""
_OF_PEOPLE = frozenset({_A.ESCALATE})
"""What the system does as well, where that decides nothing: a timer hands a case over."""
_OF_AGENTS = frozenset({_A.CONFIRM_PAYMENT, _A.DENY_PAYMENT})
"""What decides something where an agent does it: a merchant states what it has received, and silence is no judgement."""
_CLAIMS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[DecisionKind, str]]] = {
    GuaranteeAction: {
        GuaranteeAction.AGREE: (_K.GUARANTEE_CLAIM, "agreed"),
        GuaranteeAction.APPROVE: (_K.GUARANTEE_CLAIM, "owed"),
        GuaranteeAction.DECLINE: (_K.GUARANTEE_CLAIM, "nothing_owed"),
        GuaranteeAction.CANCEL: (_K.GUARANTEE_CLAIM, "cancelled"),
    },
    CourierClaimAction: {CourierClaimAction.ABANDON: (_K.COURIER_CLAIM, "given_up")},
    RefusedGoodsAction: {
        RefusedGoodsAction.COMPENSATE: (_K.REFUSED_GOODS_CLAIM, "owed"),
        RefusedGoodsAction.DECLINE: (_K.REFUSED_GOODS_CLAIM, "nothing_owed"),
        RefusedGoodsAction.KEEP: (_K.REFUSED_GOODS_CLAIM, "kept"),
    },
}
"""The same of claims, by the actions of their kind. What the courier says is recorded by people, and decided by the courier."""


def decision_of(action: str | None, role: str) -> tuple[DecisionKind, str] | None:
    """The kind and the outcome of what this role decides by an action; None where it is no decision.

    What buyers choose for themselves is none.
    """
    decides = role == "agent" if action in _OF_AGENTS else role != "buyer"
    decides = decides and (role != "system" or action not in _OF_PEOPLE)
    return _DECISIONS.get(action) if action is not None and decides else None


def decision_of_claim(action: StrEnum, role: str) -> tuple[DecisionKind, str] | None:
    """The same for an action of a claim."""
    return None if role == "buyer" else _CLAIMS.get(type(action), {}).get(action)
