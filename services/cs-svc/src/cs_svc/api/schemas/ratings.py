"""Bodies of ratings."""

from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import CreatedAt, Id, In, Out, Text, Time, UpdatedAt, Version, example
from pydantic import Field

from cs_svc.api.schemas.shared import CASE_ID
from cs_svc.domain.ratings import MerchantScores, Rating, RatingRevision, Scores, scores_of

Score = Annotated[int, Field(ge=1, le=5)]
_SCORES = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}


class ScoresIn(In):
    """Four dimensions, each from 1 to 5; 5 is best."""

    service: Score
    """The after-sales service as a whole."""
    helpfulness: Score
    """How helpful those who served were."""
    refund: Score
    """How the money came back."""
    speed: Score
    """How fast it was solved."""

    def scores(self) -> Scores:
        """The scores as the domain holds them."""
        return Scores(**self.model_dump())


class MerchantScoresIn(In):
    """How the merchant did, in three dimensions from 1 to 5; 5 is best."""

    seller: Score
    """The merchant as a whole."""
    attitude: Score
    """How friendly the merchant was."""
    delivery: Score
    """How the merchant sent the goods."""

    def scores(self) -> MerchantScores:
        """The scores as the domain holds them."""
        return MerchantScores(**self.model_dump())


class RatingIn(In):
    """The rating of an ended after-sale case."""

    model_config = example(case_id=CASE_ID, scores=_SCORES, text="处理很快。")

    case_id: Id
    """A case that has ended; it can be rated once."""
    scores: ScoresIn
    """All four are required."""
    merchant_scores: MerchantScoresIn | None = None
    """The merchant's; may be left out."""
    text: Text | None = None
    """A comment; may be left out."""


class RatingChangeIn(In):
    """The new scores, those of the merchant, or the new text; at least one of them."""

    model_config = example(scores=_SCORES, text="客服后来又跟进了一次。")

    scores: ScoresIn | None = None
    """Replaces all four; the old ones stay where it is left out."""
    merchant_scores: MerchantScoresIn | None = None
    """Replaces those of the merchant; the old ones stay where it is left out."""
    text: Text | None = None
    """Replaces the comment; the old one stays where it is left out."""


class ScoresOut(Out):
    """Four dimensions, each from 1 to 5; 5 is best."""

    service: int
    """The after-sales service as a whole, from 1 to 5."""
    helpfulness: int
    """How helpful those who served were, from 1 to 5."""
    refund: int
    """How the money came back, from 1 to 5."""
    speed: int
    """How fast it was solved, from 1 to 5."""


class MerchantScoresOut(Out):
    """How the merchant did, in three dimensions from 1 to 5; 5 is best."""

    seller: int
    """The merchant as a whole, from 1 to 5."""
    attitude: int
    """How friendly the merchant was, from 1 to 5."""
    delivery: int
    """How the merchant sent the goods, from 1 to 5."""


class RevisionOut(Out):
    """An earlier version of a rating."""

    version: int
    """The version of the rating that it was."""
    scores: ScoresOut
    """The scores of that version."""
    merchant_scores: MerchantScoresOut | None
    """Those of the merchant in that version; null where there were none."""
    text: str | None
    """The comment of that version; null where there was none."""
    replaced_at: Time
    """When the next version took its place."""

    @classmethod
    def of(cls, revision: RatingRevision) -> Self:
        """The earlier version."""
        return cls.model_validate({**asdict(revision), "scores": ScoresOut.model_validate(revision)})


class RatingOut(Out):
    """A rating without its earlier versions."""

    id: str
    """Identifies the rating: `rat_…`."""
    version: Version
    case_id: str
    """The case that is rated."""
    order_id: str
    """The order of the case."""
    buyer_id: str
    """Who rates."""
    merchant_id: str
    """The merchant of the order."""
    scores: ScoresOut
    """The present ones."""
    merchant_scores: MerchantScoresOut | None
    """Those of the merchant; null where the buyer gave none."""
    text: str | None
    """The buyer's comment; null where there is none."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, rating: Rating) -> Self:
        """The rating in its current version."""
        return cls.model_validate(_shown(rating))


class RatingWithHistoryOut(RatingOut):
    """A rating and its earlier versions, oldest first."""

    history: list[RevisionOut]
    """Oldest first, without the present version."""

    @classmethod
    def with_history(cls, rating: Rating, revisions: list[RatingRevision]) -> Self:
        """The rating with these earlier versions."""
        return cls.model_validate({**_shown(rating), "history": [RevisionOut.of(each) for each in revisions]})


def _shown(rating: Rating) -> dict[str, object]:
    return {**asdict(rating), "scores": asdict(scores_of(rating))}
