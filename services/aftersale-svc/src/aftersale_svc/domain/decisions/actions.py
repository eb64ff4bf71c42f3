"""The actions that are decisions as a whole: they are recorded where the case is saved."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.decisions.model import DecisionKind

_A, _K = CaseAction, DecisionKind
_DECISIONS: Mapping[str, tuple[DecisionKind, str]] = {
    _A.CLOSE: (_K.CLOSING, "closed"),
    _A.CLAIM_HOLD: (_K.CLOSING, "hold_claimed"),
    _A.RELEASE_HOLD: (_K.CLOSING, "hold_released"),
    _A.REFUND: (_K.REFUND, "refunded"),
    _A.NO_STOCK: (_K.REFUND, "no_stock"),
    _A.TAKE_REFUND: (_K.REFUND, "replacement_given_up"),
    _A.RESHIP: (_K.REVIEW, "resent"),
    _A.RESUME_REPAIR: (_K.REVIEW, "repair_resumed"),
    _A.TAKE_GOODS_BACK: (_K.REVIEW, "goods_sent_back"),
    _A.DECLINE_QUOTE: (_K.REVIEW, "quote_declined"),
}
"""The kind and the outcome of each. Every other decision is recorded by its command, whose event names it."""


def decision_of(action: str | None, role: str) -> tuple[DecisionKind, str] | None:
    """The kind and the outcome of what this role decides by an action; None where it is no decision.

    What buyers choose for themselves is none.
    """
    return None if action is None or role == "buyer" else _DECISIONS.get(action)
