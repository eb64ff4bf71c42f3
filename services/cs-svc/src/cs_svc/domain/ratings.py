"""Ratings 评价: how a buyer rates an ended after-sale case, in four dimensions from 1 to 5."""

from dataclasses import dataclass
from datetime import datetime

from cs_svc.domain.errors import CaseNotCompleted
from cs_svc.domain.orders import KnownCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The four dimensions of a buyer's satisfaction, each from 1 to 5."""

    service: int
    helpfulness: int
    refund: int
    speed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantScores:
    """How the buyer rates the merchant, each from 1 to 5."""

    seller: int
    attitude: int
    delivery: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The rating of one case; `merchant_scores` are those of its merchant by dimension, see `MerchantScores`, None where the buyer gave none."""

    id: str
    version: int
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    service: int
    helpfulness: int
    refund: int
    speed: int
    text: str | None
    merchant_scores: dict[str, int] | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRevision:
    """An earlier version of a rating, which a change replaced."""

    rating_id: str
    version: int
    service: int
    helpfulness: int
    refund: int
    speed: int
    text: str | None
    merchant_scores: dict[str, int] | None = None
    replaced_at: datetime


def scores_of(rating: Rating) -> Scores:
    """The four scores of a rating."""
    return Scores(service=rating.service, helpfulness=rating.helpfulness, refund=rating.refund, speed=rating.speed)


def check_rateable(case: KnownCase) -> None:
    """Accept a case that has ended. Raises: CaseNotCompleted."""
    if not case.ended:
        raise CaseNotCompleted(state=case.state, awaits=case.id)
