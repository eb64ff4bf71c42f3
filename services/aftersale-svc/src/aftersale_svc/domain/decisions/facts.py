"""The facts of a case that a decision was made by, as JSON: codes, amounts and counts, no texts and no personal data."""

from collections.abc import Sequence
from datetime import datetime

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.disputes.lab_tests import LabTest
from aftersale_svc.domain.rules.facts import RequestFacts


def facts_of(full: FullCase, judged: RequestFacts | None = None, tests: Sequence[LabTest] = ()) -> Document:
    """What is known of the case, what rules have judged besides, and the tests of its dispute."""
    case = full.case
    facts: Document = {
        "type": case.type.value,
        "reason": case.reason.value,
        "stage": case.stage.value,
        "state": case.state.value,
        "currency": case.currency,
        "requested_minor": case.requested_minor,
        "freight_minor": case.shipping_refund_minor,
        "evidence": len(case.evidence),
        "opened_at": case.created_at.isoformat(),
        "lines": [
            {"line_id": line.line_id, "sku": line.sku, "quantity": line.quantity, "accepted": line.accepted}
            for line in full.lines
        ],
    }
    if case.initiator is not None:
        facts["initiator"] = case.initiator.value
    if case.liable is not None:
        facts["liable"] = case.liable.value
    if tests:
        facts["tests"] = [each.facts for each in tests]
    return facts if judged is None else facts | _judged(judged)


def _judged(facts: RequestFacts) -> Document:
    files = {} if facts.evidence is None else {"files": facts.evidence}
    return files | {
        "initiator": facts.initiator.value,
        "categories": list(facts.categories),
        "history": [
            {"opened_at": past.opened_at.isoformat(), "was_rejected": past.was_rejected} for past in facts.history
        ],
    }


def time_of(text: str) -> datetime:
    """A time as it stands in facts."""
    return datetime.fromisoformat(text)
