"""The judge judged: each invariant finds what it is for, and nothing where nothing is wrong."""

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aftercare_checker import answers, effects, history, money, order, units
from aftercare_checker.books import Books
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


def books(**more: Any) -> Books:
    return Books(**{"name": "order-svc", **more})


def test_it_shares_no_code_with_what_it_judges() -> None:
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
    assert order.numbered(log(first, second, first, entry(3, 3))).holds


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([entry(1, 1), entry(2, 3)], "#3 stands where #2 belongs"),
        ([entry(1, 2), entry(2, 1)], "#2 stands where #1 belongs"),
        ([entry(1, 1), entry(2, 1)], "claimed by two events"),
        ([entry(1, 1), entry(1, 1, content=b"other")], "different content"),
    ],
    ids=["gap", "inversion", "two of one number", "forged repetition"],
)
def test_a_log_out_of_order_is_found(entries: list[Entry], said: str) -> None:
    assert said in order.numbered(log(*entries)).wrong[0]


def test_an_event_in_a_foreign_partition_is_found() -> None:
    assert not order.placed(log(entry(1, 1, partition=(partition_of(b"ord_1", 12) + 1) % 12))).holds


def test_what_cannot_be_read_is_found_unless_it_was_parked() -> None:
    whole = Log(garbage=[(TOPIC, 0, 7, "no ce_id")])
    assert not order.readable(whole, set()).holds
    assert order.readable(whole, {(TOPIC, 0, 7)}).holds


def aside(number: int, decision: str = "", partition: int | None = None) -> dict[str, Any]:
    """A row of parked_event, or of parked_decision."""
    at = partition_of(b"ord_1", 12) if partition is None else partition
    return {"consumer": "x", "topic": TOPIC, "partition": at, "log_offset": number, "decision": decision}


def test_what_was_set_aside_may_be_out_of_order() -> None:
    place = (TOPIC, partition_of(b"ord_1", 12))
    told = log(entry(1, 1), entry(2, 3), entry(3, 2), entry(4, 1, content=b"other", id=entry(1, 1).id))
    assert len(order.numbered(told).wrong) == 3
    assert order.numbered(told, {(*place, number) for number in (2, 3, 4)}).holds
    assert not order.numbered(log(entry(1, 1), entry(2, 3), entry(3, 5)), {(*place, 2)}).holds, "the next one was not"
    forged = log(entry(1, 1), entry(2, 10**9), entry(3, 2))
    assert not order.numbered(forged, {(*place, 2)}).holds
    assert order.numbered(forged, {(*place, 2)}, {(*place, 2)}).holds, "a number that was given up binds nobody"


def test_a_consumer_that_passed_over_what_it_cannot_read_is_found() -> None:
    whole = Log(garbage=[(TOPIC, 0, 7, "no ce_id")])

    def look(**more: Any) -> list[str]:
        return effects.taken([books(cursors={"x": {(TOPIC, 0): 8}}, **more)], whole, pruned=True).wrong

    assert "x passed no ce_id" in look()[0]
    assert look(parked=[aside(7, partition=0)]) == []
    assert look(decided=[aside(7, "discarded", partition=0)]) == []
    assert look(parked=[{**aside(7, partition=0), "consumer": "y"}]) != []


def test_an_event_told_in_two_ways_has_the_effect_of_the_one_that_was_not_left_out() -> None:
    first, other = entry(1, 1), entry(2, 1, id=entry(1, 1).id, content=b"other")
    written = [(first.id, first.subject, 1)]

    def look(journal: list[Any], **more: Any) -> list[str]:
        return effects.journals([books(journal=journal, cursors={"x": {}}, **more)], log(first, other)).wrong

    assert look(written, parked=[aside(2)]) == []
    assert look(written, decided=[aside(1, "discarded"), aside(2, "retried")]) == []
    assert "has no effect" in look([], decided=[aside(1, "retried"), aside(2, "discarded")])[0]
    assert "not for it" in look(written, decided=[aside(1, "discarded")], parked=[aside(2)])[0]


