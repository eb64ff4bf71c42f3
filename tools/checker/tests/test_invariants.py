"""Each check finds its violation, and none in sound data."""

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aftercare_checker import effects, history, money, responses, sequence, units
from aftercare_checker.database import DatabaseState
from aftercare_checker.log import Entry, Log, partition_of
from aiokafka.partitioner import murmur2

SOURCES = Path(__file__).parents[1] / "src"
TOPIC, OTHER = "aftercare.orders.v1", "aftercare.cases.v1"


def entry(number: int, sequence: int, subject: str = "ord_1", **more: Any) -> Entry:
    known: dict[str, Any] = {
        "topic": TOPIC,
        "partition": partition_of(subject.encode(), 12),
        "offset": number,
        "id": number.to_bytes(16, "big"),
        "type": "OrderPaid.v1",
        "source": "/order-svc",
        "subject": subject,
        "sequence": sequence,
        "cause": None,
        "content": b"c%d" % number,
        "data": None,
    }
    return Entry(**{**known, **more})


def log(*entries: Entry) -> Log:
    return Log(entries=list(entries), partitions=Counter({TOPIC: 12, OTHER: 12}))


def state(**more: Any) -> DatabaseState:
    return DatabaseState(**{"name": "order-svc", **more})


def test_the_checker_shares_no_code_with_the_suite() -> None:
    imported = set()
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.partition(".")[0] for name in names}
    assert not imported & {"aftercare_chassis", "aftercare_events", "aftercare_cli", "aiokafka"}


@pytest.mark.parametrize("key", ["", "a", "ab", "abc", "ord_0195", "售后单", "x" * 99])
def test_keys_are_placed_as_kafka_places_them(key: str) -> None:
    assert partition_of(key.encode(), 12) == (murmur2(key.encode()) & 0x7FFFFFFF) % 12


def test_a_sound_log_with_a_repetition_holds() -> None:
    first, second = entry(1, 1), entry(2, 2)
    assert sequence.numbered(log(first, second, first, entry(3, 3))).holds


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


def test_an_event_in_a_wrong_partition_is_found() -> None:
    assert not sequence.placed(log(entry(1, 1, partition=(partition_of(b"ord_1", 12) + 1) % 12))).holds


def test_an_unreadable_message_is_found_unless_it_was_parked() -> None:
    whole = Log(unreadable=[(TOPIC, 0, 7, "no ce_id")])
    assert not sequence.readable(whole, set()).holds
    assert sequence.readable(whole, {(TOPIC, 0, 7)}).holds


def parked_row(number: int, decision: str = "", partition: int | None = None) -> dict[str, Any]:
    """A row of parked_event, or of parked_decision."""
    at = partition_of(b"ord_1", 12) if partition is None else partition
    return {"consumer": "x", "topic": TOPIC, "partition": at, "log_offset": number, "decision": decision}


def test_parked_events_may_be_out_of_order() -> None:
    place = (TOPIC, partition_of(b"ord_1", 12))
    whole = log(entry(1, 1), entry(2, 3), entry(3, 2), entry(4, 1, content=b"other", id=entry(1, 1).id))
    assert len(sequence.numbered(whole).violations) == 3
    assert sequence.numbered(whole, {(*place, number) for number in (2, 3, 4)}).holds
    assert not sequence.numbered(log(entry(1, 1), entry(2, 3), entry(3, 5)), {(*place, 2)}).holds, (
        "the next one was not"
    )
    forged = log(entry(1, 1), entry(2, 10**9), entry(3, 2))
    assert not sequence.numbered(forged, {(*place, 2)}).holds
    assert sequence.numbered(forged, {(*place, 2)}, {(*place, 2)}).holds, (
        "the number of a discarded event does not count"
    )


def test_a_consumer_that_skipped_an_unreadable_message_is_found() -> None:
    whole = Log(unreadable=[(TOPIC, 0, 7, "no ce_id")])

    def check_of(**more: Any) -> list[str]:
        return effects.consumed([state(cursors={"x": {(TOPIC, 0): 8}}, **more)], whole, pruned=True).violations

    assert "x skipped no ce_id" in check_of()[0]
    assert check_of(parked=[parked_row(7, partition=0)]) == []
    assert check_of(decided=[parked_row(7, "discarded", partition=0)]) == []
    assert check_of(parked=[{**parked_row(7, partition=0), "consumer": "y"}]) != []


