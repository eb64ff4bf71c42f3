"""What a step of the timeline was about, besides who took it: copied from the event that the step publishes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCompleted,
    AfterSaleEscalated,
    ChargeAgreed,
    ChargePaid,
    ChargeReturned,
    DeadlineExtended,
    DecisionProposed,
    DisputeDeadlineExtended,
    DisputeDebtRepaid,
    DisputeDebtWrittenOff,
    DisputeEscalated,
    DisputeExecuted,
    DisputeSettled,
    DisputeTestOrdered,
    Event,
    EvidenceRequested,
    OfferAccepted,
    OfferMade,
    OfflineRefundStated,
    RepairQuoted,
    ReplacementPriced,
    ReturnInspected,
    SettlementProposed,
    VerdictGiven,
    VerdictReplaced,
)
from aftercare_events.catalogue.exchanges import ChargePaymentDenied, ChargePaymentStated
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.disputes.proposals import PROPOSAL

Details = dict[str, Any]  # Any: JSON
_MONEY = ("amount_minor", "currency")
_OWED = ("owed_minor", "currency")
_JUDGEMENT = ("remedy", "liable", *_MONEY)
_MOVED = ("previous_due_at", "deadline_at")
FIELDS: Mapping[type[Event], tuple[str, ...]] = {
    OfferMade: ("offered_type", *_MONEY, "deadline_at"),
    OfferAccepted: ("case_type", *_MONEY),
    DecisionProposed: ("action", *_MONEY),
    SettlementProposed: (*_JUDGEMENT, "deadline_at"),
    DisputeSettled: _JUDGEMENT,
    VerdictGiven: (*_JUDGEMENT, "takes_effect", "appeal_until"),
    VerdictReplaced: _JUDGEMENT,
    DisputeDebtRepaid: ("owed_minor", *_MONEY),
    DisputeDebtWrittenOff: ("owed_minor", *_MONEY),
    EvidenceRequested: ("asked_of", "deadline_at"),
    DisputeTestOrdered: ("sender", "deadline_at"),
    DisputeExecuted: ("refunded_minor", "currency"),
    DeadlineExtended: _MOVED,
    DisputeDeadlineExtended: _MOVED,
    AfterSaleApproved: ("cause", "granted_minor", "currency"),
    AfterSaleEscalated: ("cause",),
    DisputeEscalated: ("cause",),
    ReturnInspected: ("lines", "accepted_minor", "currency"),
    RepairQuoted: _OWED,
    ReplacementPriced: ("owed_minor", "credit_minor", "currency"),
    ChargeAgreed: _OWED,
    ChargePaid: _OWED,
    ChargePaymentStated: _OWED,
    ChargePaymentDenied: _OWED,
    ChargeReturned: _MONEY,
    OfflineRefundStated: _MONEY,
    AfterSaleCompleted: ("refunded_minor", "currency"),
}
"""What is kept of each event. Texts are in none of them."""


def details_of(of: Case | Dispute, events: Iterable[Event]) -> Details | None:
    """What is kept of the first of these events that has a row, with what happens if nobody acts in time; None where none has."""
    found = next((each for each in events if type(each) in FIELDS and _has_content(each)), None)
    if found is None:
        return None
    values = {name: getattr(found, name) for name in FIELDS[type(found)]}
    details = {name: _json(value) for name, value in values.items() if value is not None}
    effect = _effect(of, found) if "deadline_at" in details else None
    return details if effect is None else details | {"effect": effect}


def _effect(of: Case | Dispute, event: Event) -> str | None:
    if isinstance(event, SettlementProposed):
        return PROPOSAL.timeouts[PROPOSAL.initial].effect
    return lifecycle.of(of).deadline_effect(of) if isinstance(of, Case) else DISPUTE.deadline_effect(of)


def _has_content(event: Event) -> bool:
    """An exchange, say, is completed without money, and who approves a whole request states all of it by that."""
    if isinstance(event, AfterSaleApproved):
        return event.granted_minor is not None or event.cause in (DecisionCause.TIMEOUT, DecisionCause.RULE)
    return not isinstance(event, AfterSaleCompleted) or event.refunded_minor > 0


def _json(value: object) -> object:
    if isinstance(value, tuple):  # the lines of an inspection
        return [{"accepted": line.accepted, "refused": line.refused} for line in value]
    return value.isoformat() if isinstance(value, datetime) else value
