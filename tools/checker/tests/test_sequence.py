"""The order of the log: each log breaks one rule, or seems to."""

from collections import Counter

import pytest
from aftercare_checker import sequence
from aftercare_checker.log import Entry, Log, partition_of
from aiokafka.partitioner import murmur2
from suite_states import OTHER, TOPIC, entry, log, of_case, place


def test_a_partition_that_does_not_begin_with_its_first_message_is_found() -> None:
    result = sequence.readable(Log(begins_late=[(TOPIC, 3, 7)]), set())
    assert result.violations == [f"{TOPIC}/3 begins at 7: earlier messages are lost"]


def test_each_unreadable_message_is_named_and_counted_with_the_readable_ones() -> None:
    whole = log(entry(1, 1))
    whole.unreadable = [(TOPIC, 0, 7, "no value"), (TOPIC, 0, 8, "no value")]
    result = sequence.readable(whole, {(TOPIC, 0, 7)})
    assert (result.violations, result.checked) == ([f"{TOPIC}/0@8: no value"], 3)


def test_the_partition_follows_from_the_id_and_the_number_of_partitions() -> None:
    here = partition_of(b"ord_1", 12)
    moved = entry(2, 2, partition=(here + 1) % 12)
    result = sequence.placed(log(entry(1, 1), moved, entry(3, 3)))
    assert result.violations == [f"{TOPIC} ord_1 #2 is in {moved.partition}, not in {here}"]
    assert result.checked == 1


def test_a_topic_with_other_partitions_places_the_same_id_elsewhere() -> None:
    here, there = entry(1, 1), entry(2, 1, topic=OTHER, partition=partition_of(b"ord_1", 7))
    whole = log(here, there)
    assert not sequence.placed(whole).holds
    whole.partitions = Counter({TOPIC: 12, OTHER: 7})
    result = sequence.placed(whole)
    assert (result.violations, result.checked) == ([], 2)


def test_aggregates_are_numbered_each_for_itself() -> None:
    mixed = log(entry(1, 1), entry(2, 1, "ord_2"), of_case(3), entry(4, 2, "ord_2"), entry(5, 2))
    result = sequence.numbered(mixed)
    assert (result.violations, result.checked) == ([], 5)
    assert result.notes == ["3 aggregates, 0 repetitions on the log"]


def test_the_same_id_in_another_topic_is_another_aggregate() -> None:
    assert sequence.numbered(log(entry(1, 1), entry(2, 1, topic=OTHER))).holds


def test_repetitions_may_come_late_and_are_counted() -> None:
    first, second = entry(1, 1), entry(2, 2)
    result = sequence.numbered(log(first, second, entry(3, 3), first, second))
    assert (result.violations, result.checked) == ([], 3)
    assert result.notes == ["1 aggregates, 2 repetitions on the log"]


def test_a_gap_is_one_violation_and_what_follows_it_is_none() -> None:
    result = sequence.numbered(log(entry(1, 1), entry(2, 3), entry(3, 4)))
    assert result.violations == [f"ord_1: #3 found where #2 was expected ({TOPIC})"]


def test_two_events_of_one_number_are_found_also_where_they_are_not_neighbours() -> None:
    result = sequence.numbered(log(entry(1, 1), entry(2, 2), entry(3, 3), entry(4, 2)))
    assert result.violations == ["ord_1 #2 is used by two events"]


def test_a_parked_event_keeps_its_number_and_a_discarded_one_does_not() -> None:
    parked = entry(2, 2)
    whole = log(entry(1, 1), parked, entry(3, 3))
    assert sequence.numbered(whole, {place(parked)}).holds
    taken = log(entry(1, 1), entry(2, 5), entry(3, 2), entry(4, 3))
    wrong = {place(taken.entries[1])}
    assert sequence.numbered(taken, wrong, wrong).holds
    assert len(sequence.numbered(taken, wrong).violations) == 2


def test_a_discarded_event_with_the_right_number_counts() -> None:
    right = entry(2, 2)
    assert sequence.numbered(log(entry(1, 1), right, entry(3, 3)), {place(right)}, {place(right)}).holds


def test_versions_are_numbered_per_publisher() -> None:
    copied = entry(2, 9, source="/aftersale-svc")
    assert sequence.versions(log(entry(1, 1), entry(3, 2), copied)) == {
        ("/order-svc", "ord_1"): {1, 2},
        ("/aftersale-svc", "ord_1"): {9},
    }
    assert list(sequence.missing({1, 3}, 4)) == [2, 4]


@pytest.mark.parametrize("key", ["", "a", "ab", "abc", "ord_0195", "售后单", "x" * 99])
def test_keys_are_placed_as_kafka_places_them(key: str) -> None:
    assert partition_of(key.encode(), 12) == (murmur2(key.encode()) & 0x7FFFFFFF) % 12


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry(1, 1), entry(2, 3)], "#3 found where #2 was expected"),
        ([entry(1, 2), entry(2, 1)], "#2 found where #1 was expected"),
        ([entry(1, 1), entry(2, 1)], "used by two events"),
        ([entry(1, 1), entry(1, 1, content=b"other")], "different content"),
    ],
    ids=["gap", "inversion", "two of one number", "forged repetition"],
)
def test_a_log_out_of_order_is_found(entries: list[Entry], message: str) -> None:
    assert message in sequence.numbered(log(*entries)).violations[0]


def test_parked_events_may_be_out_of_order() -> None:
    here = (TOPIC, partition_of(b"ord_1", 12))
    whole = log(entry(1, 1), entry(2, 3), entry(3, 2), entry(4, 1, content=b"other", id=entry(1, 1).id))
    assert len(sequence.numbered(whole).violations) == 3
    assert sequence.numbered(whole, {(*here, number) for number in (2, 3, 4)}).holds
    assert not sequence.numbered(log(entry(1, 1), entry(2, 3), entry(3, 5)), {(*here, 2)}).holds, "the next one was not"
    forged = log(entry(1, 1), entry(2, 10**9), entry(3, 2))
    assert not sequence.numbered(forged, {(*here, 2)}).holds
    assert sequence.numbered(forged, {(*here, 2)}, {(*here, 2)}).holds, "the number of a discarded event does not count"
