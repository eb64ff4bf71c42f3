"""Bodies for every command on a case, a dispute or a claim, made of what the document shows and one number."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aftercare_chassis.testing.clocks import START
from aftersale_shop import HASH, RETURN_ADDRESS

TYPES = ("refund_only", "return_refund", "exchange", "fast_exchange", "repair", "reship_parts", "price_adjust")


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def request_of(type_: str, reason: str, line_id: str, units: int) -> dict[str, Any]:
    """The body of a request about units of a line."""
    prices = {"reference_price": cny(2000), "checked_price": cny(1500)} if type_ == "price_adjust" else {}
    wanted = {"wanted_sku": "KETTLE-2"} if type_ == "exchange" else {}
    return {
        "order_id": "ord_1",
        "type": type_,
        "reason": reason,
        "description": "漏水",
        "lines": [{"line_id": line_id, "quantity": units, **prices, **wanted}],
        "evidence": [HASH],
    }


def bodies_of(document: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The bodies by operation; `n` chooses units, amounts and codes."""
    lines = document.get("lines") or [{"line_id": "line_1", "quantity": 1}]
    parcel = {"carrier": "sf", "waybill_no": f"SF{10000 + n}"}
    verdict = {"liable": ("seller", "buyer", "courier", "platform")[n % 4], **_remedy(n)}
    return {
        "approveCase": {"return_address": RETURN_ADDRESS} if n % 2 else {},
        "rejectCase": {"reason": "reason_untrue"},
        "closeCase": {"note": "…"},
        "declineRefusedGoods": {"reason": "goods_worthless", "note": "…"},
        "keepRefusedGoods": {"evidence": [HASH], "note": "…"},
        "recordRefusedGoodsPayment": {"reference": "…"},
        "setReturnAddress": {"return_address": RETURN_ADDRESS},
        "correctReturnWaybill": parcel,
        "shipCase": {**parcel, **({} if n % 3 else {"return_freight": {"amount": cny(500 + n), "evidence": [HASH]}})},
        **dict.fromkeys(("shipReplacement", "correctReplacementWaybill", "returnRefusedGoods"), parcel),
        "correctRefusedGoodsWaybill": parcel,
        **dict.fromkeys(("givePickupWaybill", "collectPickup"), parcel),
        "bookPickup": {"slot": _slot(document, n), "address": RETURN_ADDRESS},
        "movePickup": {"slot": _slot(document, n)},
        "inspectCase": {
            "lines": [_found(each["line_id"], each["quantity"], n) for each in lines],
            "reason": "used_or_affects_resale",
        },
        "openDispute": {"category": "no_answer", "text": "…", "evidence": [HASH]},
        "reportAnomaly": {"anomaly": "damaged"},
        **{name: {"text": "…"} for name in ("answerQuestion", "askAgain")},
        **{name: _offer(n) for name in ("makeOffer", "makeCounterOffer")},
        "grantPriceAdjustment": {
            "lines": [{"line_id": each["line_id"], "amount": cny(n)} for each in lines],
            "reason": "reason_untrue",
        },
        "priceReplacement": {"prices": [{"line_id": each["line_id"], "unit_price": cny(12 * n)} for each in lines]},
        "recordPayment": {"reference": "…"},
        "statePayment": {"reference": "…", "evidence": [HASH]},
        "denyPayment": {"note": "…"},
        "recordChargeReturn": {"amount": (document.get("charge") or {}).get("to_return") or cny(n), "reference": "…"},
        "recordReturnFreight": {
            "amount": (document.get("return_freight") or {}).get("to_pay") or cny(n),
            "reference": "…",
        },
        "requestSupplement": {"missing": "…"},
        "submitSupplement": {"note": "…"},
        "changeCaseType": {"type": TYPES[n % len(TYPES)]},
        "assignCase": {"agent_id": f"agent-{1 + n % 2}"},
        "quoteRepair": {"cost": cny(1 + n), "days": 1 + n % 9},
        "finishRepair": {"work": [("tested", "cleaned")[n % 2]]},
        "reportCannotRepair": {"failure": "other", "remedy": ("refund", "exchange")[n % 2]},
        "stateOfflineRefund": {"method": ("cash", "wallet")[n % 2], "reference": "…", "evidence": [HASH]},
        "denyOfflineRefund": {"text": "…"},
        "assignDispute": {"arbitrator_id": f"arb-{1 + n % 2}"},
        "requestDisputeEvidence": {"asked_of": ("both", "buyer", "seller")[n % 3], "missing": "…"},
        "submitDisputeEvidence": {"note": "…"},
        "orderDisputeTest": {
            "lines": [{"line_id": each["line_id"], "quantity": 1} for each in lines],
            "questions": [("defective", "genuine", "used")[n % 3]],
            "testing_body_id": "lab-1",
            "sample_from": ("buyer", "merchant")[n % 2],
            "advanced_by": ("buyer", "merchant", "platform")[n % 3],
            "cost": cny(100 * (n % 3)),
        },
        **dict.fromkeys(("sendDisputeSample", "correctDisputeSampleWaybill"), parcel),
        "reportDisputeTest": {
            "evidence_id": document.get("report_id", "ev_0"),
            "answers": [
                {"question": each, "answer": ("yes", "no", "inconclusive")[n % 3]}
                for each in document.get("questions", ["used"])
            ],
        },
        "addDisputeEvidence": {"evidence": [HASH]},
        "answerDispute": {"text": "…", "evidence": []},
        "proposeSettlement": {**verdict, "text": "…"},
        "giveVerdict": {**verdict, "grounds": "…", **({"takes_effect": "after_appeal_window"} if n % 5 == 0 else {})},
        "replaceVerdict": {**verdict, "grounds": "…"},
        **{name: {"grounds": "…"} for name in ("appealVerdict", "confirmVerdict")},
        "recordRepayment": {"amount": cny(1 + n % 50), "reference": "…"},
        "writeOffDebt": {"note": "…"},
        **_of_claims(document, n),
    }


