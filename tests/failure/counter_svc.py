"""A small fake service for tests of the messaging alone. It runs as processes of its own.

Commands increment counters. The service consumes its own events: for each one it writes a row to `effects`, which has no
constraint that would hide a second effect, and folds the value into a hash chain that depends on the order of events.

    python counter_svc.py serve | relay | consume | create

Variables: COUNTER_NAME and COUNTER_TOPIC; COUNTER_PUBLISHES and COUNTER_CONSUMES list event versions; COUNTER_FIXED makes
the handler accept what it otherwise cannot handle; COUNTER_PAUSE is a file that stops the modes `hold` and `pause`.
"""

import asyncio
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.parked_events import ParkedEvents
from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.http.routing import ApiRoute, Tx
from aftercare_chassis.http.schemas import In, Out
from aftercare_chassis.service import Service
from aftercare_chassis.settings import ServiceSettings
from aftercare_events import Event, registry
from aftercare_events.fields import Retells
from aftercare_events.roles import ROLES
from aftercare_events.topics import Topic
from fastapi import APIRouter
from launch import with_faults
from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, MetaData, Table, Text, Uuid, func

TOPIC = Topic(os.environ.get("COUNTER_TOPIC", "aftercare.counters.v1"), writer="counter-svc", aggregate="counter")
NAME = os.environ.get("COUNTER_NAME", "counter-svc")
FIXED = bool(os.environ.get("COUNTER_FIXED"))
PUBLISHES = os.environ.get("COUNTER_PUBLISHES", "v1").split(",")
CONSUMES = os.environ.get("COUNTER_CONSUMES", "v1").split(",")

PAUSE = Path(os.environ.get("COUNTER_PAUSE", "/nonexistent"))
REACHED = PAUSE.with_suffix(".reached")

