"""Sentences with an amount."""

from aftercare_chassis.currencies import written

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.reasons import Label

NOTHING_DUE = Label("无应退款项", "Nothing is due to go back")
"""Of a refund of nothing, which no provider is asked about."""


def amount(zh: str, en: str, minor: int, case: Case) -> Label:
    """A sentence with an amount of a case."""
    text = written(minor, case.currency)
    return Label(zh.format(text), en.format(text))
