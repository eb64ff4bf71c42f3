"""The lifecycle of an article and the files of the seeds, without a database."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from aftercare_chassis.lifecycle import SYSTEM, ActionNotAllowed, Actor, IllegalTransition, SystemContext
from aftercare_events.catalogue import articles as events
from aftercare_events.roles import ROLES
from kb_svc.commands.seeds import parse, seeds
from kb_svc.domain.articles import ARTICLE, Article, ArticleAction, ArticleKind, ArticleState, Language
from kb_svc.settings import Settings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
AGENT = Actor("agent-1", "agent")
DRAFT, PUBLISHED, EXPIRED, RETIRED = ArticleState


def article(state: ArticleState) -> Article:
    return Article(
        id="art_1",
        version=1,
        kind=ArticleKind.POLICY,
        slug="returns",
        language=Language.EN,
        state=state,
        title="Returns",
        published=0,
        created_by="agent-1",
        created_at=NOW,
        published_at=None,
    )


def context(actor: Actor) -> SystemContext:
    return SystemContext(NOW, Settings.model_construct(), actor)


TIMERS = (ArticleAction.TAKE_EFFECT, ArticleAction.EXPIRE)


@pytest.mark.parametrize("actor", [AGENT, SYSTEM], ids=["agent", "system"])
@pytest.mark.parametrize(
    ("state", "action", "target"),
    [
        (DRAFT, ArticleAction.EDIT, DRAFT),
        (DRAFT, ArticleAction.PUBLISH, DRAFT),
        (DRAFT, ArticleAction.RETIRE, RETIRED),
        (PUBLISHED, ArticleAction.EDIT, PUBLISHED),
        (PUBLISHED, ArticleAction.PUBLISH, PUBLISHED),
        (PUBLISHED, ArticleAction.RETIRE, RETIRED),
        (EXPIRED, ArticleAction.PUBLISH, EXPIRED),
        (EXPIRED, ArticleAction.RETIRE, RETIRED),
    ],
)
def test_where_an_action_leads(state: ArticleState, action: ArticleAction, target: ArticleState, actor: Actor) -> None:
    assert ARTICLE.apply(article(state), action, context(actor)).state is target


@pytest.mark.parametrize(
    ("state", "action", "target"),
    [
        (DRAFT, ArticleAction.TAKE_EFFECT, PUBLISHED),
        (PUBLISHED, ArticleAction.TAKE_EFFECT, PUBLISHED),
        (PUBLISHED, ArticleAction.EXPIRE, EXPIRED),
        (EXPIRED, ArticleAction.TAKE_EFFECT, PUBLISHED),
    ],
)
def test_where_time_leads(state: ArticleState, action: ArticleAction, target: ArticleState) -> None:
    assert ARTICLE.apply(article(state), action, context(SYSTEM)).state is target
    with pytest.raises(ActionNotAllowed):
        ARTICLE.apply(article(state), action, context(AGENT))


@pytest.mark.parametrize("action", list(ArticleAction))
def test_a_retired_article_accepts_no_action(action: ArticleAction) -> None:
    with pytest.raises(IllegalTransition):
        ARTICLE.apply(article(RETIRED), action, context(AGENT))


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"agent", "admin"}))
@pytest.mark.parametrize("action", [each for each in ArticleAction if each not in TIMERS])
def test_only_editors_may_act(role: str, action: ArticleAction) -> None:
    with pytest.raises(ActionNotAllowed):
        ARTICLE.apply(article(DRAFT), action, context(Actor("x", role)))


def test_each_kind_is_documented_in_its_event() -> None:
    assert [code.value for code in events.ArticleKind] == [kind.value for kind in ArticleKind]


def test_the_seeds_are_complete_in_both_languages() -> None:
    found = list(seeds())
    slugs = {language: {seed.slug for seed in found if seed.language == language} for language in Language}
    assert slugs[Language.ZH_CN] == slugs[Language.EN]
    assert {"returns", "return-freight", "refund-times", "warranty", "disputes", "invoices"} <= slugs[Language.EN]
    assert {"guarantees", "courier-claims"} <= slugs[Language.EN], "what decisions about claims cite"
    assert all(seed.kind == ArticleKind.POLICY and seed.title and 300 < len(seed.body) < 3000 for seed in found)
    assert max(Counter(seed.title for seed in found).values()) == 1


def test_a_seed_without_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="unpack"):
        parse(Language.EN, "x", "no header")
    with pytest.raises(KeyError):
        parse(Language.EN, "x", "---\nkind: policy\n---\nbody")
