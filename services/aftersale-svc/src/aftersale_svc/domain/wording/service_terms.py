"""The terms in which something can be asked for about an order, in sentences."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.sentences import DEFAULT_ZONE, in_zone

from aftersale_svc.domain.cases.codes import Term
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.terms import Terms

TERM_NAMES: Mapping[Term, Label] = {
    Term.WINDOW: Label("售后申请期限", "the after-sale window"),
    Term.WARRANTY: Label("保修期", "the warranty"),
    Term.RECALL: Label("商品召回的申请", "requests because of a recall"),
    Term.SAFETY_INCIDENT: Label("安全事故的申请", "requests because of a safety incident"),
    Term.UNLIMITED: Label(
        "咨询、发票问题和保修外维修", "questions, problems with the invoice and repairs that are paid for"
    ),
}
_BEGIN_WITH_SIGNATURE = frozenset({Term.WINDOW, Term.WARRANTY})


def term_text(terms: Terms, term: Term, zone: ZoneInfo = DEFAULT_ZONE) -> Label:
    """Until when the term lasts, or that it is over."""
    name, end = TERM_NAMES[term], terms.end_of(term)
    if term is Term.WARRANTY and not terms.days_of():
        return Label("商家未提供保修", "The merchant gives no warranty")
    if end is None and term in _BEGIN_WITH_SIGNATURE:
        return _sentence(Label(f"{name.zh}自签收起计算", f"{name.en} begins when the goods are signed for"))
    if end is None:
        return _sentence(Label(f"{name.zh}不限期", f"{name.en}: without an end"))
    time = in_zone(end, zone)
    if terms.is_over(term):
        return _sentence(Label(f"{name.zh}已于 {time} 截止", f"{name.en}: ended at {time}"))
    return _sentence(Label(f"{name.zh}至 {time}", f"{name.en}: until {time}"))


def overdue_text(since: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> Label:
    """That the merchant was to ship by this time, and has not shipped all."""
    time = in_zone(since, zone)
    return Label(f"商家应于 {time} 前发货，仍有商品未发出", f"To be shipped by {time}; some of it has not left")


def _sentence(text: Label) -> Label:
    return Label(text.zh, text.en[0].upper() + text.en[1:])