def _of_claims(document: Mapping[str, Any], n: int) -> dict[str, Any]:
    claimed = (document.get("claimed") or cny(n))["amount"]
    return {
        "fileCourierClaim": {"reference": f"LP-{n}"},
        "addCourierClaimEvidence": {"evidence": [HASH]},
        "acceptCourierClaim": {"amount": cny(max(1, claimed * (1 + n % 4) // 4))},
        "declineCourierClaim": {"reason": ("not_liable", "evidence_insufficient")[n % 2]},
        "payCourierClaim": {"reference": "…"},
        "requestGuaranteeEvidence": {"missing": "…"},
        "submitGuaranteeEvidence": {"evidence": [HASH]},
        "declineGuaranteeClaim": {"reason": ("untrue", "evidence_insufficient")[n % 2]},
        "recordGuaranteePayment": {"reference": f"P-{n}"},
        "recordGuaranteeFailure": {"cause": ("deposit_exhausted", "declined")[n % 2]},
        "compensateRefusedGoods": {"amount": cny(max(1, claimed * (1 + n % 4) // 4))},
    }


def _slot(document: Mapping[str, Any], n: int) -> str:
    """A time of the platform's schedule, one to three days after the last change."""
    changed = datetime.fromisoformat(document["updated_at"]) if "updated_at" in document else START
    return (changed + timedelta(days=1 + n % 3)).strftime("%Y-%m-%dT01:00:00Z")


def _found(line_id: str, units: int, n: int) -> dict[str, Any]:
    """What an inspection finds of a line: some units are accepted, and of the others some were in the parcel."""
    accepted = n % (units + 1)
    received = {"received": accepted + (n // 7) % (units - accepted + 1)} if n % 2 else {}
    return {"line_id": line_id, "accepted": accepted, **received}


def _remedy(n: int) -> dict[str, Any]:
    remedy = ("refund", "none", "resume", "return", "exchange", "compensation")[n % 6]
    paid = remedy in ("refund", "compensation")
    return {"remedy": remedy, "amount": cny(1 + 20 * n)} if paid else {"remedy": remedy}


def _offer(n: int) -> dict[str, Any]:
    return {"amount": cny(1 + n)} if n % 2 else {"type": TYPES[n % len(TYPES)]}
