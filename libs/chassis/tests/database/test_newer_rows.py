"""Rows that a newer build has written, read by this build."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.revisions import NewerRow
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.http.problems import response_to
from aftercare_chassis.testing import Harness
from aftercare_events import Envelope, OrderCancelled
from aiokafka import TopicPartition
from sqlalchemy import Column, MetaData, Table, Text
from starlette.requests import Request

Make = Callable[..., OrderCancelled]
ORDERS = TopicPartition("aftercare.orders.v1", 0)


class Known(StrEnum):
    """The owners that this build knows."""

    FIRST = "buyer-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedTally:
    id: str
    owner: Known


OWNED = Rows(Table("tallies", MetaData(), Column("id", Text, primary_key=True), Column("owner", Text)), OwnedTally)


async def look(tx: Transaction, event: OrderCancelled) -> None:
    await tx.find(OWNED, f"tally_{event.order_id}")


@pytest.fixture
async def newer(tally: Harness, order_cancelled: Make) -> Envelope:
    """An event about a row whose owner this build does not know."""
    insert = "INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, $2, 1)"
    await tally.runtime.pool.execute(insert, "tally_ord_1", "buyer-2")
    event = order_cancelled("ord_1")
    return Envelope.of(event, id=tally.ids.uuid7(), source="/x", sequence=1, correlation_id="c")


async def test_an_event_about_a_row_of_a_newer_build_waits_before_it_is_parked(tally: Harness, newer: Envelope) -> None:
    """In a rollout the partition soon moves to the newer build; after a rollback it does not, and the event is parked."""
    older = Consumer(tally.runtime, {OrderCancelled: look})
    with pytest.raises(NewerRow, match="owner is 'buyer-2'"):
        await older.process(ORDERS, [tally.record(newer)])
    assert await tally.parked() == []
    await older.process(ORDERS, [tally.record(newer)], may_wait=False)
    assert await tally.parked() == ["OrderCancelled.v1: NewerRow: OwnedTally.owner is 'buyer-2'"]


def test_a_request_for_a_row_of_a_newer_build_may_be_retried() -> None:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": []}
    answer = response_to(Request(scope), NewerRow("OwnedTally.owner is 'buyer-2'"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert b"buyer-2" not in answer.body
