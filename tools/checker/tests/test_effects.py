"""Effects of events: published once, consumed once, traced once. Each state breaks one rule, or seems to."""

from typing import Any

import pytest
from aftercare_checker import effects
from aftercare_checker.log import Entry, Log
from suite_states import OTHER, TOPIC, entry, log, of_case, parked_row, place, state

FIRST, SECOND = entry(0, 1), entry(1, 2)
HERE = place(FIRST)[:2]


def test_every_database_with_rows_left_is_named() -> None:
    result = effects.drained(
        [state(outbox=2), state(name="cs-svc"), state(name="kb-svc", blocked=["art_1: too large"])]
    )
    assert result.violations == ["order-svc: 2 rows left", "kb-svc: blocked art_1: too large"]
    assert result.checked == 3


def of_rows(aggregates: dict[str, dict[str, int]], *entries: Entry) -> list[str]:
    return effects.versions([state(aggregates=aggregates)], log(*entries)).violations


def test_the_first_five_lost_versions_are_shown() -> None:
    assert of_rows({"orders": {"ord_1": 8}}, entry(1, 2)) == [
        "order-svc.orders ord_1 has version 8; not on the log: [1, 3, 4, 5, 6]"
    ]


def test_aggregates_of_other_services_and_of_other_tables_are_their_own() -> None:
    assert of_rows({"orders": {"ord_1": 1}}, entry(1, 1), of_case(2)) == []
    assert of_rows({"orders": {"ord_1": 1}, "payments": {"pay_1": 1}}, entry(1, 1), entry(2, 1, "pay_1")) == []


def test_a_database_without_aggregates_is_no_publisher_that_lost_rows() -> None:
    assert of_rows({}, entry(1, 1)) == []
    assert of_rows({"orders": {}}, entry(1, 1)) == ["order-svc has no row for ord_1, which is on the log"]


def test_an_action_of_an_administrator_has_no_row() -> None:
    action = entry(2, 1, "act_1", type="OrderAdminActionTaken.v1")
    assert of_rows({"orders": {"ord_1": 1}}, entry(1, 1), action) == []


def test_a_version_without_its_event_and_an_event_without_its_row_are_found() -> None:
    whole = log(entry(1, 1), entry(2, 2))
    assert effects.versions([state(aggregates={"orders": {"ord_1": 2}})], whole).holds
    assert "not on the log: [3]" in effects.versions([state(aggregates={"orders": {"ord_1": 3}})], whole).violations[0]
    assert "the log has #2" in effects.versions([state(aggregates={"orders": {"ord_1": 1}})], whole).violations[0]


def of_consumer(inbox: set[bytes], at: int, *, ends: int = 2, inbox_incomplete: bool = False, **more: Any) -> list[str]:
    """The violations of a consumer `x` of the orders, whose cursor is `at`."""
    whole = log(FIRST, SECOND)
    whole.ends = {HERE: ends, (OTHER, 0): 9}
    here = state(inbox={"x": inbox}, cursors={"x": {HERE: at}}, **more)
    return effects.consumed([here], whole, inbox_incomplete=inbox_incomplete).violations


def test_a_consumer_at_the_end_took_every_event() -> None:
    assert of_consumer({FIRST.id, SECOND.id}, 2) == []


def test_an_event_before_the_cursor_is_skipped_and_one_behind_it_is_not_yet_consumed() -> None:
    assert of_consumer({FIRST.id}, 1) == [f"x is at 1 of 2 in {TOPIC}/{HERE[1]}"]
    assert of_consumer({FIRST.id}, 2) == [f"x skipped ord_1 #2 ({TOPIC}/{HERE[1]}@1)"]


def test_a_cursor_past_the_end_of_the_log_is_found() -> None:
    """The log was lost, or the consumer belongs to another one."""
    assert of_consumer({FIRST.id, SECOND.id}, 3) == [f"x is at 3 of 2 in {TOPIC}/{HERE[1]}"]


def test_a_partition_of_a_topic_that_a_consumer_never_read_is_found() -> None:
    whole = log()
    whole.ends = {(TOPIC, 0): 0, (TOPIC, 1): 4, (OTHER, 1): 4}
    found = effects.consumed([state(cursors={"x": {(TOPIC, 0): 0}})], whole, inbox_incomplete=False).violations
    assert found == [f"x is at 0 of 4 in {TOPIC}/1"]


@pytest.mark.parametrize("decision", ["", "retried", "discarded"])
def test_an_event_that_this_consumer_parked_is_not_skipped(decision: str) -> None:
    row = parked_row(SECOND, decision)
    kept: dict[str, Any] = {"decided" if decision else "parked": [row]}
    assert of_consumer({FIRST.id}, 2, **kept) == []
    of_another = {name: [{**row, "consumer": "y"}] for name in kept}
    assert len(of_consumer({FIRST.id}, 2, **of_another)) == 1