metadata = MetaData()
counters = Table(
    "counters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
)
echoes = Table(
    "echoes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("of", Text, nullable=False),
)
effects = Table(
    "effects",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
totals = Table(
    "totals",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("chain", Text, nullable=False),
)

_EFFECT = """
WITH written AS (INSERT INTO effects (event_id, subject, sequence) VALUES ($1, $2, $3))
INSERT INTO totals AS t (subject, total, chain) VALUES ($2, $4::bigint, md5($4::bigint::text))
ON CONFLICT (subject) DO UPDATE SET total = t.total + EXCLUDED.total, chain = md5(t.chain || EXCLUDED.chain)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    id: str
    version: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """An aggregate that a handler creates: the effect of an event that is an event itself."""

    id: str
    version: int
    of: str


COUNTERS, ECHOES = Rows(counters, Counter, {"buyer": None}), Rows(echoes, Echo, {"buyer": None})


class Counted(Event):
    TOPIC: ClassVar[Topic] = TOPIC
    KEY: ClassVar[str] = "counter_id"
    matter: str = "counted"
    counter_id: str
    value: int
    mode: str = ""


class CountedV2(Event):
    """The second version: the value is a text and has a unit. Published beside the first, `retells` names that one."""

    TOPIC: ClassVar[Topic] = TOPIC
    KEY: ClassVar[str] = "counter_id"
    VERSION: ClassVar[int] = 2
    matter: str = "counted"
    counter_id: str
    reading: str
    unit: str
    mode: str = ""
    retells: Retells = None

    @classmethod
    def type_name(cls) -> str:
        return "Counted.v2"


class Echoed(Event):
    TOPIC: ClassVar[Topic] = TOPIC
    KEY: ClassVar[str] = "echo_id"
    matter: str = "echoed"
    echo_id: str
    of: str


registry.EVENTS["Echoed.v1"] = Echoed
if "v1" in CONSUMES:
    registry.EVENTS["Counted.v1"] = Counted
if "v2" in CONSUMES:
    registry.EVENTS["Counted.v2"] = CountedV2


def _events(tx: Transaction, counter_id: str, value: int, mode: str) -> list[Event]:
    """The event of one increment, in each published version."""
    fields = {"affected_party": "p", "applicant": "p", "handler": tx.actor.id, "time": tx.now, "result": "counted"}
    events: list[Event] = []
    if "v1" in PUBLISHES:
        events.append(Counted(**fields, counter_id=counter_id, value=value, mode=mode))
    if "v2" in PUBLISHES:
        retells = "Counted.v1" if events else None
        second = CountedV2(**fields, counter_id=counter_id, reading=str(value), unit="kWh", mode=mode, retells=retells)
        events.append(second)
    return events


class CounterIn(In):
    id: str = ""
    times: int = 1


class IncrementIn(In):
    times: int = 1
    mode: str = ""
    wait: float = 0
    pad: int = 0


class CounterOut(Out):
    id: str
    version: int
    count: int


router = APIRouter(prefix="/v1/counters", tags=["counters"], route_class=ApiRoute)


@router.post("", status_code=201)
async def create(body: CounterIn, tx: Tx) -> CounterOut:
    counter = Counter(id=body.id or tx.new_id("counter"), version=0, count=body.times)
    events = [event for number in range(body.times) for event in _events(tx, counter.id, number + 1, "")]
    return CounterOut.model_validate(await tx.create(COUNTERS, counter, *events))


@router.post("/{counter_id}/increment")
async def increment(counter_id: str, body: IncrementIn, tx: Tx) -> CounterOut:
    """Increment a counter `times` times, with one event each; `pad` adds that many bytes to each event.

    `wait` (seconds) and the mode `hold` keep the transaction open after its outbox rows have their ids: other transactions
    with later ids commit first.
    """
    counter = await tx.lock(COUNTERS, counter_id)
    mode = body.mode + "." * body.pad
    values = (counter.count + number + 1 for number in range(body.times))
    events = [event for value in values for event in _events(tx, counter.id, value, mode)]
    saved = await tx.save(COUNTERS, replace(counter, count=counter.count + body.times), *events)
    if body.wait or body.mode == "hold":
        await tx.finish()
        tx.recorded.clear()
        await (_paused() if body.mode == "hold" else asyncio.sleep(body.wait))
    return CounterOut.model_validate(saved)


async def _paused() -> None:
    REACHED.touch()
    while PAUSE.exists():  # noqa: ASYNC110, ASYNC240 - the test, another process, deletes the file
        await asyncio.sleep(0.02)


async def _write(tx: Transaction, value: int) -> None:
    cause = tx.cause
    assert cause is not None
    await tx.connection.execute(_EFFECT, cause.id, cause.subject, cause.sequence, value)


async def _follow_mode(tx: Transaction, subject: str, mode: str) -> None:
    """Behave as the event says: fail, pause, or create an echo."""
    mode = mode.rstrip(".")
    if mode == "poison" and not FIXED:
        raise ValueError("this build cannot handle the event")
    if mode == "pause":
        await _paused()
    if mode == "echo":
        echo = Echo(id=tx.new_id("echo"), version=0, of=subject)
        fields = {"affected_party": "p", "applicant": "p", "handler": "system", "time": tx.now, "result": "echoed"}
        await tx.create(ECHOES, echo, Echoed(**fields, echo_id=echo.id, of=subject))


async def counted(tx: Transaction, event: Counted) -> None:
    await _follow_mode(tx, event.counter_id, event.mode)
    await _write(tx, event.value)


async def counted_v2(tx: Transaction, event: CountedV2) -> None:
    await _follow_mode(tx, event.counter_id, event.mode)
    await _write(tx, int(event.reading))


async def echoed(tx: Transaction, event: Echoed) -> None:
    await _write(tx, 0)


def service(settings: ServiceSettings | None = None) -> Service:
    handlers: Handlers = {Echoed: echoed, **({CountedV2: counted_v2} if "v2" in CONSUMES else {Counted: counted})}
    return Service(
        name=NAME,
        package="aftercare_chassis",
        settings=settings or ServiceSettings(),
        roles=ROLES,
        routers=[router],
        handlers=handlers,
        metadata=metadata,
    )


async def _retry(built: Service, aggregate: str) -> None:
    await built.runtime.open()
    try:
        await ParkedEvents(built.runtime, built.handlers).retry_key(aggregate, by="operator")
    finally:
        await built.runtime.close()


if __name__ == "__main__":
    built = with_faults(service())
    if sys.argv[1:] == ["create"]:
        asyncio.run(built.migrations.create_all())
    elif sys.argv[1] == "retry-key":
        asyncio.run(_retry(built, sys.argv[2]))
    else:
        built.cli()
