"""How severe a complaint is, and by when it is answered and resolved: a table, whose result is stored with its reasons."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.working_time import Calendar, add_working_time
from aftercare_language.normalization import normalize

from cs_svc.domain.complaints import ComplaintCategory, ComplaintSeverity, StoredReason

RULES_VERSION = 1
"""Stored with each complaint. Raise it with every change of what `assess` returns."""
REPEATED_FROM = 2
"""From so many earlier complaints of the buyer on, a complaint is a level more severe."""


class SeverityReason(StrEnum):
    """Why a complaint is as severe as it is."""

    CATEGORY = "category"
    AMOUNT = "amount"
    REPEATED = "repeated"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What severity is judged by. `amount_minor` is the total of the order, None where it is not known; `earlier` is how many complaints the
    buyer has made lately."""

    category: ComplaintCategory
    text: str
    amount_minor: int | None
    earlier: int


_CATEGORY, _SEVERITY = ComplaintCategory, ComplaintSeverity
OF_CATEGORY = {
    _CATEGORY.UNFAIR_REJECTION: _SEVERITY.NORMAL,
    _CATEGORY.REFUND_DELAYED: _SEVERITY.NORMAL,
    _CATEGORY.REFUND_TOO_LOW: _SEVERITY.NORMAL,
    _CATEGORY.NO_ANSWER: _SEVERITY.NORMAL,
    _CATEGORY.SERVICE_ATTITUDE: _SEVERITY.LOW,
    _CATEGORY.QUALITY: _SEVERITY.NORMAL,
    _CATEGORY.COUNTERFEIT: _SEVERITY.HIGH,
    _CATEGORY.NOT_AS_DESCRIBED: _SEVERITY.NORMAL,
    _CATEGORY.DELIVERY: _SEVERITY.NORMAL,
    _CATEGORY.OTHER: _SEVERITY.LOW,
}
SHARES = {_SEVERITY.LOW: 1.0, _SEVERITY.NORMAL: 1.0, _SEVERITY.HIGH: 1 / 2, _SEVERITY.CRITICAL: 1 / 12}
"""Which part of the hours of the settings a complaint of this severity may take."""
_LEVELS = list(ComplaintSeverity)

# Bodily harm, fire, electricity, poison. A word of everyday complaints, such as 烫 or hot, is not among them.
SAFETY_WORDS = (
    "受伤",
    "烫伤",
    "烧伤",
    "割伤",
    "流血",
    "住院",
    "急诊",
    "中毒",
    "过敏",
    "窒息",
    "起火",
    "着火",
    "冒烟",
    "爆炸",
    "炸裂",
    "漏电",
    "触电",
    "电击",
    "短路",
    "燃气泄漏",
    "煤气泄漏",
    "呕吐",
    "injured",
    "injury",
    "bleeding",
    "hospital",
    "poison",
    "allergic",
    "choking",
    "choked",
    "caught fire",
    "on fire",
    "flames",
    "smoked",
    "smoke came",
    "exploded",
    "explosion",
    "electric shock",
    "short circuit",
    "gas leak",
    "vomit",
    "burned my",
    "burnt my",
)


def names_danger(text: str) -> bool:
    """Whether the text has one of SAFETY_WORDS; traditional characters, width and case make no difference."""
    words = " ".join(normalize(text).split())
    return any(each in words for each in SAFETY_WORDS)


def assess(facts: Facts, *, high_amount_minor: int) -> tuple[ComplaintSeverity, list[StoredReason]]:
    """The severity, and the reasons that led to it in the order in which they were judged: that of the last one is the severity."""
    severity = OF_CATEGORY[facts.category]
    reasons = [StoredReason(reason=SeverityReason.CATEGORY, severity=severity)]
    amount = facts.amount_minor
    if amount is not None and amount >= high_amount_minor and _less(severity, _SEVERITY.HIGH):
        severity = _SEVERITY.HIGH
        judged = StoredReason(reason=SeverityReason.AMOUNT, severity=severity)
        reasons.append({**judged, "amount_minor": amount, "from_minor": high_amount_minor})
    if facts.earlier >= REPEATED_FROM and severity is not _SEVERITY.CRITICAL:
        severity = _LEVELS[_LEVELS.index(severity) + 1]
        judged = StoredReason(reason=SeverityReason.REPEATED, severity=severity)
        reasons.append({**judged, "earlier": facts.earlier})
    if names_danger(facts.text) and severity is not _SEVERITY.CRITICAL:
        severity = _SEVERITY.CRITICAL
        reasons.append(StoredReason(reason=SeverityReason.SAFETY, severity=severity))
    return severity, reasons


def due_after(calendar: Calendar, since: datetime, hours: float, severity: ComplaintSeverity) -> datetime:
    """When so many working hours, or the part of them that the severity leaves, have passed."""
    return add_working_time(calendar, since, hours * SHARES[severity] * 3600)


def _less(one: ComplaintSeverity, other: ComplaintSeverity) -> bool:
    return _LEVELS.index(one) < _LEVELS.index(other)