def test_an_incomplete_inbox_hides_skipped_events_and_no_invented_ones() -> None:
    assert of_consumer(set(), 2, inbox_incomplete=True) == []
    assert of_consumer({b"?" * 16}, 2, inbox_incomplete=True) == [
        f"x consumed {(b'?' * 16).hex()}, which is not on the log"
    ]


def test_each_consumer_of_a_database_is_checked() -> None:
    whole = log(FIRST)
    whole.ends = {HERE: 1}
    here = state(inbox={"x": {FIRST.id}}, cursors={"x": {HERE: 1}, "y": {HERE: 1}})
    result = effects.consumed([here], whole, inbox_incomplete=False)
    assert result.violations == [f"y skipped ord_1 #1 ({TOPIC}/{HERE[1]}@0)"]
    assert result.checked == 1


def caused(*entries: Entry, inbox: set[bytes] | None = None, inbox_incomplete: bool = False) -> list[str]:
    """The violations of a log of which aftersale-svc consumed the events of the inbox."""
    here = state(name="aftersale-svc", inbox={} if inbox is None else {"aftersale-svc": inbox})
    return effects.caused([here], log(*entries), inbox_incomplete=inbox_incomplete).violations


def test_one_cause_may_have_several_effects_of_different_kinds_and_aggregates() -> None:
    approved = of_case(2, 1, cause=FIRST.id)
    another_type = of_case(3, 2, cause=FIRST.id, type="RefundRequested.v1")
    another_case = entry(4, 1, "case_2", topic=OTHER, source="/aftersale-svc", type=approved.type, cause=FIRST.id)
    of_another_service = entry(5, 1, "case_1", source="/cs-svc", type=approved.type, cause=FIRST.id)
    assert caused(FIRST, approved, another_type, another_case, of_another_service, inbox={FIRST.id}) == []
    again = of_case(6, 3, cause=FIRST.id)
    assert caused(FIRST, approved, again, inbox={FIRST.id}) == [
        f"/aftersale-svc published AfterSaleApproved.v1 of case_1 2 times because of {FIRST.id.hex()}"
    ]


def test_a_repetition_on_the_log_is_no_second_effect() -> None:
    approved = of_case(2, 1, cause=FIRST.id)
    assert caused(FIRST, approved, approved, inbox={FIRST.id}) == []


def test_an_effect_of_an_event_that_the_service_did_not_consume_is_found() -> None:
    message = f"/aftersale-svc published AfterSaleApproved.v1 because of {FIRST.id.hex()}, which it has not consumed"
    assert caused(FIRST, of_case(2, 1, cause=FIRST.id), inbox={SECOND.id}) == [message]
    assert caused(FIRST, of_case(2, 1, cause=FIRST.id)) == [message], "also where it has consumed nothing"


def test_with_an_incomplete_inbox_the_cause_need_only_be_on_the_log() -> None:
    approved = of_case(2, 1, cause=FIRST.id)
    assert caused(FIRST, approved, inbox={SECOND.id}, inbox_incomplete=True) == []
    assert "not on the log" in caused(approved, inbox={SECOND.id}, inbox_incomplete=True)[0]


def test_a_service_may_act_on_an_event_of_its_own() -> None:
    effect = entry(2, 1, "pay_1", cause=FIRST.id)
    assert effects.caused([state(inbox={"x": set()})], log(FIRST, effect), inbox_incomplete=False).holds


def journal(whole: Log, *rows: Entry, unhandled: frozenset[str] = frozenset(), **more: Any) -> list[str]:
    written = [(row.id, row.subject, row.sequence) for row in rows]
    return effects.journals([state(journal=written, **more), state(name="kb-svc")], whole, unhandled).violations


def test_effects_of_different_aggregates_may_be_in_any_order() -> None:
    other = entry(2, 1, "ord_2")
    assert journal(log(FIRST, SECOND, other), other, FIRST, SECOND) == []
    assert journal(log(FIRST, SECOND, other), SECOND, other, FIRST) == [
        "order-svc: the effect of ord_1 #1 came after that of #2"
    ]


def test_unhandled_types_and_parked_events_have_no_effect() -> None:
    assert journal(log(FIRST, of_case(2)), FIRST, unhandled=frozenset({"AfterSaleApproved.v1"})) == []
    assert journal(log(FIRST, SECOND), FIRST, parked=[parked_row(SECOND)]) == []
    assert journal(log(FIRST, SECOND), FIRST, decided=[parked_row(SECOND, "retried")]) == [
        "order-svc: ord_1 #2 has no effect"
    ]


