"""What a step of the timeline was about, in words: what was offered, asked for or decided, and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftercare_chassis.currencies import written

from aftersale_svc.domain.cases.codes import CaseType, Liable
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.model import EvidenceParty, Remedy, TakesEffect
from aftersale_svc.domain.wording.amounts import NOTHING_DUE
from aftersale_svc.domain.wording.terms import judgement, offered_terms, proposed_decision, until
from aftersale_svc.domain.wording.times import in_zone

Details = Mapping[str, Any]  # Any: JSON
_ASKED: Mapping[str, Label] = {
    EvidenceParty.BUYER: Label("由买家提交", "from the buyer"),
    EvidenceParty.MERCHANT: Label("由商家提交", "from the merchant"),
    EvidenceParty.BOTH: Label("由买卖双方提交", "from both sides"),
}
_SENDERS: Mapping[str, Label] = {
    "buyer": Label("由买家寄送样品", "the buyer sends the sample"),
    "merchant": Label("由商家寄送样品", "the merchant sends the sample"),
}


def about(details: Details, zone: ZoneInfo) -> Label:
    """What the step was about, with until when an answer was awaited and what was to happen without one."""
    if (before := _time(details, "previous_due_at")) is not None:
        return _moved(before, _time(details, "deadline_at"), zone)
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
    if "owed_minor" in details:
        text, of = (written(details[name], details["currency"]) for name in ("amount_minor", "owed_minor"))
        return Label(f"{text}（共应返还 {of}）", f"{text} of {of}")
    return offered_terms(CaseType(details.get("offered_type") or details["case_type"]), *money)


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
