"""Articles: draft, edit, publish, retire."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ArticleDrafted, ArticleEvent, ArticlePublished, ArticleRetired, digest

from kb_svc.commands import clauses as clause_commands
from kb_svc.commands import search_index, texts, versions
from kb_svc.commands.record import article_fields
from kb_svc.domain.articles import (
    ARTICLE,
    Article,
    ArticleAction,
    ArticleKind,
    ArticleState,
    Draft,
    Edition,
    Language,
)
from kb_svc.domain.clause_texts import fits_inline
from kb_svc.domain.clauses import clauses
from kb_svc.domain.errors import EffectiveTimesInvalid, NothingToPublish, NoticeShortened, NoticeTooShort, SlugTaken
from kb_svc.domain.questions import distinct, published
from kb_svc.domain.versions import VERSION, Approval, VersionAction, VersionState
from kb_svc.settings import Settings
from kb_svc.tables.articles import ARTICLE_WITH_SLUG, ARTICLES, DELETE_DRAFT, DRAFTS, EDITIONS, TAKE_DRAFT


async def draft(
    tx: Transaction[Settings],
    *,
    kind: ArticleKind,
    slug: str,
    language: Language,
    title: str,
    body: str,
    notice_days: int = 0,
    questions: Sequence[str] = (),
) -> tuple[Article, Draft]:
    """Create an article with its first draft.

    A UniqueViolationError at the end of the transaction means that another one has created an article with this slug.

    Raises:
        SlugTaken: an article that is not retired has this slug in this language.
        ClauseTermsInvalid: see `clauses`.
    """
    _check_terms(kind, body)
    existing = await tx.one(ARTICLE_WITH_SLUG, slug=slug, language=language)
    if existing is not None:
        raise SlugTaken(pointer="/slug", slug=slug, article_id=existing.id)
    article = _new(tx, kind=kind, slug=slug, language=language, title=title, notice_days=notice_days)
    drafted = ARTICLE.start(article, tx)
    saved = await tx.create(ARTICLES, drafted, ArticleDrafted(**article_fields(tx, drafted, ArticleState.DRAFT)))
    first = _draft(tx, article.id, title, body, questions)
    await tx.upsert(DRAFTS, first)
    return saved, first


def _new(
    tx: Transaction[Settings], *, kind: ArticleKind, slug: str, language: Language, title: str, notice_days: int = 0
) -> Article:
    return Article(
        id=tx.new_id("art"),
        version=0,
        kind=kind,
        slug=slug,
        language=language,
        state=ArticleState.DRAFT,
        title=title,
        published=0,
        created_by=tx.actor.id,
        created_at=tx.now,
        published_at=None,
        notice_days=notice_days,
    )


async def edit(
    tx: Transaction[Settings],
    article_id: str,
    *,
    title: str | None,
    body: str | None,
    notice_days: int | None = None,
    questions: Sequence[str] | None = None,
) -> tuple[Article, Draft]:
    """Change the draft, which starts as a copy of the newest edition; the editions stay as they are, and an approval is taken back.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ARTICLE.
        NoticeShortened: the notice period of an article that was published would be shorter.
        ClauseTermsInvalid: see `clauses`.
    """
    article = ARTICLE.apply(await tx.lock(ARTICLES, article_id), ArticleAction.EDIT, tx)
    _check_terms(article.kind, body or "")
    if notice_days is not None:
        if article.last_number and notice_days < article.notice_days:
            raise NoticeShortened(pointer="/notice_days", notice_days=article.notice_days)
        article = replace(article, notice_days=notice_days)
    current: Draft | Edition | None = await tx.find(DRAFTS, article.id)
    if current is None:
        current = await tx.get(EDITIONS, article.id, article.last_number)
    asked = current.questions if questions is None else questions
    edited = _draft(tx, article.id, title or current.title, body or current.body, asked)
    if isinstance(current, Draft):
        VERSION.apply(current, VersionAction.EDIT, tx)
        edited = replace(edited, rejected_by=current.rejected_by, reason=current.reason)
    await tx.upsert(DRAFTS, edited)
    shown = edited.title if article.state is ArticleState.DRAFT else article.title
    event = ArticleDrafted(**article_fields(tx, article, VersionState.DRAFT))
    return await tx.save(ARTICLES, replace(article, title=shown), event), edited


async def publish(
    tx: Transaction[Settings],
    article_id: str,
    *,
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
) -> tuple[Article, Edition]:
    """Make the draft the newest edition, whose text never changes. It is in force from a time, at once where none is given.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ARTICLE.
        NothingToPublish: the article has no draft.
        ApprovalRequired: see VERSION.
        NoticeTooShort: it would take effect before the notice period of the article has ended.
        EffectiveTimesInvalid: it would take effect before now, or end before it has taken effect.
        ClauseTermsInvalid: a draft of an earlier build has such; see `clauses`.
    """
    now = await versions.standing(tx, await tx.lock(ARTICLES, article_id))
    article = ARTICLE.apply(now.article, ArticleAction.PUBLISH, tx)
    drafted = await tx.one(TAKE_DRAFT, article_id=article.id)
    if drafted is None:
        raise NothingToPublish()
    edition = _edition(tx, article, drafted, now.in_force, effective_from, effective_until)
    edition = replace(edition, clause_ids=await clause_commands.identified(tx, article, edition.body))
    edition = VERSION.apply(edition, VersionAction.PUBLISH, tx, approval(tx, article.kind))
    scheduled = replace(
        now, article=replace(article, newest=edition.number), versions=(*now.versions, edition), events=()
    )
    after = versions.settled(tx, scheduled)
    edition = next(each for each in after.versions if each.number == edition.number)
    await texts.mark(tx, edition)
    # That it is in force at once is in the event of its publication.
    before = replace(after, events=now.events)
    return await versions.store(tx, before, *_publication(tx, after.article, edition)), edition


async def publish_new(
    tx: Transaction[Settings],
    *,
    kind: ArticleKind,
    slug: str,
    language: Language,
    title: str,
    body: str,
    questions: Sequence[str] = (),
) -> Article:
    """Create an article with its first edition, without a draft before it, in force at once: in bulk, nothing is read.

    The caller has checked that no article has this slug in this language. A UniqueViolationError when the writes are sent
    means that another transaction has created one meanwhile.

    Raises:
        ApprovalRequired: see VERSION.
    """
    new = ARTICLE.start(_new(tx, kind=kind, slug=slug, language=language, title=title), tx)
    edition = _edition(tx, new, _draft(tx, new.id, title, body, questions), None, None, None)
    edition = VERSION.apply(edition, VersionAction.PUBLISH, tx, approval(tx, kind))
    edition = replace(edition, clause_ids=clause_commands.first(edition.body))
    article = replace(ARTICLE.apply(new, ArticleAction.PUBLISH, tx), newest=edition.number)
    started = versions.settled(tx, versions.Standing(article=article, stored=(), versions=(edition,)))
    [edition] = started.versions
    created = await tx.create(ARTICLES, started.article, *_publication(tx, started.article, edition))
    await tx.insert(EDITIONS, edition)
    await search_index.index_new(tx, created, edition)
    await texts.mark_new(tx, edition)
    return created


def _publication(tx: Transaction[Settings], article: Article, edition: Edition) -> list[ArticleEvent]:
    """The events of this edition, with its words; `article` is as it is after its publication."""
    words = texts.words_of(edition)
    inline = fits_inline(words)
    at_once = edition.state is VersionState.IN_FORCE
    event = ArticlePublished(
        **article_fields(tx, article, article.state if at_once else edition.state),
        article_version=edition.number,
        article_title=edition.title,
        texts=texts.of_event(words) if inline else None,
        questions=published(edition.questions) or None,
        title_hash=digest(edition.title),
        body_hash=edition.body_hash,
        clauses=clause_commands.of_event(article, edition),
        effective_at=edition.effective_from,
        effective_until=edition.effective_until,
    )
    return [event, *(() if inline else texts.events(tx, article, edition))]


def approval(tx: Transaction[Settings], kind: ArticleKind) -> Approval:
    """By what VERSION decides about a draft of this kind."""
    return Approval(tx.actor.id, required=kind.value in tx.settings.approval_required)


def _check_terms(kind: ArticleKind, body: str) -> None:
    """Refuse a policy with terms that are not in their form. Raises: ClauseTermsInvalid."""
    if kind is ArticleKind.POLICY:
        clauses(body)


async def retire(tx: Transaction[Settings], article_id: str) -> Article:
    """Retire the article: the search does not find it any more, its editions stay readable by id and number.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ARTICLE.
    """
    now = versions.retired(tx, await versions.standing(tx, await tx.lock(ARTICLES, article_id)))
    article = ARTICLE.apply(now.article, ArticleAction.RETIRE, tx)
    await tx.execute(DELETE_DRAFT, article_id=article.id)
    event = ArticleRetired(**article_fields(tx, article, article.state))
    return await versions.store(tx, replace(now, article=article), event)


def _draft(tx: Transaction[Settings], article_id: str, title: str, body: str, questions: Sequence[str]) -> Draft:
    return Draft(
        article_id=article_id,
        title=title,
        body=body,
        questions=distinct(questions),
        edited_by=tx.actor.id,
        edited_at=tx.now,
    )


def _edition(
    tx: Transaction[Settings],
    article: Article,
    draft: Draft,
    current: Edition | None,
    begin: datetime | None,
    end: datetime | None,
) -> Edition:
    # Clocks of two processes differ: a version that replaces another one does not begin before it.
    earliest = tx.now if current is None else max(tx.now, current.effective_from)
    if begin is not None and begin < tx.now:
        raise EffectiveTimesInvalid(pointer="/effective_from", earliest=tx.now.isoformat())
    noticed = tx.now + timedelta(days=article.notice_days)
    if begin is not None and begin < noticed:
        raise NoticeTooShort(pointer="/effective_from", notice_days=article.notice_days, earliest=noticed.isoformat())
    effective_from = max(earliest, noticed) if begin is None else max(begin, earliest)
    if end is not None and end <= effective_from:
        raise EffectiveTimesInvalid(pointer="/effective_until", earliest=effective_from.isoformat())
    return Edition(
        article_id=draft.article_id,
        number=article.last_number + 1,
        title=draft.title,
        body=draft.body,
        body_hash=digest(draft.body),
        published_by=tx.actor.id,
        published_at=tx.now,
        state=draft.state,
        effective_from=effective_from,
        effective_until=end,
        approved_by=draft.approved_by,
        questions=draft.questions,
    )