def test_an_effect_of_something_that_is_not_on_the_log_is_found() -> None:
    assert journal(log(FIRST), FIRST, SECOND) == [f"order-svc: an effect of {SECOND.id.hex()}, which should have none"]


def traced(rows: list[Entry], whole: Log, **more: Any) -> list[str]:
    trace = [(row.id, row.topic, row.type, row.subject, row.sequence) for row in rows]
    return effects.traced([state(trace=trace, **more), state(name="kb-svc")], whole).violations


@pytest.mark.parametrize(
    "changed", [{"topic": OTHER}, {"type": "OrderCancelled.v1"}, {"subject": "ord_2"}, {"sequence": 2}], ids=str
)
def test_a_trace_row_has_what_the_event_has(changed: dict[str, Any]) -> None:
    assert traced([FIRST], log(FIRST)) == []
    [line] = traced([entry(0, **{"sequence": 1, **changed})], log(FIRST))
    assert line.startswith(f"the trace has {FIRST.id.hex()} with other content than the log")


def test_a_parked_event_is_not_in_the_trace_until_it_is_retried() -> None:
    whole = log(FIRST, SECOND)
    assert traced([FIRST], whole, parked=[parked_row(SECOND)]) == []
    assert traced([FIRST], whole, decided=[parked_row(SECOND, "discarded")]) == []
    assert traced([FIRST], whole, decided=[parked_row(SECOND, "retried")]) == [
        "OrderPaid.v1 of ord_1 #2 is not in the trace"
    ]
    assert traced([FIRST, SECOND], whole, parked=[parked_row(SECOND)]) == [
        f"the trace has {SECOND.id.hex()}, which it should not have"
    ]


def test_a_repetition_on_the_log_is_one_row_of_the_trace() -> None:
    assert traced([FIRST], log(FIRST, FIRST)) == []
    assert traced([FIRST, FIRST], log(FIRST, FIRST)) == ["order-svc: 1 events twice in the trace"]


def test_parked_events_are_violations_unless_they_are_expected() -> None:
    states = [state(parked=[parked_row(FIRST), parked_row(SECOND)])]
    found = effects.parked(states, allowed=False)
    assert found.violations[0] == f"x: OrderPaid.v1 of ord_1 at {TOPIC}/{HERE[1]}@0: WrongSchema"
    assert (found.checked, len(found.violations)) == (2, 2)
    expected = effects.parked(states, allowed=True)
    assert (expected.violations, expected.notes, expected.checked) == ([], ["2 expected"], 2)
    assert effects.parked([state()], allowed=True).notes == []


def test_a_consumer_that_skipped_an_unreadable_message_is_found() -> None:
    whole, unreadable = Log(unreadable=[(TOPIC, 0, 7, "no ce_id")]), entry(7, 1, partition=0)

    def check_of(**more: Any) -> list[str]:
        return effects.consumed(
            [state(cursors={"x": {(TOPIC, 0): 8}}, **more)], whole, inbox_incomplete=True
        ).violations

    assert "x skipped no ce_id" in check_of()[0]
    assert check_of(parked=[parked_row(unreadable)]) == []
    assert check_of(decided=[parked_row(unreadable, "discarded")]) == []
    assert check_of(parked=[parked_row(unreadable, consumer="y")]) != []


def test_of_two_contents_under_one_id_the_one_that_was_not_parked_has_the_effect() -> None:
    first, other = entry(1, 1), entry(2, 1, id=entry(1, 1).id, content=b"other")
    written = [(first.id, first.subject, 1)]

    def check_of(journal: list[Any], **more: Any) -> list[str]:
        return effects.journals([state(journal=journal, cursors={"x": {}}, **more)], log(first, other)).violations

    assert check_of(written, parked=[parked_row(other)]) == []
    assert check_of(written, decided=[parked_row(first, "discarded"), parked_row(other, "retried")]) == []
    assert "has no effect" in check_of([], decided=[parked_row(first, "retried"), parked_row(other, "discarded")])[0]
    assert (
        "should have none" in check_of(written, decided=[parked_row(first, "discarded")], parked=[parked_row(other)])[0]
    )


def test_doubled_lost_and_disordered_effects_are_found_in_a_journal() -> None:
    first, second = entry(1, 1), entry(2, 2)
    whole, cursors = log(first, second), {"x": {(TOPIC, 0): 0}}

    def check_of(*rows: Entry) -> list[str]:
        written = [(row.id, row.subject, row.sequence) for row in rows]
        return effects.journals([state(journal=written, cursors=cursors)], whole).violations

    assert check_of(first, second) == []
    assert any("2 effects" in line for line in check_of(first, first, second))
    assert any("has no effect" in line for line in check_of(first))
    assert any("came after" in line for line in check_of(second, first))
