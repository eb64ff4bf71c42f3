"""The times of versions: what has begun or ended by now, by a timer or before another command, and withdrawing what has still to begin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due
from aftercare_events import ArticleEvent, ArticleVersionExpired, ArticleVersionTookEffect, ArticleVersionWithdrawn

from kb_svc.commands import search_index
from kb_svc.commands.record import article_fields
from kb_svc.domain.articles import ARTICLE, Article, ArticleAction, Edition
from kb_svc.domain.versions import (
    VERSION,
    Change,
    VersionAction,
    VersionState,
    changes,
    exchanged,
    in_force,
    open_versions,
)
from kb_svc.settings import Settings
from kb_svc.tables.articles import ARTICLES, EDITIONS, OPEN_EDITIONS, SET_EDITION_STATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An article with its versions whose time has still to begin or to end, as they are stored and as they are by now.

    `events` tell of what has changed since they were stored.
    """

    article: Article
    stored: tuple[Edition, ...]
    versions: tuple[Edition, ...]
    events: tuple[ArticleEvent, ...] = ()

    @property
    def in_force(self) -> Edition | None:
        """The version in force."""
        return in_force(self.versions)


async def standing(tx: Transaction[Settings], article: Article) -> Standing:
    """What the article and its versions are at this time. The caller holds the lock of the article.

    That is the same however late the timer is: what is due happens as of its own time, in that order.
    """
    stored = tuple(await tx.all(OPEN_EDITIONS, article_id=article.id))
    return settled(tx, Standing(article=article, stored=stored, versions=_replaced_by_older_builds(stored)))


def settled(tx: Transaction[Settings], before: Standing) -> Standing:
    """What these versions are at this time.

    Clocks of two processes differ: no time is before that from which a version is in force.
    """
    now, current = before, before.in_force
    at = tx.now if current is None else max(tx.now, current.effective_from)
    while (due := _due(now.versions, at)) is not None:
        now = _begun(tx, now, due) if due.action is VersionAction.TAKE_EFFECT else _expired(tx, now, due)
    return now


def _due(versions: Sequence[Edition], at: datetime) -> Change | None:
    return next((each for each in changes(versions) if each.at <= at), None)


def _replaced_by_older_builds(versions: tuple[Edition, ...]) -> tuple[Edition, ...]:
    """A build of revision 0009 that has published leaves the version before as it was."""
    newest = max((each for each in versions if each.state is VersionState.IN_FORCE), key=_order, default=None)
    if newest is None:
        return versions
    return tuple(
        _ended(each, VersionState.SUPERSEDED, newest.effective_from)
        if each.state is VersionState.IN_FORCE and each is not newest
        else each
        for each in versions
    )


def _order(version: Edition) -> tuple[datetime, int]:
    return version.effective_from, version.number


def _ended(version: Edition, state: VersionState, at: datetime) -> Edition:
    return replace(version, state=state, ended_at=at)


def _begun(tx: Transaction[Settings], before: Standing, due: Change) -> Standing:
    system = tx.as_system()
    version = next(each for each in before.versions if each.number == due.number)
    version = VERSION.apply(version, VersionAction.TAKE_EFFECT, system)
    changed, former = [version], before.in_force
    if former is not None:
        changed.append(replace(VERSION.apply(former, VersionAction.SUPERSEDE, system), ended_at=due.at))
    article = replace(
        ARTICLE.apply(before.article, ArticleAction.TAKE_EFFECT, system),
        title=version.title,
        published=version.number,
        published_at=version.published_at,
    )
    event = ArticleVersionTookEffect(
        **article_fields(system, article, version.state),
        article_version=version.number,
        effective_at=version.effective_from,
        replaces=former.number if former else None,
    )
    versions = exchanged(before.versions, *changed)
    return replace(before, article=article, versions=versions, events=(*before.events, event))


def _expired(tx: Transaction[Settings], before: Standing, due: Change) -> Standing:
    system = tx.as_system()
    version = next(each for each in before.versions if each.number == due.number)
    version = replace(VERSION.apply(version, VersionAction.EXPIRE, system), ended_at=due.at)
    article = ARTICLE.apply(before.article, ArticleAction.EXPIRE, system)
    event = ArticleVersionExpired(
        **article_fields(system, article, version.state), article_version=version.number, effective_until=due.at
    )
    versions = exchanged(before.versions, version)
    return replace(before, article=article, versions=versions, events=(*before.events, event))


async def store(tx: Transaction[Settings], now: Standing, *events: ArticleEvent) -> Article:
    """Save the article, its versions and the search index as they are now, with `events` after those of what has changed by time."""
    stored = {each.number: each for each in now.stored}
    for version in now.versions:
        if version.number not in stored:
            await tx.insert(EDITIONS, version)
        elif version != stored[version.number]:
            tx.change(
                EDITIONS.name,
                SET_EDITION_STATE,
                of_article=version.article_id,
                of_number=version.number,
                state=version.state,
                ended_at=version.ended_at,
            )
    current, former = now.in_force, in_force(_replaced_by_older_builds(now.stored))
    if current is None:
        await search_index.remove(tx, now.article.id)
    elif former is None or former.number != current.number:
        await search_index.index(tx, now.article, current)
    ahead = changes(open_versions(now.versions))
    article = replace(now.article, changes_at=ahead[0].at if ahead else None)
    return await tx.save(ARTICLES, article, *now.events, *events)


async def advance(tx: Transaction[Settings], article: Article) -> None:
    """Let versions of the article, which is locked, take effect or expire whose time has come. A timer calls it."""
    now = await standing(tx, article)
    if now.events:
        await store(tx, now)


def retired(tx: Transaction[Settings], now: Standing) -> Standing:
    """The versions after the article was retired: none is in force any more, and none will be."""
    system = tx.as_system()
    versions = tuple(
        replace(VERSION.apply(each, VersionAction.RETIRE, system), ended_at=tx.now)
        if each in open_versions(now.versions)
        else each
        for each in now.versions
    )
    return replace(now, versions=versions)


async def withdraw(tx: Transaction[Settings], article_id: str, *, number: int) -> tuple[Article, Edition]:
    """Withdraw a version that has not taken effect: it never will, and stays readable by its number.

    Raises:
        NotFound, Stale: see `Transaction.lock`; or the article has no such version.
        IllegalTransition, ActionNotAllowed: see VERSION.
    """
    now = await standing(tx, await tx.lock(ARTICLES, article_id))
    of_now = {each.number: each for each in now.versions}
    version = of_now[number] if number in of_now else await tx.get(EDITIONS, article_id, number)
    withdrawn = replace(VERSION.apply(version, VersionAction.WITHDRAW, tx), ended_at=tx.now)
    event = ArticleVersionWithdrawn(
        **article_fields(tx, now.article, withdrawn.state), article_version=number, effective_at=version.effective_from
    )
    changed = replace(now, versions=exchanged(now.versions, withdrawn))
    return await store(tx, changed, event), withdrawn


DEADLINES: tuple[Due[Settings], ...] = (Due(ARTICLES, advance, column="changes_at"),)
