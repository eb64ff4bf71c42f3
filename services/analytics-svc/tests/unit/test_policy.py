"""Causal order, missing causes, who may see what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from aftercare_chassis.lifecycle import Actor
from analytics_svc.domain import policy
from analytics_svc.domain.model import TraceEvent
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def event(number: int, subject: str, sequence: int, *, minute: int = 0, cause: int | None = None) -> TraceEvent:
    return TraceEvent(
        event_id=UUID(int=number),
        type="SomethingHappened.v1",
        topic="aftercare.cases.v1",
        source="/aftersale-svc",
        subject=subject,
        sequence=sequence,
        time=NOON + timedelta(minutes=minute),
        affected_party="buyer-1",
        applicant="buyer-1",
        handler="system",
        matter="something",
        result="done",
        evidence=[],
        caused_by=None if cause is None else UUID(int=cause),
        correlation_id="c",
        work_id=UUID(int=number),
        order_id="ord_1",
        case_id=None,
        complaint_id=None,
        refund_id=None,
        buyer_id="buyer-1",
        merchant_id="m-1",
        documents=["ord_1"],
        parties=["buyer-1", "m-1"],
    )


def numbers(events: list[TraceEvent]) -> list[int]:
    return [each.event_id.int for each in events]


def test_time_orders_what_nothing_else_orders() -> None:
    events = [event(2, "b", 1, minute=5), event(1, "a", 1, minute=9), event(3, "c", 1, minute=5)]
    assert numbers(policy.causal_order(events)) == [2, 3, 1]


def test_an_effect_follows_its_cause_even_when_its_clock_was_behind() -> None:
    events = [event(1, "a", 1, minute=9), event(2, "b", 1, minute=1, cause=1)]
    assert numbers(policy.causal_order(events)) == [1, 2]


def test_a_sequence_is_never_inverted_even_when_times_are() -> None:
    events = [event(1, "a", 2, minute=1), event(2, "a", 1, minute=9), event(3, "a", 4, minute=0)]
    assert numbers(policy.causal_order(events)) == [2, 1, 3]


def test_a_log_that_contradicts_itself_is_still_shown_whole() -> None:
    events = [event(1, "a", 1, cause=2), event(2, "b", 1, cause=1), event(3, "c", 1)]
    assert sorted(numbers(policy.causal_order(events))) == [1, 2, 3]


@st.composite
def histories(draw: st.DrawFn) -> list[TraceEvent]:
    sequences: dict[str, int] = {}
    made: list[TraceEvent] = []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        subject = draw(st.sampled_from("abcd"))
        sequences[subject] = sequences.get(subject, 0) + 1
        cause = draw(st.none() | st.integers(1, number - 1)) if number > 1 else None
        made.append(event(number, subject, sequences[subject], minute=draw(st.integers(0, 5)), cause=cause))
    return made


@given(histories(), st.randoms(use_true_random=False))
def test_order_holds_for_any_history_and_any_arrival(history: list[TraceEvent], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ordered = policy.causal_order(shuffled)
    assert ordered == policy.causal_order(history)
    assert sorted(numbers(ordered)) == sorted(numbers(history))
    seen: set[UUID] = set()
    last: dict[str, int] = {}
    for each in ordered:
        assert each.caused_by is None or each.caused_by in seen
        assert each.sequence == last.get(each.subject, 0) + 1
        seen.add(each.event_id)
        last[each.subject] = each.sequence


def test_causes_that_are_not_there_are_missed() -> None:
    assert policy.missing_causes([event(1, "a", 1), event(2, "b", 1, cause=1)]) == set()
    assert policy.missing_causes([event(2, "b", 1, cause=1)]) == {UUID(int=1)}


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor("admin-1", "admin"), True),
        (Actor("agent-1", "agent"), True),
        (Actor("arb-1", "arbitrator"), True),
        (Actor("buyer-1", "buyer"), True),
        (Actor("buyer-2", "buyer"), False),
        (Actor("seller-1", "seller", "m-1"), True),
        (Actor("seller-2", "seller", "m-2"), False),
        (Actor("m-1", "seller"), False),
        (Actor("buyer-1", "courier"), False),
        (Actor("buyer-1", "supplier"), False),
    ],
)
def test_who_may_see_an_order(actor: Actor, may: bool) -> None:
    assert policy.owner_is(actor, [event(1, "ord_1", 1)]) is may


def test_the_first_event_says_whose_it_is() -> None:
    first = event(1, "ord_1", 1)
    later = replace(event(2, "conv_1", 1, minute=1), buyer_id="buyer-2")
    assert policy.owner_is(Actor("buyer-1", "buyer"), [later, first])
    assert not policy.owner_is(Actor("buyer-2", "buyer"), [later, first])
    assert not policy.owner_is(Actor("buyer-2", "buyer"), [replace(first, buyer_id=None)])


def test_buyers_do_not_see_what_names_no_document_of_theirs() -> None:
    sanction = replace(event(1, "m-1", 1), order_id=None)
    assert policy.shown_to(Actor("buyer-1", "buyer"), [sanction, event(2, "ord_1", 1)]) == [event(2, "ord_1", 1)]
    assert policy.shown_to(Actor("admin-1", "admin"), [sanction]) == [sanction]
