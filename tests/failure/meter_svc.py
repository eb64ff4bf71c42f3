"""A service as small as can be, run as real processes where only the spine is on trial.

Meters are counted up by commands; each event is taken back in by the same service's consumers, which write one plain
row per event (no constraint that would hide a second one) and fold the value into a chain that depends on the order.

    python meter_svc.py serve | relay | consume | create
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
from launch import prepared
from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, MetaData, Table, Text, Uuid, func

TOPIC = Topic(os.environ.get("METER_TOPIC", "aftercare.meters.v1"), writer="meter-svc", aggregate="meter")
NAME = os.environ.get("METER_NAME", "meter-svc")
FIXED = bool(os.environ.get("METER_FIXED"))
TELLS = os.environ.get("METER_TELLS", "v1").split(",")
HEARS = os.environ.get("METER_HEARS", "v1").split(",")

PAUSE = Path(os.environ.get("METER_PAUSE", "/nonexistent"))
REACHED = PAUSE.with_suffix(".reached")

metadata = MetaData()
meters = Table(
    "meters",
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
readings = Table(
    "readings",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("chain", Text, nullable=False),
)

_EFFECT = """
WITH written AS (INSERT INTO effects (event_id, subject, sequence) VALUES ($1, $2, $3))
INSERT INTO readings AS r (subject, total, chain) VALUES ($2, $4::bigint, md5($4::bigint::text))
ON CONFLICT (subject) DO UPDATE SET total = r.total + EXCLUDED.total, chain = md5(r.chain || EXCLUDED.chain)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    id: str
    version: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    id: str
    version: int
    of: str


METERS, ECHOES = Rows(meters, Meter, {"buyer": None}), Rows(echoes, Echo, {"buyer": None})


class Metered(Event):
    TOPIC: ClassVar[Topic] = TOPIC
    KEY: ClassVar[str] = "meter_id"
    matter: str = "metered"
    meter_id: str
    value: int
    mood: str = ""


class MeteredAnew(Event):
    """The second version: the value has become a text and a unit came along. Told beside the first, it says so."""

    TOPIC: ClassVar[Topic] = TOPIC
    KEY: ClassVar[str] = "meter_id"
    VERSION: ClassVar[int] = 2
    matter: str = "metered"
    meter_id: str
    reading: str
    unit: str
    mood: str = ""
    retells: Retells = None

    @classmethod
    def type_name(cls) -> str:
        return "Metered.v2"


class Echoed(Event):
    TOPIC: ClassVar[Topic] = TOPIC
    KEY: ClassVar[str] = "echo_id"
    matter: str = "echoed"
    echo_id: str
    of: str


registry.EVENTS["Echoed.v1"] = Echoed
if "v1" in HEARS:
    registry.EVENTS["Metered.v1"] = Metered
if "v2" in HEARS:
    registry.EVENTS["Metered.v2"] = MeteredAnew


def _told(tx: Transaction, meter_id: str, value: int, mood: str) -> list[Event]:
    answers = {"affected_party": "p", "applicant": "p", "handler": tx.actor.id, "time": tx.now, "result": "counted"}
    told: list[Event] = []
    if "v1" in TELLS:
        told.append(Metered(**answers, meter_id=meter_id, value=value, mood=mood))
    if "v2" in TELLS:
        retells = "Metered.v1" if told else None
        told.append(
            MeteredAnew(**answers, meter_id=meter_id, reading=str(value), unit="kWh", mood=mood, retells=retells)
        )
    return told


class MeterIn(In):
    id: str = ""
    times: int = 1


class UpIn(In):
    times: int = 1
    mood: str = ""
    wait: float = 0
    pad: int = 0


class MeterOut(Out):
    id: str
    version: int
    count: int


router = APIRouter(prefix="/v1/meters", tags=["meters"], route_class=ApiRoute)


@router.post("", status_code=201)
async def create(body: MeterIn, tx: Tx) -> MeterOut:
    meter = Meter(id=body.id or tx.new_id("meter"), version=0, count=body.times)
    told = [event for number in range(body.times) for event in _told(tx, meter.id, number + 1, "")]
    return MeterOut.model_validate(await tx.create(METERS, meter, *told))


@router.post("/{meter_id}/up")
async def up(meter_id: str, body: UpIn, tx: Tx) -> MeterOut:
    """Count up; `wait` and the mood "hold" keep the transaction open after its outbox rows were numbered, for so many
    seconds or as long as the test wants; `pad` makes big events."""
    meter = await tx.lock(METERS, meter_id)
    mood = body.mood + "." * body.pad
    told = [event for number in range(body.times) for event in _told(tx, meter.id, meter.count + number + 1, mood)]
    saved = await tx.save(METERS, replace(meter, count=meter.count + body.times), *told)
    if body.wait or body.mood == "hold":
        await tx.finish()  # the ids are taken here, the commit comes later: the classic trap
        tx.recorded.clear()
        await (_paused() if body.mood == "hold" else asyncio.sleep(body.wait))
    return MeterOut.model_validate(saved)


async def _paused() -> None:
    REACHED.touch()
    while PAUSE.exists():  # noqa: ASYNC110, ASYNC240 - in a test, another process takes the file away
        await asyncio.sleep(0.02)


async def _write(tx: Transaction, value: int) -> None:
    cause = tx.cause
    assert cause is not None
    await tx.connection.execute(_EFFECT, cause.id, cause.subject, cause.sequence, value)


async def _in_mood(tx: Transaction, subject: str, mood: str) -> None:
    mood = mood.rstrip(".")
    if mood == "poison" and not FIXED:
        raise ValueError("this build cannot read that")
    if mood == "pause":
        await _paused()
    if mood == "echo":
        echo = Echo(id=tx.new_id("echo"), version=0, of=subject)
        answers = {"affected_party": "p", "applicant": "p", "handler": "system", "time": tx.now, "result": "echoed"}
        await tx.create(ECHOES, echo, Echoed(**answers, echo_id=echo.id, of=subject))


async def metered(tx: Transaction, event: Metered) -> None:
    await _in_mood(tx, event.meter_id, event.mood)
    await _write(tx, event.value)


async def metered_anew(tx: Transaction, event: MeteredAnew) -> None:
    await _in_mood(tx, event.meter_id, event.mood)
    await _write(tx, int(event.reading))


async def echoed(tx: Transaction, event: Echoed) -> None:
    await _write(tx, 0)


def service(settings: ServiceSettings | None = None) -> Service:
    handlers: Handlers = {Echoed: echoed, **({MeteredAnew: metered_anew} if "v2" in HEARS else {Metered: metered})}
    return Service(
        name=NAME,
        package="aftercare_chassis",
        settings=settings or ServiceSettings(),
        roles=ROLES,
        routers=[router],
        handlers=handlers,
        metadata=metadata,
    )


async def _retry(made: Service, aggregate: str) -> None:
    """What an operator does once the fix is there."""
    await made.runtime.open()
    try:
        await ParkedEvents(made.runtime, made.handlers).retry_key(aggregate, by="operator")
    finally:
        await made.runtime.close()


if __name__ == "__main__":
    made = prepared(service())
    if sys.argv[1:] == ["create"]:
        asyncio.run(made.migrations.create_all())
    elif sys.argv[1] == "retry-key":
        asyncio.run(_retry(made, sys.argv[2]))
    else:
        made.cli()
