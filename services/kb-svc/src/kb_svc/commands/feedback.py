"""Feedback about versions of articles: one per reader and version, which may be changed."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound
from aftercare_events import ArticleRated, trace_fields

from kb_svc.domain.feedback import ArticleFeedback
from kb_svc.settings import Settings
from kb_svc.tables.articles import EDITIONS
from kb_svc.tables.feedback import COUNT, FEEDBACK, FEEDBACK_OF_READER, MOVE, RATED_EDITION


async def give(
    tx: Transaction[Settings], article_id: str, *, number: int | None, helped: bool, comment: str | None
) -> ArticleFeedback:
    """State whether a version helped the actor, the newest one where `number` is None; a statement of before is replaced.

    A UniqueViolationError at the end of the transaction means that the actor has given the first one at the same time.

    Raises:
        NotFound: there is no such article or version, or nothing of it is published.
        Stale: see `Transaction.lock`.
    """
    edition = await tx.one(RATED_EDITION, article_id=article_id, number=number)
    if edition is None:
        raise NotFound(what=EDITIONS.name)
    known = await tx.one(
        FEEDBACK_OF_READER,
        article_id=edition.article_id,
        number=edition.number,
        reader_role=tx.actor.role,
        reader_id=tx.actor.id,
    )
    if known is not None:
        return await _change(tx, known.id, helped, comment)
    tx.check_condition()
    given = ArticleFeedback(
        id=tx.new_id("afb"),
        version=0,
        article_id=edition.article_id,
        number=edition.number,
        reader_role=tx.actor.role,
        reader_id=tx.actor.id,
        helped=helped,
        comment=comment,
        created_at=tx.now,
        changed_at=tx.now,
    )
    created = await tx.create(FEEDBACK, given, _event(tx, given))
    await tx.execute(
        COUNT, article_id=edition.article_id, number=edition.number, helped=int(helped), not_helped=int(not helped)
    )
    return created


async def _change(tx: Transaction[Settings], feedback_id: str, helped: bool, comment: str | None) -> ArticleFeedback:
    before = await tx.lock(FEEDBACK, feedback_id)
    changed = replace(before, helped=helped, comment=comment, changed_at=tx.now)
    saved = await tx.save(FEEDBACK, changed, _event(tx, changed))
    if before.helped != helped:
        await tx.execute(MOVE, of_article=before.article_id, of_number=before.number, more_helped=1 if helped else -1)
    return saved


def _event(tx: Transaction[Settings], given: ArticleFeedback) -> ArticleRated:
    result = "helped" if given.helped else "not_helped"
    return ArticleRated(
        **trace_fields(tx, affected_party=given.reader_id, applicant=given.reader_id, result=result),
        feedback_id=given.id,
        article_id=given.article_id,
        article_version=given.number,
        helped=given.helped,
        commented=given.comment is not None,
    )
