"""A small service for the tests: tallies that people count up, and one event that it handles."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database.mapping import Listing, Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import In, Out
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.jobs.deadlines import Due
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_chassis.service import Service
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import Harness
from aftercare_events import TOPICS, FeedbackReceived, OrderCancelled
from aftercare_events.roles import ROLES
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from fastapi import APIRouter
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text

metadata = MetaData()
tallies = Table(
    "tallies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("deadline_at", DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    id: str
    version: int
    owner: str
    count: int
    deadline_at: datetime | None = None


SEEN_BY = {"buyer": tallies.c.owner, "agent": None}
TALLIES = Rows(tallies, Tally, SEEN_BY)
LISTING = Listing(tallies, Tally, filters=("count",), seen_by=SEEN_BY)


class TallyIn(In):
    count: int


class TallyOut(Out):
    id: str
    version: int
    count: int


def counted_event(tx: Transaction, tally: Tally) -> FeedbackReceived:
    return FeedbackReceived(
        affected_party=tally.owner,
        applicant=tally.owner,
        handler=tx.actor.id,
        time=tx.now,
        result="counted",
        feedback_id=tally.id,
        channel="web",
        text_hash="sha256:0",
    )


async def count_up(tx: Transaction, tally_id: str, times: int = 1) -> Tally:
    tally = await tx.lock(TALLIES, tally_id)
    counted = replace(tally, count=tally.count + times, deadline_at=None)
    return await tx.save(TALLIES, counted, *(counted_event(tx, counted) for _ in range(times)))


async def count_due(tx: Transaction, tally: Tally, times: int = 1) -> None:
    await count_up(tx, tally.id, times)


async def cancelled(tx: Transaction, event: OrderCancelled) -> None:
    if event.cause == "unprocessable":
        raise ValueError("this can never be handled")
    tally = await tx.find(TALLIES, f"tally_{event.order_id}")
    if tally is None:
        made = Tally(id=f"tally_{event.order_id}", version=0, owner=event.buyer_id, count=1)
        await tx.create(TALLIES, made, counted_event(tx, made))
    else:
        await count_up(tx, tally.id)


router = APIRouter(prefix="/v1/tallies", tags=["tallies"], route_class=ApiRoute)


@router.post("", status_code=201, operation_id="createTally")
async def create(body: TallyIn, tx: Tx) -> TallyOut:
    tally = Tally(id=tx.new_id("tally"), version=0, owner=tx.actor.id, count=body.count)
    created = await tx.create(TALLIES, tally, counted_event(tx, tally))
    if body.count == 13:
        raise RuntimeError("fails after writing")
    return TallyOut.model_validate(created)


@router.post("/{tally_id}/up", operation_id="countUp", dependencies=[require_role("buyer")])
async def up(tally_id: str, tx: Tx, times: int = 1) -> TallyOut:
    return TallyOut.model_validate(await count_up(tx, tally_id, times))


class OrderUnknown(Refusal):
    kind, code, retry_after = Kind.NOT_FOUND, "order_unknown", 1


@router.post("/of-order/{order_id}/up", operation_id="countOrderUp", responses=refusals(OrderUnknown))
async def up_of_order(order_id: str, tx: Tx) -> TallyOut:
    """Count up the tally of an order, which is created once another service has published that the order was cancelled."""
    if await tx.find(TALLIES, f"tally_{order_id}") is None:
        raise OrderUnknown(awaits=order_id)
    return TallyOut.model_validate(await count_up(tx, f"tally_{order_id}"))


@router.post("/compare", operation_id="compareTally", responses=refusals(OrderUnknown))
async def compare(order_id: str, body: TallyIn, read: Read) -> dict[str, int]:
    """By how much the tally of an order differs from a count: a POST that changes nothing."""
    found = await read.find(TALLIES, f"tally_{order_id}")
    if found is None:
        raise OrderUnknown(awaits=order_id)
    return {"more": found.count - body.count}


@router.get("/{tally_id}", operation_id="getTally")
async def read(tally_id: str, read: Read) -> TallyOut:
    return TallyOut.model_validate(await read.get(TALLIES, tally_id))


@router.get("", operation_id="listTallies")
async def listing(
    read: Read, limit: int = 20, cursor: str | None = None, count: int | None = None
) -> dict[str, object]:
    page = await read.page(LISTING, limit=limit, cursor=cursor, count=count)
    return {"data": [tally.id for tally in page.data], "has_more": page.has_more, "next_cursor": page.next_cursor}


def service(settings: ServiceSettings | None = None) -> Service:
    return Service(
        name="tally-svc",
        package="aftercare_chassis",
        settings=settings or ServiceSettings(),
        roles=ROLES,
        routers=[router],
        handlers={OrderCancelled: cancelled},
        deadlines=[Due(TALLIES, count_due)],
        metadata=metadata,
    )


@pytest.fixture
async def tally(postgres_url: str) -> AsyncIterator[Harness]:
    async with Harness.start(service, postgres_url) as harness:
        yield harness


@pytest.fixture
def start_tally(postgres_url: str) -> Callable[..., AbstractAsyncContextManager[Harness]]:
    """The same service with other settings, or several of it."""
    return partial(Harness.start, service, postgres_url)


@pytest.fixture
def order_cancelled(tally: Harness) -> Callable[..., OrderCancelled]:
    def make(order_id: str, cause: str = "buyer") -> OrderCancelled:
        return OrderCancelled(
            affected_party="buyer-1",
            applicant="buyer-1",
            handler="buyer-1",
            time=tally.clock.now(),
            result="cancelled",
            order_id=order_id,
            buyer_id="buyer-1",
            merchant_id="m-1",
            cause=cause,
        )

    return make


@pytest.fixture(scope="session")
async def log(kafka_bootstrap: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, each.partitions, 1) for name, each in TOPICS.items()], timeout_ms=20_000)
    await admin.close()
    return kafka_bootstrap


@pytest.fixture
async def on_log(start_tally: Callable[..., AbstractAsyncContextManager[Harness]], log: str) -> AsyncIterator[Harness]:
    async with start_tally(kafka=log, pool_size=20) as harness:
        harness.runtime.name = f"tally-{uuid4().hex[:8]}"  # a consumer group of its own on a log that tests share
        harness.runtime.ids = Uuid7Ids()
        harness.consumer = Consumer(harness.runtime, harness.service.handlers)
        yield harness
