"""Logs and databases for the checks: sound ones, of which a test changes one thing."""

import json
from collections import Counter
from typing import Any

from aftercare_checker import money
from aftercare_checker.database import DatabaseState
from aftercare_checker.log import Entry, Log, partition_of

TOPIC, OTHER = "aftercare.orders.v1", "aftercare.cases.v1"


def entry(number: int, sequence: int, subject: str = "ord_1", **more: Any) -> Entry:
    """Event `number` of the log: the `sequence`th of the aggregate, published by order-svc."""
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


def of_case(number: int, sequence: int = 1, **more: Any) -> Entry:
    """An event of case_1, published by aftersale-svc."""
    known = {"source": "/aftersale-svc", "topic": OTHER, "type": "AfterSaleApproved.v1"}
    return entry(number, sequence, "case_1", **{**known, **more})


def refunded(number: int, refund: str, minor: int, **more: Any) -> Entry:
    """The event of a refund of pay_1 that succeeded."""
    data = {"refund_id": refund, "payment_id": "pay_1", "amount_minor": minor, "currency": "CNY", **more}
    return entry(number, number, "pay_1", type=money.SUCCEEDED, data=json.dumps(data).encode())


def completed(number: int, minor: int, currency: str = "CNY") -> Entry:
    """The event of case_1's end, with what was refunded."""
    data = {"refunded_minor": minor, "currency": currency}
    return of_case(number, type=money.COMPLETED, data=json.dumps(data).encode())


def log(*entries: Entry) -> Log:
    return Log(entries=list(entries), partitions=Counter({TOPIC: 12, OTHER: 12}))


def state(**more: Any) -> DatabaseState:
    return DatabaseState(**{"name": "order-svc", **more})


def place(one: Entry) -> tuple[str, int, int]:
    return one.topic, one.partition, one.offset


def parked_row(one: Entry, decision: str = "", **more: Any) -> dict[str, Any]:
    """A row of parked_event or, with a decision, of parked_decision."""
    topic, partition, offset = place(one)
    row = {"consumer": "x", "topic": topic, "partition": partition, "log_offset": offset, "decision": decision}
    return {**row, "aggregateid": one.subject, "type": one.type, "reason": "WrongSchema", **more}
