"""What a step of the timeline was about, in words: what was offered, asked for or decided, and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftercare_chassis.currencies import written
from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.codes import CaseType, EscalationCause, Liable
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.model import EvidenceParty, Remedy, TakesEffect
from aftersale_svc.domain.wording.amounts import NOTHING_DUE
from aftersale_svc.domain.wording.anomalies import anomaly_step
from aftersale_svc.domain.wording.outcomes import REVIEW_CAUSES
from aftersale_svc.domain.wording.terms import judgement, offered_terms, proposed_decision, until

Details = Mapping[str, Any]  # Any: JSON
_ASKED: Mapping[str, Label] = {
    EvidenceParty.BUYER: Label("由买家提交", "from the buyer"),
    EvidenceParty.MERCHANT: Label("由商家提交", "from the merchant"),
    EvidenceParty.BOTH: Label("由买卖双方提交", "from both sides"),
}
_E = EscalationCause
_TIMED_OUT = (
    *(_E.AGENT_LATE, _E.RETURN_NOT_DELIVERED, _E.REFUND_LATE, _E.RETURN_ADDRESS_MISSING, _E.ANSWER_LATE),
    *(_E.REPLACEMENT_LATE, _E.REPLACEMENT_NOT_DELIVERED, _E.REPAIR_LATE, _E.INSPECTION_LATE),
    _E.OFFLINE_REFUND_UNCONFIRMED,
)
_LATE: Mapping[str, Label] = {
    **{cause: REVIEW_CAUSES[cause] for cause in (*_TIMED_OUT, _E.PICKUP_REFUSED)},
    "merchant_silent": Label("商家未按期答复", "the merchant has not answered in time"),
    "platform_late": Label("平台逾期未处理", "the platform has not decided in time"),
}
"""Why time, or a courier, has passed a case or dispute on. Other causes are what the step itself states."""
_APPROVED: Mapping[str, Label] = {
    "timeout": Label("商家未在期限内审核", "the merchant has not decided in time"),
    "rule": Label("符合商家设置的自动审核规则", "a rule that the merchant has published applies"),
}
"""Why a request was approved by nobody."""
_SENDERS: Mapping[str, Label] = {
    "buyer": Label("由买家寄送样品", "the buyer sends the sample"),
    "merchant": Label("由商家寄送样品", "the merchant sends the sample"),
}


def about(details: Details, zone: ZoneInfo) -> Label | None:
    """What the step was about, with until when an answer was awaited and what was to happen without one; None where the step itself
    states that."""
    if "granted_minor" in details:
        granted = written(details["granted_minor"], details["currency"])
        return Label(f"核定 {granted}", f"{granted} of what was asked for")
    if "cause" in details:
        return _LATE.get(details["cause"]) or _APPROVED.get(details["cause"])
    if (before := _time(details, "previous_due_at")) is not None:
        return _moved(before, _time(details, "deadline_at"), zone)
    if "anomaly" in details:
        return anomaly_step(details["waybill_no"], details["anomaly"], details.get("resolution"))
    what = _what(details)
    limit = until(_time(details, "deadline_at"), details.get("effect"), zone)
    appeal = _appeal(details, zone)
    return Label(f"{what.zh}{limit.zh}{appeal.zh}", f"{what.en}{limit.en}{appeal.en}")


def _moved(before: datetime, after: datetime | None, zone: ZoneInfo) -> Label:
    old, new = in_zone(before, zone), "-" if after is None else in_zone(after, zone)
    return Label(f"由 {old} 改为 {new}", f"until {new}, in place of {old}")


def _what(details: Details) -> Label:
    money = (details.get("amount_minor", 0), details.get("currency", ""))
    if "remedy" in details:
        return judgement(Remedy(details["remedy"]), Liable(details["liable"]), *money)
    if "action" in details:
        return proposed_decision(CaseAction(details["action"]), *money)
    if "asked_of" in details:
        return _ASKED[details["asked_of"]]
    if "sender" in details:
        return _SENDERS[details["sender"]]
    if "refunded_minor" in details:
        if not details["refunded_minor"]:
            return NOTHING_DUE
        paid = written(details["refunded_minor"], details["currency"])
        return Label(f"退款 {paid}", f"{paid} went back")
    if "lines" in details:
        return _inspected(details)
    if "credit_minor" in details:
        return _priced(details)
    if "owed_minor" in details and "amount_minor" in details:
        text, of = (written(details[name], details["currency"]) for name in ("amount_minor", "owed_minor"))
        return Label(f"{text}（共应返还 {of}）", f"{text} of {of}")
    if "offered_type" in details or "case_type" in details:
        return offered_terms(CaseType(details.get("offered_type") or details["case_type"]), *money)
    text = written(details.get("owed_minor", money[0]), details["currency"])
    return Label(text, text)


def _inspected(details: Details) -> Label:
    accepted, refused = (sum(line[name] or 0 for line in details["lines"]) for name in ("accepted", "refused"))
    money = written(details["accepted_minor"], details["currency"])
    zh, en = (f"，拒收 {refused} 件", f", {refused} refused") if refused else ("", "")
    return Label(f"接受 {accepted} 件{zh}，共 {money}", f"{accepted} accepted{en}, {money} in all")


def _priced(details: Details) -> Label:
    owed, credit = (details[name] for name in ("owed_minor", "credit_minor"))
    if not owed and not credit:
        return Label("价格相同", "the price is the same")
    text = written(owed or credit, details["currency"])
    return Label(f"需补付 {text}", f"{text} is to be paid") if owed else Label(f"退还 {text}", f"{text} goes back")


def _appeal(details: Details, zone: ZoneInfo) -> Label:
    at = _time(details, "appeal_until")
    if at is None:
        return Label("", "")
    time = in_zone(at, zone)
    if details.get("takes_effect") == TakesEffect.AFTER_APPEAL_WINDOW:
        return Label(f"；{time} 前无人申诉则执行", f"; it is executed unless there is an appeal by {time}")
    return Label(f"；{time} 前可申诉", f"; either side may appeal until {time}")


def _time(details: Details, name: str) -> datetime | None:
    return None if name not in details else datetime.fromisoformat(details[name])