def test_rows_left_in_an_outbox_are_found() -> None:
    assert effects.drained([books()]).holds
    assert not effects.drained([books(outbox=1)]).holds
    assert not effects.drained([books(blocked=["ord_1: MessageSizeTooLarge"])]).holds


def test_a_version_without_its_event_and_an_event_without_its_row_are_found() -> None:
    told = log(entry(1, 1), entry(2, 2))
    assert effects.told([books(aggregates={"orders": {"ord_1": 2}})], told).holds
    assert "not on the log: [3]" in effects.told([books(aggregates={"orders": {"ord_1": 3}})], told).wrong[0]
    assert "the log knows #2" in effects.told([books(aggregates={"orders": {"ord_1": 1}})], told).wrong[0]
    assert "has no row" in effects.told([books(aggregates={"orders": {}})], told).wrong[0]


def test_an_event_that_a_consumer_skipped_or_invented_is_found() -> None:
    one = entry(1, 1, offset=0)
    whole = log(one)
    place = (TOPIC, one.partition)
    whole.ends[place] = 1

    def look(inbox: set[bytes], at: int, pruned: bool = False) -> list[str]:
        here = books(inbox={"x": inbox}, cursors={"x": {place: at}})
        return effects.taken([here], whole, pruned=pruned).wrong

    assert look({one.id}, 1) == []
    assert "without taking it" in look(set(), 1)[0]
    assert look(set(), 1, pruned=True) == []
    assert "stands at 0 of 1" in look({one.id}, 0)[0]
    assert "not on the log" in look({one.id, b"?" * 16}, 1)[0]


def test_a_second_effect_and_an_effect_without_a_cause_are_found() -> None:
    cause = entry(1, 1)
    effect = entry(2, 1, "case_1", source="/aftersale-svc", topic=OTHER, cause=cause.id)
    assert effects.caused([], log(cause, effect)).holds
    again = entry(3, 2, "case_1", source="/aftersale-svc", topic=OTHER, cause=cause.id)
    assert "2 times" in effects.caused([], log(cause, effect, again)).wrong[0]
    assert "not on the log" in effects.caused([], log(effect)).wrong[0]
    deaf = books(name="aftersale-svc", inbox={"aftersale-svc": {b"?" * 16}})
    assert "never took" in effects.caused([deaf], log(cause, effect)).wrong[0]


def test_a_service_may_act_on_an_event_of_its_own() -> None:
    cause = entry(1, 1)
    effect = entry(2, 1, "pay_1", topic=OTHER, cause=cause.id)
    here = books(name=cause.source.removeprefix("/"), inbox={"x": set()})
    assert effects.caused([here], log(cause, effect)).holds


def test_a_journal_tells_of_doubled_lost_and_disordered_effects() -> None:
    first, second = entry(1, 1), entry(2, 2)
    told, cursors = log(first, second), {"x": {(TOPIC, 0): 0}}

    def look(*rows: Entry) -> list[str]:
        written = [(row.id, row.subject, row.sequence) for row in rows]
        return effects.journals([books(journal=written, cursors=cursors)], told).wrong

    assert look(first, second) == []
    assert any("2 effects" in line for line in look(first, first, second))
    assert any("has no effect" in line for line in look(first))
    assert any("came after" in line for line in look(second, first))


def test_the_trace_is_the_log() -> None:
    one = entry(1, 1)
    row = (one.id, one.topic, one.type, one.subject, one.sequence)
    assert effects.traced([books(trace=[row])], log(one)).holds
    assert "not in the trace" in effects.traced([books(trace=[])], log(one)).wrong[0]
    assert "twice" in effects.traced([books(trace=[row, row])], log(one)).wrong[0]
    assert "otherwise" in effects.traced([books(trace=[(*row[:4], 2)])], log(one)).wrong[0]
    assert "not for it on the log" in effects.traced([books(trace=[row])], log()).wrong[0]


