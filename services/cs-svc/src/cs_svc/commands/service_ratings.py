"""Ratings of the service: a merchant rates an ended case, a customer a closed conversation, each once; earlier versions of a rating are kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ServiceRated, ServiceRatingChanged, trace_fields

from cs_svc.commands import order_references, survey_answers
from cs_svc.domain.errors import NothingToChange
from cs_svc.domain.orders import OrderReference
from cs_svc.domain.ratings import check_rateable
from cs_svc.domain.service_ratings import (
    RatedConversationUnknown,
    RatingSide,
    ServiceAlreadyRated,
    ServiceRating,
    ServiceRatingRevision,
    check_conversation,
    of_case,
    of_conversation,
)
from cs_svc.settings import Settings
from cs_svc.tables.conversations import LOCK_CONVERSATIONS
from cs_svc.tables.service_ratings import (
    RATING_BY_MERCHANT,
    RATING_OF_CONVERSATION,
    SERVICE_RATING_REVISIONS,
    SERVICE_RATINGS,
)


async def rate_case(
    tx: Transaction[Settings], *, case_id: str, scores: Mapping[str, int], text: str | None
) -> ServiceRating:
    """Rate an ended case as its merchant.

    Raises:
        CaseUnknown: there is no such case, or the actor may not see it.
        CaseNotCompleted: the case has not ended.
        ServiceAlreadyRated: its merchant has rated it.
    """
    case = await order_references.get_case(tx, case_id)
    check_rateable(case)
    await order_references.lock(tx, OrderReference.to_case(case))
    existing = await tx.one(RATING_BY_MERCHANT, case_id=case_id)
    _refuse(existing)
    return await _create(tx, _new(tx, RatingSide.MERCHANT, of_case(case), scores, text))


async def rate_conversation(
    tx: Transaction[Settings], *, conversation_id: str, scores: Mapping[str, int], text: str | None
) -> ServiceRating:
    """Rate a closed conversation as its customer.

    Raises:
        RatedConversationUnknown: there is no such conversation, or it is of another customer.
        ConversationNotClosed, ConversationGone: see `check_conversation`.
        ServiceAlreadyRated: it has been rated.
    """
    found = await tx.lock_all(LOCK_CONVERSATIONS, ids=[conversation_id])
    if not found:
        raise RatedConversationUnknown(pointer="/conversation_id")
    [conversation] = found
    check_conversation(conversation)
    existing = await tx.one(RATING_OF_CONVERSATION, conversation_id=conversation_id)
    _refuse(existing)
    rating = await _create(tx, _new(tx, RatingSide.CUSTOMER, of_conversation(conversation), scores, text))
    await survey_answers.answered(tx, rating.id, conversation_id=conversation_id)
    return rating


def _refuse(existing: ServiceRating | None) -> None:
    if existing is not None:
        raise ServiceAlreadyRated(rating_id=existing.id)


def _new(
    tx: Transaction[Settings],
    side: RatingSide,
    about: Mapping[str, Any],  # Any: fields of a rating
    scores: Mapping[str, int],
    text: str | None,
) -> ServiceRating:
    return ServiceRating(
        id=tx.new_id("srat"),
        version=0,
        side=side,
        **about,
        scores=dict(scores),
        text=text,
        created_at=tx.now,
        updated_at=tx.now,
    )


async def _create(tx: Transaction[Settings], rating: ServiceRating) -> ServiceRating:
    return await tx.create(SERVICE_RATINGS[rating.side], rating, ServiceRated(**_fields(tx, rating)))


async def change(
    tx: Transaction[Settings], side: RatingSide, rating_id: str, *, scores: Mapping[str, int] | None, text: str | None
) -> ServiceRating:
    """Replace the scores, the text or both of a rating by this side; the earlier version is kept.

    Raises:
        NothingToChange: neither is given.
        NotFound, Stale: see `Transaction.lock`.
    """
    if scores is None and text is None:
        raise NothingToChange(pointer="")
    before = await tx.lock(SERVICE_RATINGS[side], rating_id)
    rating = replace(
        before,
        scores=before.scores if scores is None else dict(scores),
        text=before.text if text is None else text,
        updated_at=tx.now,
    )
    saved = await tx.save(SERVICE_RATINGS[side], rating, ServiceRatingChanged(**_fields(tx, rating)))
    revision = ServiceRatingRevision(
        rating_id=before.id, version=before.version, scores=before.scores, text=before.text, replaced_at=tx.now
    )
    await tx.insert(SERVICE_RATING_REVISIONS, revision)
    return saved


def _fields(tx: Transaction[Settings], rating: ServiceRating) -> dict[str, Any]:  # Any: fields of an event
    party = rating.by_buyer_id or rating.by_merchant_id or ""
    return {
        **trace_fields(tx, affected_party=party, applicant=party, result="changed" if rating.version else "given"),
        "rating_id": rating.id,
        "side": rating.side,
        "case_id": rating.case_id,
        "order_id": rating.order_id,
        "conversation_id": rating.conversation_id,
        "buyer_id": rating.buyer_id,
        "merchant_id": rating.merchant_id,
        "agent_id": rating.agent_id,
        "scores": rating.scores,
    }
