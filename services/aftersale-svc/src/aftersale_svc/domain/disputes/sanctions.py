"""Sanctions that a verdict recommends. They are recorded, published and shown; nothing is imposed by a verdict."""

from dataclasses import dataclass
from enum import StrEnum


class SanctionCode(StrEnum):
    """What is recommended."""

    WARN = "warn"
    POINTS = "points"
    FINE = "fine"
    LIMIT_REFUND_AMOUNT = "limit_refund_amount"
    SUSPEND = "suspend"


class SanctionSubject(StrEnum):
    """Whom it is for."""

    BUYER = "buyer"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True)
class Sanction:
    """A sanction as a verdict names it."""

    code: SanctionCode
    subject: SanctionSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedSanction:
    """A sanction that the verdict of a dispute recommends."""

    dispute_id: str
    code: SanctionCode
    subject: SanctionSubject
    subject_id: str
