"""What bars the steps of a fast exchange besides the state of the case and the role of the actor."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.guards import ADDRESS_MISSING
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.money_holds.errors import (
    GoodsAlreadyReceived,
    HoldAgreed,
    HoldNotAgreed,
    ReplacementNotReported,
    ReplacementNotSent,
    ReplacementReported,
    ReplacementSent,
)
from aftersale_svc.domain.cases.replacements.guards import REFUND_OFFERED


def is_sent(facts: CaseFacts) -> bool:
    """Whether the replacement of the case was sent."""
    return facts.full.replacement is not None and facts.full.replacement.shipped_at is not None


def _not_agreed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return HoldNotAgreed() if facts is not None and not facts.full.is_hold_agreed else None


def _agreed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return HoldAgreed() if facts is not None and facts.full.is_hold_agreed else None


def _sent(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return ReplacementSent() if facts is not None and is_sent(facts) else None


def _not_sent(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return ReplacementNotSent() if facts is not None and not is_sent(facts) else None


def _received(_: Case, facts: CaseFacts | None) -> Refusal | None:
    received = facts is not None and facts.full.return_.delivered_at is not None
    return GoodsAlreadyReceived() if received else None


def _reported(case: Case, _: object) -> Refusal | None:
    return ReplacementReported() if case.reviewed_for is EscalationCause.REPLACEMENT_ANOMALY else None


def _received_unreported(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if _reported(case, facts) else _received(case, facts)


def _not_reported(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if _reported(case, facts) else ReplacementNotReported()


def _hold_decides(case: Case, facts: CaseFacts | None) -> Refusal | None:
    """Both are known, so the hold is released or claimed; a refund that was decided can be tried again. A replacement that is not what
    was owed may be none."""
    both = facts is not None and is_sent(facts) and facts.full.return_.delivered_at is not None
    return ReplacementSent() if both and case.refund_id is None and not _reported(case, facts) else None


def _hold_open(case: Case, facts: CaseFacts | None) -> Refusal | None:
    """What is held is released or claimed first; a refund that was decided and has failed can be given up."""
    hold = None if facts is None else facts.full.money_hold
    undecided = facts is not None and is_sent(facts) and hold is not None and hold.is_open
    return ReplacementSent() if undecided and case.refund_id is None else None


def _waits_for_buyer(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return REFUND_OFFERED.refuses(case, facts) or _not_agreed(case, facts)


def _not_claimable(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return ADDRESS_MISSING.refuses(case, facts) or _not_sent(case, facts)


HOLD_NOT_AGREED = Guard(HoldNotAgreed.code, _not_agreed)
HOLD_AGREED = Guard(HoldAgreed.code, _agreed)
REPLACEMENT_SENT = Guard(ReplacementSent.code, _sent)
REPLACEMENT_NOT_SENT = Guard(ReplacementNotSent.code, _not_sent)
GOODS_RECEIVED = Guard(GoodsAlreadyReceived.code, _received)
GOODS_JUDGED = Guard(GoodsAlreadyReceived.code, _received_unreported)
"""The goods are with the merchant, and the replacement is right: the hold decides."""
REPORTED = Guard(ReplacementReported.code, _reported)
NOT_REPORTED = Guard(ReplacementNotReported.code, _not_reported)
HOLD_DECIDES = Guard(ReplacementSent.code, _hold_decides)
HOLD_OPEN = Guard(ReplacementSent.code, _hold_open)
WAITS_FOR_BUYER = Guard("waits_for_buyer", _waits_for_buyer)
NOT_CLAIMABLE = Guard("not_claimable", _not_claimable)
