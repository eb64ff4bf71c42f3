"""Ratings 评价: a buyer rates an ended case once and may change the rating; earlier versions are kept."""

from dataclasses import asdict, replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import RatingChanged, RatingGiven

from cs_svc.commands import order_references, survey_answers
from cs_svc.commands.record import rating_fields
from cs_svc.domain.errors import AlreadyRated, NothingToChange
from cs_svc.domain.orders import OrderReference
from cs_svc.domain.ratings import MerchantScores, Rating, RatingRevision, Scores, check_rateable, scores_of
from cs_svc.settings import Settings
from cs_svc.tables.ratings import RATING_OF_CASE, RATING_REVISIONS, RATINGS


async def give(
    tx: Transaction[Settings],
    *,
    case_id: str,
    scores: Scores,
    text: str | None,
    merchant_scores: MerchantScores | None = None,
) -> Rating:
    """Rate a case.

    Raises:
        CaseUnknown: there is no such case, or the actor may not see it.
        CaseNotCompleted: the case has not ended.
        AlreadyRated: it has a rating.
    """
    case = await order_references.get_case(tx, case_id)
    check_rateable(case)
    await order_references.lock(tx, OrderReference.to_case(case))
    existing = await tx.one(RATING_OF_CASE, case_id=case_id)
    if existing is not None:
        raise AlreadyRated(rating_id=existing.id)
    rating = Rating(
        id=tx.new_id("rat"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        **asdict(scores),
        text=text,
        merchant_scores=asdict(merchant_scores) if merchant_scores else None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    given = await tx.create(RATINGS, rating, RatingGiven(**rating_fields(tx, rating)))
    await survey_answers.answered(tx, given.id, case_id=case_id)
    return given


async def change(
    tx: Transaction[Settings],
    rating_id: str,
    *,
    scores: Scores | None,
    text: str | None,
    merchant_scores: MerchantScores | None = None,
) -> Rating:
    """Replace the scores, those of the merchant, the text or several of them; the earlier version is kept.

    Raises:
        NothingToChange: none is given.
        NotFound, Stale: see `Transaction.lock`.
    """
    if scores is None and text is None and merchant_scores is None:
        raise NothingToChange(pointer="")
    before = await tx.lock(RATINGS, rating_id)
    rating = replace(
        before,
        **asdict(scores or scores_of(before)),
        text=before.text if text is None else text,
        merchant_scores=before.merchant_scores if merchant_scores is None else asdict(merchant_scores),
        updated_at=tx.now,
    )
    saved = await tx.save(RATINGS, rating, RatingChanged(**rating_fields(tx, rating)))
    await tx.insert(RATING_REVISIONS, _revision(tx, before))
    return saved


def _revision(tx: Transaction[Settings], rating: Rating) -> RatingRevision:
    return RatingRevision(
        rating_id=rating.id,
        version=rating.version,
        **asdict(scores_of(rating)),
        text=rating.text,
        merchant_scores=rating.merchant_scores,
        replaced_at=tx.now,
    )
