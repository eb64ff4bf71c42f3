"""Bodies of ratings."""

from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import Id, In, Out, Text, Time, example
from pydantic import Field

from cs_svc.api.schemas.shared import CASE_ID
from cs_svc.domain.ratings import Rating, RatingRevision, Scores, scores_of

Score = Annotated[int, Field(ge=1, le=5)]
_SCORES = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}


class ScoresIn(In):
    """Four dimensions, each from 1 to 5."""

    service: Score
    helpfulness: Score
    refund: Score
    speed: Score

    def scores(self) -> Scores:
        """The scores as the domain holds them."""
        return Scores(**self.model_dump())


class RatingIn(In):
    """The rating of an ended after-sale case."""

    model_config = example(case_id=CASE_ID, scores=_SCORES, text="处理很快。")

    case_id: Id
    scores: ScoresIn
    text: Text | None = None


class RatingChangeIn(In):
    """The new scores, the new text or both."""

    model_config = example(scores=_SCORES, text="客服后来又跟进了一次。")

    scores: ScoresIn | None = None
    text: Text | None = None


class ScoresOut(Out):
    """Four dimensions, each from 1 to 5."""

    service: int
    helpfulness: int
    refund: int
    speed: int


class RevisionOut(Out):
    """An earlier version of a rating."""

    version: int
    scores: ScoresOut
    text: str | None
    replaced_at: Time

    @classmethod
    def of(cls, revision: RatingRevision) -> Self:
        """The earlier version."""
        return cls.model_validate({**asdict(revision), "scores": ScoresOut.model_validate(revision)})


class RatingOut(Out):
    """A rating without its earlier versions."""

    id: str
    version: int
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    scores: ScoresOut
    text: str | None
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, rating: Rating) -> Self:
        """The rating in its current version."""
        return cls.model_validate(_shown(rating))


class RatingWithHistoryOut(RatingOut):
    """A rating and its earlier versions, oldest first."""

    history: list[RevisionOut]

    @classmethod
    def with_history(cls, rating: Rating, revisions: list[RatingRevision]) -> Self:
        """The rating with these earlier versions."""
        return cls.model_validate({**_shown(rating), "history": [RevisionOut.of(each) for each in revisions]})


def _shown(rating: Rating) -> dict[str, object]:
    return {**asdict(rating), "scores": asdict(scores_of(rating))}
