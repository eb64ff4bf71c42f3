"""Rating 评价: a buyer rates a finished case once, and may change the rating; what it said before is kept."""

from dataclasses import asdict, replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import RatingChanged, RatingGiven, TraceFields

from cs_svc.commands import subjects
from cs_svc.domain import policy
from cs_svc.domain.errors import AlreadyRated, NothingToChange
from cs_svc.domain.model import Rating, RatingRevision, Scores
from cs_svc.tables import RATING_OF, RATING_REVISIONS, RATINGS


async def give(tx: Transaction, *, case_id: str, scores: Scores, text: str | None) -> Rating:
    """Rate a finished case; CaseNotCompleted before its end, AlreadyRated the second time."""
    case = await subjects.case(tx, case_id)
    policy.rateable(case)
    await subjects.hold(tx, policy.about_case(case, None))
    there = await tx.one(RATING_OF, case_id=case_id)
    if there is not None:
        raise AlreadyRated(rating_id=there.id)
    rating = Rating(
        id=tx.new_id("rat"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        **asdict(scores),
        text=text,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return await tx.create(RATINGS, rating, RatingGiven(**about(tx, rating, "given")))


async def change(tx: Transaction, rating_id: str, *, scores: Scores | None, text: str | None) -> Rating:
    """Put new scores or a new text in place of the old ones, which are kept as history."""
    if scores is None and text is None:
        raise NothingToChange(pointer="")
    rating = await tx.lock(RATINGS, rating_id)
    said = scores or policy.scores_of(rating)
    changed = replace(rating, **asdict(said), text=rating.text if text is None else text, updated_at=tx.now)
    saved = await tx.save(RATINGS, changed, RatingChanged(**about(tx, changed, "changed")))
    await tx.insert(RATING_REVISIONS, _revision(tx, rating))
    return saved


def _revision(tx: Transaction, rating: Rating) -> RatingRevision:
    return RatingRevision(
        rating_id=rating.id,
        version=rating.version,
        **asdict(policy.scores_of(rating)),
        text=rating.text,
        replaced_at=tx.now,
    )


class About(TraceFields):
    """What every event of a rating says."""

    rating_id: str
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    scores: dict[str, int]


def about(tx: Transaction, rating: Rating, result: str) -> About:
    """Five of the six answers (the matter is the event's own) and the rating they belong to."""
    return About(
        affected_party=rating.buyer_id,
        applicant=rating.buyer_id,
        handler=tx.actor.id,
        time=tx.now,
        result=result,
        rating_id=rating.id,
        case_id=rating.case_id,
        order_id=rating.order_id,
        buyer_id=rating.buyer_id,
        merchant_id=rating.merchant_id,
        scores=asdict(policy.scores_of(rating)),
    )
