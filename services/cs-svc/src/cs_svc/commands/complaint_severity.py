"""Judge a new complaint: how severe it is, and by when it is to be answered and resolved."""

from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.working_time import Calendar

from cs_svc.domain.complaint_severity import RULES_VERSION, Facts, assess, due_after
from cs_svc.domain.complaints import Complaint, with_due
from cs_svc.domain.sla.calendars import ALWAYS
from cs_svc.settings import Settings
from cs_svc.tables.complaints import EARLIER_COMPLAINTS
from cs_svc.tables.orders import GOODS_OF_ORDER
from cs_svc.tables.sla.policies import CALENDAR


async def judged(tx: Transaction[Settings], complaint: Complaint) -> Complaint:
    """The complaint with its severity, the reasons of it, and what is due, counted from now in the calendar of the settings."""
    facts = Facts(
        category=complaint.category,
        text=complaint.text,
        amount_minor=await _amount(tx, complaint.order_id),
        earlier=await _earlier(tx, complaint.buyer_id),
    )
    severity, reasons = assess(facts, high_amount_minor=tx.settings.complaint_high_amount_minor)
    calendar = await _calendar(tx)
    answer = due_after(calendar, tx.now, tx.settings.complaint_answer_hours, severity)
    resolution = due_after(calendar, tx.now, tx.settings.complaint_resolve_hours, severity)
    known = calendar is not ALWAYS
    rated = replace(
        complaint,
        severity=severity,
        severity_reasons=reasons,
        rules_version=RULES_VERSION,
        calendar_id=calendar.id if known else None,
        calendar_version=calendar.version if known else 0,
    )
    return with_due(rated, answer, resolution)


async def _amount(tx: Transaction[Settings], order_id: str) -> int | None:
    goods = await tx.one(GOODS_OF_ORDER, order_id=order_id)
    return goods.total_minor if goods else None


async def _earlier(tx: Transaction[Settings], buyer_id: str) -> int:
    since = tx.now - timedelta(days=tx.settings.complaint_history_days)
    found = await tx.one(EARLIER_COMPLAINTS, buyer_id=buyer_id, since=since)
    return int(found["number"]) if found else 0


async def _calendar(tx: Transaction[Settings]) -> Calendar:
    """The calendar of the settings; always where it names none, or one that nobody has made."""
    named = tx.settings.complaint_calendar
    if not named:
        return ALWAYS
    found = await tx.one(CALENDAR, id=named)
    return found.calendar if found else ALWAYS
