"""A valid body for every command of aftersale-svc that needs one."""

from typing import Any


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def aftersale_bodies(
    wanted: dict[str, Any], photo: dict[str, Any], rules: dict[str, Any], address: dict[str, str]
) -> dict[str, Any]:
    """The bodies by operation: `wanted` is a request for a case, `photo` announces a file."""
    return {
        "announceEvidence": photo,
        "putMerchantCalendar": {"opens": "09:00", "closes": "18:00"},
        **{name: {"rules": []} for name in ("putDeadlineRules", "putMerchantDeadlineRules")},
        "extendDeadline": {"hours": 1},
        "createCase": wanted,
        "previewCase": wanted,
        "rejectCase": {"reason": "used_or_affects_resale"},
        "closeCase": {"note": "…"},
        "setReturnAddress": {"return_address": address},
        "setDefaultReturnAddress": {"return_address": address},
        "publishCaseRules": rules,
        "tryCaseRules": rules,
        "shipCase": {"carrier": "sf", "waybill_no": "SF1234567890"},
        "correctReturnWaybill": {"carrier": "sf", "waybill_no": "SF1234567891"},
        "inspectCase": {"lines": [{"line_id": "line_1", "accepted": 1}]},
        "openDispute": {"category": "no_answer", "text": "…"},
        "shipReplacement": {"carrier": "zto", "waybill_no": "73100000001"},
        "correctReplacementWaybill": {"carrier": "zto", "waybill_no": "73100000002"},
        "reportAnomaly": {"anomaly": "damaged"},
        **{name: {"text": "…"} for name in ("answerQuestion", "askAgain")},
        **{name: {"type": "refund_only"} for name in ("makeOffer", "makeCounterOffer")},
        "grantPriceAdjustment": {"lines": [{"line_id": "line_1", "amount": cny(1)}], "reason": "reason_untrue"},
        "openGuaranteeClaim": {"kind": "merchant_deposit"},
        "requestGuaranteeEvidence": {"missing": "…"},
        "submitGuaranteeEvidence": {"evidence": ["sha256:" + "ab" * 32]},
        "declineGuaranteeClaim": {"reason": "untrue"},
        "recordGuaranteePayment": {"reference": "B-1"},
        "recordGuaranteeFailure": {"cause": "declined"},
        "openCourierClaim": {"cause": "lost", "parcel_id": "par_1"},
        **{name: {"reference": "LP-1"} for name in ("fileCourierClaim", "payCourierClaim")},
        "addCourierClaimEvidence": {"evidence": ["sha256:" + "ab" * 32]},
        "acceptCourierClaim": {"amount": cny(1)},
        "declineCourierClaim": {"reason": "not_liable"},
        "requestSupplement": {"missing": "…"},
        "submitSupplement": {"note": "…"},
        "changeCaseType": {"type": "refund_only"},
        "assignCase": {"agent_id": "agent-9"},
        "assignDispute": {"arbitrator_id": "arb-9"},
        "requestDisputeEvidence": {"asked_of": "both", "missing": "…"},
        "submitDisputeEvidence": {"note": "…"},
        "orderDisputeTest": {
            "lines": [{"line_id": "line_1", "quantity": 1}],
            "questions": ["defective"],
            "testing_body_id": "lab-1",
            "sample_from": "buyer",
            "advanced_by": "platform",
            "cost": cny(1),
        },
        "sendDisputeSample": {"carrier": "sf", "waybill_no": "SF1234567895"},
        "reportDisputeTest": {"evidence_id": "ev_1", "answers": [{"question": "defective", "answer": "no"}]},
        "proposeSettlement": {"liable": "seller", "remedy": "none", "text": "…"},
        "priceReplacement": {"prices": [{"line_id": "line_1", "unit_price": cny(1)}]},
        "recordPayment": {"reference": "…"},
        "returnRefusedGoods": {"carrier": "zto", "waybill_no": "73200000001"},
        "quoteRepair": {"cost": cny(1), "days": 1},
        "stateOfflineRefund": {"method": "cash", "reference": "…", "evidence": ["sha256:" + "ab" * 32]},
        "denyOfflineRefund": {"text": "…"},
        "finishRepair": {"work": ["tested"]},
        "reportCannotRepair": {"failure": "other", "remedy": "refund"},
        "answerDispute": {"text": "…", "evidence": []},
        "addDisputeEvidence": {"evidence": [photo["sha256"]]},
        "appealVerdict": {"grounds": "…"},
        "confirmVerdict": {"grounds": "…"},
        "replaceVerdict": {"liable": "seller", "remedy": "none", "grounds": "…"},
        "giveVerdict": {
            "liable": "seller",
            "remedy": "refund",
            "amount": cny(1),
            "grounds": "…",
            "costs": [{"kind": "testing", "bearer": "merchant", "amount": cny(1)}],
            "sanctions": [{"code": "warn", "subject": "buyer"}],
        },
    }
