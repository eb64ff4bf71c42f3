"""Sentences with an amount."""

from aftercare_chassis.currencies import written

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.reasons import Label


def amount(zh: str, en: str, minor: int, case: Case) -> Label:
    """A sentence with an amount of a case."""
    text = written(minor, case.currency)
    return Label(zh.format(text), en.format(text))
