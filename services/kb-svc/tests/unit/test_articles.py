"""The lifecycle of an article and the seeds, without a database."""

from collections import Counter

import pytest
from aftercare_chassis.lifecycle import SYSTEM, ActionNotAllowed, Actor, IllegalTransition
from kb_svc.commands.seeds import read, seeds
from kb_svc.domain.lifecycle import ARTICLE, ROLES, Action
from kb_svc.domain.model import Kind, Language, State

AGENT = Actor("agent-1", "agent")


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        (State.DRAFT, Action.EDIT, State.DRAFT),
        (State.DRAFT, Action.PUBLISH, State.PUBLISHED),
        (State.DRAFT, Action.RETIRE, State.RETIRED),
        (State.PUBLISHED, Action.EDIT, State.PUBLISHED),
        (State.PUBLISHED, Action.PUBLISH, State.PUBLISHED),
        (State.PUBLISHED, Action.RETIRE, State.RETIRED),
    ],
)
def test_where_an_action_leads(state: State, action: Action, after: State) -> None:
    assert ARTICLE.move(state, action, AGENT) == after
    assert ARTICLE.move(state, action, SYSTEM) == after


@pytest.mark.parametrize("action", list(Action))
def test_nothing_leads_out_of_retirement(action: Action) -> None:
    with pytest.raises(IllegalTransition):
        ARTICLE.move(State.RETIRED, action, AGENT)


@pytest.mark.parametrize("role", sorted(ROLES - {"agent", "admin"}))
@pytest.mark.parametrize("action", list(Action))
def test_only_editors_edit(role: str, action: Action) -> None:
    with pytest.raises(ActionNotAllowed):
        ARTICLE.move(State.DRAFT, action, Actor("x", role))


def test_the_seeds_are_whole_and_stand_in_both_languages() -> None:
    found = list(seeds())
    slugs = {language: {seed.slug for seed in found if seed.language == language} for language in Language}
    assert slugs[Language.ZH_CN] == slugs[Language.EN]
    assert {"returns", "return-freight", "refund-times", "warranty", "disputes", "invoices"} <= slugs[Language.EN]
    assert all(seed.kind == Kind.POLICY and seed.title and 300 < len(seed.body) < 3000 for seed in found)
    assert max(Counter(seed.title for seed in found).values()) == 1


def test_a_seed_without_a_head_is_refused() -> None:
    with pytest.raises(ValueError, match="unpack"):
        read(Language.EN, "x", "no head")
    with pytest.raises(KeyError):
        read(Language.EN, "x", "---\nkind: policy\n---\nbody")