def test_of_two_contents_under_one_id_the_one_that_was_not_parked_has_the_effect() -> None:
    first, other = entry(1, 1), entry(2, 1, id=entry(1, 1).id, content=b"other")
    written = [(first.id, first.subject, 1)]

    def check_of(journal: list[Any], **more: Any) -> list[str]:
        return effects.journals([state(journal=journal, cursors={"x": {}}, **more)], log(first, other)).violations

    assert check_of(written, parked=[parked_row(2)]) == []
    assert check_of(written, decided=[parked_row(1, "discarded"), parked_row(2, "retried")]) == []
    assert "has no effect" in check_of([], decided=[parked_row(1, "retried"), parked_row(2, "discarded")])[0]
    assert "should have none" in check_of(written, decided=[parked_row(1, "discarded")], parked=[parked_row(2)])[0]


def test_rows_left_in_an_outbox_are_found() -> None:
    assert effects.drained([state()]).holds
    assert not effects.drained([state(outbox=1)]).holds
    assert not effects.drained([state(blocked=["ord_1: MessageSizeTooLarge"])]).holds


def test_a_version_without_its_event_and_an_event_without_its_row_are_found() -> None:
    whole = log(entry(1, 1), entry(2, 2))
    assert effects.versions([state(aggregates={"orders": {"ord_1": 2}})], whole).holds
    assert "not on the log: [3]" in effects.versions([state(aggregates={"orders": {"ord_1": 3}})], whole).violations[0]
    assert "the log has #2" in effects.versions([state(aggregates={"orders": {"ord_1": 1}})], whole).violations[0]
    assert "has no row" in effects.versions([state(aggregates={"orders": {}})], whole).violations[0]


def test_an_event_that_a_consumer_skipped_or_invented_is_found() -> None:
    one = entry(1, 1, offset=0)
    whole = log(one)
    place = (TOPIC, one.partition)
    whole.ends[place] = 1

    def check_of(inbox: set[bytes], at: int, pruned: bool = False) -> list[str]:
        here = state(inbox={"x": inbox}, cursors={"x": {place: at}})
        return effects.consumed([here], whole, pruned=pruned).violations

    assert check_of({one.id}, 1) == []
    assert "x skipped ord_1 #1" in check_of(set(), 1)[0]
    assert check_of(set(), 1, pruned=True) == []
    assert "is at 0 of 1" in check_of({one.id}, 0)[0]
    assert "not on the log" in check_of({one.id, b"?" * 16}, 1)[0]


def test_a_second_effect_and_an_effect_without_a_cause_are_found() -> None:
    cause = entry(1, 1)
    effect = entry(2, 1, "case_1", source="/aftersale-svc", topic=OTHER, cause=cause.id)
    assert effects.caused([], log(cause, effect)).holds
    again = entry(3, 2, "case_1", source="/aftersale-svc", topic=OTHER, cause=cause.id)
    assert "2 times" in effects.caused([], log(cause, effect, again)).violations[0]
    assert "not on the log" in effects.caused([], log(effect)).violations[0]
    behind = state(name="aftersale-svc", inbox={"aftersale-svc": {b"?" * 16}})
    assert "has not consumed" in effects.caused([behind], log(cause, effect)).violations[0]


def test_a_service_may_act_on_an_event_of_its_own() -> None:
    cause = entry(1, 1)
    effect = entry(2, 1, "pay_1", topic=OTHER, cause=cause.id)
    here = state(name=cause.source.removeprefix("/"), inbox={"x": set()})
    assert effects.caused([here], log(cause, effect)).holds


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


def test_the_trace_is_the_log() -> None:
    one = entry(1, 1)
    row = (one.id, one.topic, one.type, one.subject, one.sequence)
    assert effects.traced([state(trace=[row])], log(one)).holds
    assert "not in the trace" in effects.traced([state(trace=[])], log(one)).violations[0]
    assert "twice" in effects.traced([state(trace=[row, row])], log(one)).violations[0]
    assert "with other content" in effects.traced([state(trace=[(*row[:4], 2)])], log(one)).violations[0]
    assert "should not have" in effects.traced([state(trace=[row])], log()).violations[0]


