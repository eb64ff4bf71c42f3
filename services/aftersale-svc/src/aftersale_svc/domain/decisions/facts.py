"""The facts of a case that a decision was made by, as JSON: codes, amounts and counts, no texts and no personal data."""

from collections.abc import Iterable
from datetime import datetime

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.decisions.model import Decision, Document
from aftersale_svc.domain.disputes.lab_tests import LabTest
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.domain.rules.facts import RequestFacts

_RECEIVED = "received_since"


def facts_of(full: FullCase, judged: RequestFacts | None = None) -> Document:
    """What is known of the case, and what rules have judged besides."""
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
        _RECEIVED: None if full.received_since is None else full.received_since.isoformat(),
        "lines": [
            {"line_id": line.line_id, "sku": line.sku, "quantity": line.quantity, "accepted": line.accepted}
            | ({} if line.received is None else {"received": line.received})
            | ({"overdue_since": full.overdue[line.line_id]} if line.line_id in full.overdue else {})
            for line in full.lines
        ],
    }
    if case.initiator is not None:
        facts["initiator"] = case.initiator.value
    if full.anomalies:
        facts["parcel_anomalies"] = list(full.anomalies)
    if full.settings:
        facts["settings"] = full.settings
    if case.liable is not None:
        facts["liable"] = case.liable.value
    return facts if judged is None else facts | _judged(judged)


def facts_of_dispute(full: FullCase, dispute: Dispute, amount_minor: int, tests: Iterable[LabTest]) -> Document:
    """What the end of a dispute is decided by besides its case: the evidence of the request, and that of both sides in the dispute,
    by its hashes, whether the merchant was silent, the tests, and the amount that is decided, in minor units."""
    facts: Document = {
        "awarded_minor": amount_minor,
        "merchant_silent": dispute.merchant_silent,
        "evidence_of_case": sorted(set(full.case.evidence)),
        "evidence_of_dispute": sorted(set(dispute.evidence)),
    }
    found = [each.facts for each in tests]
    return facts | {"tests": found} if found else facts


def facts_of_claim(claim: GuaranteeClaim | CourierClaim | RefusedGoodsClaim) -> Document:
    """What a decision about a claim is made by besides its case: what is claimed, the evidence by its hashes, and how far it was."""
    facts: Document = {
        "claim_state": claim.state.value,
        "claimed_minor": claim.claimed_minor,
        "evidence_of_claim": sorted(set(claim.evidence)),
    }
    if isinstance(claim, GuaranteeClaim):
        asked = {"evidence_requests": claim.evidence_requests, "merchant_silent": claim.merchant_silent}
        return facts | asked | {"guarantee": claim.kind.value, "refund_id": claim.refund_id}
    if isinstance(claim, RefusedGoodsClaim):
        return facts | {"goods": claim.lines, "carrier": claim.carrier}
    parcel = {"cause": claim.cause.value, "leg": claim.leg.value, "carrier": claim.carrier}
    declined = None if claim.decline_reason is None else claim.decline_reason.value
    return facts | parcel | {"filings": claim.filings, "decline_reason": declined}


def _judged(facts: RequestFacts) -> Document:
    files: Document = {} if facts.evidence is None else {"files": facts.evidence}
    if facts.evidence_kinds is not None:
        files["file_kinds"] = sorted(facts.evidence_kinds)
    reused = {} if facts.evidence_reused is None else {"evidence_reused": facts.evidence_reused}
    return (
        files
        | reused
        | {
            "initiator": facts.initiator.value,
            "evidence_need": facts.evidence_need.value,
            "categories": list(facts.categories),
            "history": [
                {"opened_at": past.opened_at.isoformat(), "was_rejected": past.was_rejected} for past in facts.history
            ],
        }
    )


def received_then(decision: Decision, order: Order | None) -> datetime | None:
    """Since when the buyer has the goods, as far as it was known when this was decided.

    Decisions of earlier builds have not recorded it, and orders of earlier builds only know the end of their window: then it is
    what `order`, the copy of now, says of that time.
    """
    if order is not None and (_RECEIVED not in decision.facts or order.received_at is None):
        return order.received_known_at(decision.decided_at)
    recorded = decision.facts.get(_RECEIVED)
    return None if recorded is None else time_of(recorded)


def time_of(text: str) -> datetime:
    """A time as it stands in facts."""
    return datetime.fromisoformat(text)
