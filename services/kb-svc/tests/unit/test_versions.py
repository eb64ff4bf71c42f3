"""The lifecycle of a version: each state has a way out, and two people can always approve."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import NamedTuple

import pytest
from aftercare_chassis.lifecycle import SYSTEM, Actor, SystemContext
from aftercare_chassis.refusals import Refusal
from aftercare_events.roles import ROLES
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.articles import Draft
from kb_svc.domain.versions import DRAFT_STATES, VERSION, Approval, VersionAction, VersionState, changes
from kb_svc.settings import Settings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PEOPLE = ("agent-1", "agent-2")
Move = tuple[str, VersionAction]
MOVES = list(product(PEOPLE, (VersionAction.EDIT, VersionAction.SUBMIT, VersionAction.APPROVE, VersionAction.REJECT)))


def draft(state: VersionState = VersionState.DRAFT, **fields: str | None) -> Draft:
    values = {"article_id": "art_1", "title": "Returns", "body": "Text.", "edited_by": "agent-1", **fields}
    return Draft(**values, edited_at=NOW, state=state)  # type: ignore[arg-type]


def moved(before: Draft, person: str, action: VersionAction) -> Draft | None:
    """The draft after the action, as the commands save it; None where it is refused."""
    context = SystemContext(NOW, Settings.model_construct(), Actor(person, "agent"))
    try:
        state = VERSION.apply(before, action, context, Approval(person, required=True)).state
    except Refusal:
        return None
    if action is VersionAction.EDIT:
        return draft(state, edited_by=person)
    submitted = {VersionAction.SUBMIT: person, VersionAction.REJECT: None}.get(action, before.submitted_by)
    approved = person if action is VersionAction.APPROVE else None
    return draft(state, edited_by=before.edited_by, submitted_by=submitted, approved_by=approved)


@given(st.lists(st.sampled_from(MOVES), max_size=12))
def test_after_any_history_two_people_can_approve_and_nobody_approves_their_own(history: list[Move]) -> None:
    current = draft()
    for person, action in history:
        after = moved(current, person, action)
        if after is not None and action is VersionAction.APPROVE:
            assert person not in (current.edited_by, current.submitted_by)
        current = after or current
    editor = current.edited_by
    other = next(each for each in PEOPLE if each != editor)
    if current.state is not VersionState.APPROVED:
        submitted = moved(current, editor, VersionAction.SUBMIT)
        assert submitted is not None
        current = moved(submitted, other, VersionAction.APPROVE) or submitted
    assert current.state is VersionState.APPROVED
    assert current.approved_by != editor


@pytest.mark.parametrize("state", [each for each in VersionState if each not in VERSION.ends])
def test_each_state_that_is_no_end_has_a_way_out_that_somebody_may_take(state: VersionState) -> None:
    ways = [row for (of, _), row in VERSION.transitions.items() if of is state and VERSION.targets(row) - {state}]
    assert ways
    assert all(row.permission.roles for row in ways)


@pytest.mark.parametrize("state", DRAFT_STATES)
def test_no_other_role_acts_on_a_draft(state: VersionState) -> None:
    of_people = set(ROLES) - {"agent", "admin", SYSTEM.role}
    assert not [action for role in of_people for action in VERSION.possible(state, role)]


class Times(NamedTuple):
    number: int
    state: VersionState
    effective_from: datetime
    effective_until: datetime | None


TIMES = st.builds(
    Times,
    number=st.integers(1, 9),
    state=st.sampled_from((VersionState.SCHEDULED, VersionState.IN_FORCE, VersionState.EXPIRED)),
    effective_from=st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours)),
    effective_until=st.none() | st.integers(5, 9).map(lambda hours: NOW + timedelta(hours=hours)),
)


@given(st.lists(TIMES, unique_by=lambda each: each.number))
def test_what_is_due_is_in_order_and_the_newest_of_one_time_comes_last(versions: list[Times]) -> None:
    due = changes(versions)
    assert [each.at for each in due] == sorted(each.at for each in due)
    for before, after in pairwise(due):
        if before.at == after.at and before.action is after.action:
            assert before.number < after.number
        if before.at == after.at and before.action is not after.action:
            assert before.action is VersionAction.EXPIRE
