"""Notifications about disputes in the conversations about their cases: which event of a dispute has which code.

Both sides of a dispute read all of it, so one text is for both.
"""

from collections.abc import Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    DisputeAnswered,
    DisputeAppealed,
    DisputeAssigned,
    DisputeDeadlineExtended,
    DisputeDeadlineReminder,
    DisputeDebtRepaid,
    DisputeDebtWrittenOff,
    DisputeEscalated,
    DisputeExecuted,
    DisputeOpened,
    DisputeReleased,
    DisputeSampleReceived,
    DisputeSampleSent,
    DisputeSettled,
    DisputeTestEnded,
    DisputeTestOrdered,
    DisputeTestReported,
    DisputeTurnChanged,
    DisputeWithdrawn,
    EvidenceAdded,
    EvidenceRequested,
    EvidenceRoundEnded,
    EvidenceSubmitted,
    SettlementDeclined,
    SettlementLapsed,
    SettlementProposed,
    VerdictBecameFinal,
    VerdictConfirmed,
    VerdictGiven,
    VerdictReplaced,
)
from aftercare_events.catalogue.disputes import DisputeEvent, TakesEffect

from cs_svc.commands import conversations
from cs_svc.domain.dispute_notifications import DISPUTE_NOTIFICATIONS
from cs_svc.settings import Settings

CODES: Mapping[type[DisputeEvent], str] = {
    DisputeOpened: "dispute_opened",
    DisputeAnswered: "dispute_answered",
    DisputeEscalated: "dispute_escalated_platform_late",
    DisputeAssigned: "dispute_assigned",
    EvidenceAdded: "dispute_evidence_added",
    EvidenceRequested: "dispute_evidence_requested_of_both",
    EvidenceSubmitted: "dispute_evidence_submitted",
    EvidenceRoundEnded: "dispute_evidence_round_ended",
    SettlementProposed: "settlement_proposed",
    SettlementDeclined: "settlement_declined",
    SettlementLapsed: "settlement_lapsed",
    DisputeSettled: "dispute_settled",
    DisputeTestOrdered: "dispute_test_ordered",
    DisputeSampleSent: "dispute_sample_sent",
    DisputeSampleReceived: "dispute_sample_received",
    DisputeTestReported: "dispute_test_reported",
    DisputeTestEnded: "dispute_test_cancelled",
    VerdictGiven: "verdict_given",
    DisputeAppealed: "dispute_appealed",
    VerdictConfirmed: "verdict_confirmed",
    VerdictReplaced: "verdict_replaced",
    VerdictBecameFinal: "verdict_final",
    DisputeDebtRepaid: "dispute_debt_repaid",
    DisputeDebtWrittenOff: "dispute_debt_written_off",
    DisputeExecuted: "dispute_executed",
    DisputeWithdrawn: "dispute_withdrawn",
    DisputeDeadlineExtended: "dispute_deadline_extended",
    DisputeDeadlineReminder: "dispute_deadline_reminder",
}
SILENT: Mapping[type[DisputeEvent], str] = {
    DisputeReleased: "which arbitrator has the dispute is a matter of the platform until another one takes it",
    DisputeTurnChanged: "the event of the case, from which it follows, is notified",
}
"""Events of which the conversations say nothing, and why."""


async def notify(tx: Transaction[Settings], event: DisputeEvent) -> None:
    """Add a message of the system to the conversations about the case of this dispute or its order."""
    await conversations.notify(tx, order_id=event.order_id, case_id=event.case_id, code=_code(event))


def _code(event: DisputeEvent) -> str:
    """The code of the event; that of the fact in it, where there is a text for that."""
    code = CODES[type(event)]
    if isinstance(event, VerdictGiven):
        return f"{code}_to_wait" if event.takes_effect == TakesEffect.AFTER_APPEAL_WINDOW else code
    if isinstance(event, DisputeEscalated):
        return _known(f"dispute_escalated_{event.cause}", code)
    if isinstance(event, EvidenceRequested):
        return _known(f"dispute_evidence_requested_of_{event.asked_of}", code)
    if isinstance(event, DisputeTestEnded):
        return _known(f"dispute_test_{event.test_state}", code)
    return code


def _known(code: str, otherwise: str) -> str:
    """The code, where this build has its text."""
    return code if code in DISPUTE_NOTIFICATIONS else otherwise
