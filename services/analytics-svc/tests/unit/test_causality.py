"""The causal order of events, and missing causes."""

from uuid import UUID

from analytics_examples import event
from analytics_svc.domain import causality
from analytics_svc.domain.traces import TraceEvent
from hypothesis import given
from hypothesis import strategies as st


def numbers(events: list[TraceEvent]) -> list[int]:
    return [each.event_id.int for each in events]


def test_unrelated_events_are_ordered_by_time() -> None:
    events = [event(2, "b", 1, minute=5), event(1, "a", 1, minute=9), event(3, "c", 1, minute=5)]
    assert numbers(causality.causal_order(events)) == [2, 3, 1]


def test_an_effect_follows_its_cause_although_its_clock_was_behind() -> None:
    events = [event(1, "a", 1, minute=9), event(2, "b", 1, minute=1, cause=1)]
    assert numbers(causality.causal_order(events)) == [1, 2]


def test_a_sequence_ascends_although_times_do_not() -> None:
    events = [event(1, "a", 2, minute=1), event(2, "a", 1, minute=9), event(3, "a", 4, minute=0)]
    assert numbers(causality.causal_order(events)) == [2, 1, 3]


def test_events_in_a_cycle_are_returned() -> None:
    events = [event(1, "a", 1, cause=2), event(2, "b", 1, cause=1), event(3, "c", 1)]
    assert sorted(numbers(causality.causal_order(events))) == [1, 2, 3]


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
def test_the_order_is_causal_for_any_history_in_any_arrival(history: list[TraceEvent], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ordered = causality.causal_order(shuffled)
    assert ordered == causality.causal_order(history)
    assert sorted(numbers(ordered)) == sorted(numbers(history))
    seen: set[UUID] = set()
    last: dict[str, int] = {}
    for each in ordered:
        assert each.caused_by is None or each.caused_by in seen
        assert each.sequence == last.get(each.subject, 0) + 1
        seen.add(each.event_id)
        last[each.subject] = each.sequence


def test_missing_causes_are_found() -> None:
    assert causality.missing_causes([event(1, "a", 1), event(2, "b", 1, cause=1)]) == set()
    assert causality.missing_causes([event(2, "b", 1, cause=1)]) == {UUID(int=1)}
