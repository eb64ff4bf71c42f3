"""Approving a draft by a second person: submit, approve, reject."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ArticleApproved, ArticleEvent, ArticleRejected, ArticleSubmitted, digest

from kb_svc.commands.articles import approval
from kb_svc.commands.record import article_fields
from kb_svc.domain.articles import ARTICLE, Article, ArticleAction, Draft
from kb_svc.domain.errors import NothingToPublish
from kb_svc.domain.versions import VERSION, VersionAction
from kb_svc.settings import Settings
from kb_svc.tables.articles import ARTICLES, DRAFTS


async def submit(tx: Transaction[Settings], article_id: str) -> tuple[Article, Draft]:
    """Ask for the approval of the draft. Whoever does so last is its submitter.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see VERSION.
        NothingToPublish: the article has no draft.
    """
    article, draft = await _locked(tx, article_id)
    submitted = replace(
        VERSION.apply(draft, VersionAction.SUBMIT, tx), submitted_by=tx.actor.id, submitted_at=tx.now, reason=None
    )
    event = ArticleSubmitted(
        **article_fields(tx, article, submitted.state),
        edited_by=draft.edited_by,
        title_hash=digest(draft.title),
        body_hash=digest(draft.body),
    )
    return await _saved(tx, article, submitted, event)


async def approve(tx: Transaction[Settings], article_id: str) -> tuple[Article, Draft]:
    """Approve the submitted draft. Who edited it last and who submitted it cannot; earlier editors can, so that two people suffice.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, SecondPersonNeeded: see VERSION.
        NothingToPublish: the article has no draft.
    """
    article, draft = await _locked(tx, article_id)
    approved = replace(
        VERSION.apply(draft, VersionAction.APPROVE, tx, approval(tx, article.kind)),
        approved_by=tx.actor.id,
        approved_at=tx.now,
    )
    event = ArticleApproved(
        **article_fields(tx, article, approved.state),
        edited_by=draft.edited_by,
        submitted_by=draft.submitted_by or draft.edited_by,
        title_hash=digest(draft.title),
        body_hash=digest(draft.body),
    )
    return await _saved(tx, article, approved, event)


async def reject(tx: Transaction[Settings], article_id: str, *, reason: str) -> tuple[Article, Draft]:
    """Give the submitted or approved draft back to its editors, with a reason that they can read.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see VERSION.
        NothingToPublish: the article has no draft.
    """
    article, draft = await _locked(tx, article_id)
    rejected = replace(
        VERSION.apply(draft, VersionAction.REJECT, tx),
        submitted_by=None,
        submitted_at=None,
        approved_by=None,
        approved_at=None,
        rejected_by=tx.actor.id,
        reason=reason,
    )
    event = ArticleRejected(**article_fields(tx, article, rejected.state), reason_hash=digest(reason))
    return await _saved(tx, article, rejected, event)


async def _locked(tx: Transaction[Settings], article_id: str) -> tuple[Article, Draft]:
    """The article, locked, and its draft. A retired one has none."""
    article = ARTICLE.apply(await tx.lock(ARTICLES, article_id), ArticleAction.EDIT, tx)
    draft = await tx.find(DRAFTS, article.id)
    if draft is None:
        raise NothingToPublish()
    return article, draft


async def _saved(
    tx: Transaction[Settings], article: Article, draft: Draft, event: ArticleEvent
) -> tuple[Article, Draft]:
    await tx.upsert(DRAFTS, draft)
    return await tx.save(ARTICLES, article, event), draft
