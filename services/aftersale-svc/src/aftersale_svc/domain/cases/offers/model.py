"""Offers about a case. Money is in minor units of `currency`; times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from aftersale_svc.domain.cases.codes import CaseType


class OfferSide(StrEnum):
    """Who makes an offer. The values are roles."""

    BUYER = "buyer"
    SELLER = "seller"
    AGENT = "agent"


class OfferState(StrEnum):
    """The states of an offer. One of a case is open at a time."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class OfferAction(StrEnum):
    """What becomes of an offer; it follows from what happens to its case."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer: let the case go on as this type, with this refund.

    The offers of a case are numbered from 1. `amount_minor` is all that goes back, where it is less than what was paid for
    the units; otherwise it is what was paid for them, and the freight follows the rule. It is 0 where the type has no refund.
    """

    case_id: str
    number: int
    by: OfferSide
    type: CaseType
    amount_minor: int
    currency: str
    state: OfferState
    made_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What somebody offers. `type` None is the present type of the case, `amount_minor` None the whole of what was paid for
    its units."""

    type: CaseType | None = None
    amount_minor: int | None = None
    currency: str | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "OfferTerms":  # Any: JSON
        """The terms of an offer that was only proposed, from the JSON in which it is kept."""
        type_ = None if kept["type"] is None else CaseType(kept["type"])
        return cls(type_, kept["amount_minor"], kept["currency"])