def _refund(number: int, refund: str, minor: int) -> Entry:
    said = {"refund_id": refund, "payment_id": "pay_1", "amount_minor": minor}
    return entry(number, number, "pay_1", type=money.SUCCEEDED, data=json.dumps(said).encode())


def test_money_that_does_not_add_up_is_found() -> None:
    def payment(refunded: int) -> dict[str, Any]:
        return {"id": "pay_1", "state": "succeeded", "amount_minor": 100, "refunded_minor": refunded, "currency": "CNY"}

    def refund(minor: int) -> dict[str, Any]:
        return {"payment_id": "pay_1", "state": "succeeded", "amount_minor": minor, "case_id": None}

    def look(refunded: int, rows: list[int], told: list[Entry]) -> bool:
        here = books(payments=[payment(refunded)], refunds=[refund(minor) for minor in rows])
        return money.refunds([here], log(*told)).holds

    assert look(60, [40, 20], [_refund(1, "r1", 40), _refund(2, "r2", 20)])
    assert not look(60, [40], [_refund(1, "r1", 40), _refund(2, "r2", 20)]), "a refund without its row"
    assert not look(60, [60], [_refund(1, "r1", 40)]), "a refund the log does not know"
    assert not look(120, [120], [_refund(1, "r1", 120)]), "more than was paid"
    assert not look(80, [80], [_refund(1, "r1", 40), _refund(2, "r1", 40)]), "one refund told twice"


def _said(**more: Any) -> str:
    known = {"key": "k1", "service": "order-svc", "method": "POST", "path": "/v1/orders", "status": 201}
    return json.dumps({**known, "id": "ord_1", "version": 1, **more})


def test_an_answer_that_is_not_durable_is_found() -> None:
    def look(version: int, *lines: str) -> list[str]:
        return answers.durable(history.commands(lines), [books(aggregates={"orders": {"ord_1": version}})]).wrong

    assert look(1, _said()) == []
    assert "a client was told 3" in look(2, _said(version=3))[0]
    assert "has no ord_2" in look(1, _said(id="ord_2"))[0]
    assert "was told of ['ord_1', 'ord_2']" in look(1, _said(), _said(id="ord_2"))[0]


def test_an_object_made_twice_for_one_key_is_found() -> None:
    def look(ids: list[str], *lines: str) -> bool:
        here = books(aggregates={"orders": dict.fromkeys(ids, 1)})
        return answers.made_once(history.commands(lines), [here]).holds

    assert look(["ord_1"], _said(status=None, id=None), _said())
    assert not look(["ord_1", "ord_2"], _said(status=None, id=None), _said())
    assert look(["ord_1", "ord_2"], _said(), _said(key="k2", status=None, id=None)), "its maker was never answered"


def test_a_broken_history_says_where() -> None:
    with pytest.raises(ValueError, match="line 2"):
        history.commands([_said(), "{"])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, None),
        ({"shipped_quantity": 3, "in_parcels": 3}, "of 3, shipped, withdrawn and held are (3, 1, 1)"),
        ({"in_parcels": 0}, "parcels and cases say (0, 1, 1)"),
        ({"held_by_cases": 0}, "parcels and cases say (1, 1, 0)"),
        ({"held_for_nothing": 1}, "1 held by cases that have ended"),
    ],
    ids=["sound", "money back and goods out", "parcel lost", "case lost", "case ended"],
)
def test_units_in_two_places_are_found(found: dict[str, int], said: str | None) -> None:
    held = {"held_quantity": 1, "held_by_cases": 1, "held_for_nothing": 0}
    gone = {"shipped_quantity": 1, "in_parcels": 1, "withdrawn_quantity": 1, "withdrawn_by_cases": 1}
    wrong = units.shipped([books(lines=[{"id": "line_1", "quantity": 3, **gone, **held, **found}])]).wrong
    assert wrong == [] if said is None else said in wrong[0]