def _refund(number: int, refund: str, minor: int) -> Entry:
    data = {"refund_id": refund, "payment_id": "pay_1", "amount_minor": minor}
    return entry(number, number, "pay_1", type=money.SUCCEEDED, data=json.dumps(data).encode())


def test_money_that_does_not_add_up_is_found() -> None:
    def payment(refunded: int) -> dict[str, Any]:
        return {"id": "pay_1", "state": "succeeded", "amount_minor": 100, "refunded_minor": refunded, "currency": "CNY"}

    def refund(minor: int) -> dict[str, Any]:
        return {"payment_id": "pay_1", "state": "succeeded", "amount_minor": minor, "case_id": None}

    def check_of(refunded: int, rows: list[int], events: list[Entry]) -> bool:
        here = state(payments=[payment(refunded)], refunds=[refund(minor) for minor in rows])
        return money.refunds([here], log(*events)).holds

    assert check_of(60, [40, 20], [_refund(1, "r1", 40), _refund(2, "r2", 20)])
    assert not check_of(60, [40], [_refund(1, "r1", 40), _refund(2, "r2", 20)]), "a refund without its row"
    assert not check_of(60, [60], [_refund(1, "r1", 40)]), "a refund without its event"
    assert not check_of(120, [120], [_refund(1, "r1", 120)]), "more than was paid"
    assert not check_of(80, [80], [_refund(1, "r1", 40), _refund(2, "r1", 40)]), "one refund that succeeded twice"


def attempt(**more: Any) -> str:
    known = {"key": "k1", "service": "order-svc", "method": "POST", "path": "/v1/orders", "status": 201}
    return json.dumps({**known, "id": "ord_1", "version": 1, **more})


def test_a_response_that_is_not_durable_is_found() -> None:
    def check_of(version: int, *lines: str) -> list[str]:
        return responses.durable(history.commands(lines), [state(aggregates={"orders": {"ord_1": version}})]).violations

    assert check_of(1, attempt()) == []
    assert "a client got 3" in check_of(2, attempt(version=3))[0]
    assert "has no ord_2" in check_of(1, attempt(id="ord_2"))[0]
    assert "returned ['ord_1', 'ord_2']" in check_of(1, attempt(), attempt(id="ord_2"))[0]


def test_an_object_made_twice_for_one_key_is_found() -> None:
    def check_of(ids: list[str], *lines: str) -> bool:
        here = state(aggregates={"orders": dict.fromkeys(ids, 1)})
        return responses.made_once(history.commands(lines), [here]).holds

    assert check_of(["ord_1"], attempt(status=None, id=None), attempt())
    assert not check_of(["ord_1", "ord_2"], attempt(status=None, id=None), attempt())
    assert check_of(["ord_1", "ord_2"], attempt(), attempt(key="k2", status=None, id=None)), (
        "its command got no response"
    )


def test_the_error_for_a_broken_history_has_the_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        history.commands([attempt(), "{"])


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({}, None),
        ({"shipped_quantity": 3, "in_parcels": 3}, "of 3, shipped, withdrawn and held are (3, 1, 1)"),
        ({"in_parcels": 0}, "parcels and cases add up to (0, 1, 1)"),
        ({"held_by_cases": 0}, "parcels and cases add up to (1, 1, 0)"),
        ({"held_for_nothing": 1}, "1 held by cases that have ended"),
    ],
    ids=["sound", "money back and goods out", "parcel lost", "case lost", "case ended"],
)
def test_units_in_two_places_are_found(found: dict[str, int], message: str | None) -> None:
    held = {"held_quantity": 1, "held_by_cases": 1, "held_for_nothing": 0}
    gone = {"shipped_quantity": 1, "in_parcels": 1, "withdrawn_quantity": 1, "withdrawn_by_cases": 1}
    wrong = units.shipped([state(lines=[{"id": "line_1", "quantity": 3, **gone, **held, **found}])]).violations
    assert wrong == [] if message is None else message in wrong[0]
