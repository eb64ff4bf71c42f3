"""One event taken to its second version, from the first day to the last: nobody misses a fact, nobody hears it twice.

A build is what its catalogue knows. Three of them meet the same log: the old one knows v1, the new one knows v2 and how
v1 becomes v2, the lean one knows v2 alone. A producer tells v1, then both, then v2.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database.mapping import Rows, Statement
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.service import Service
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, UPCASTERS, Envelope, Event, FeedbackReceived, TraceFields
from aftercare_events.evolution import releases
from aftercare_events.fields import Retells
from aftercare_events.topics import FEEDBACK
from pydantic import Field
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam
from sqlalchemy.dialects.postgresql import insert

OLD_NAME, NEW_NAME = "FeedbackReceived.v1", "FeedbackReceived.v2"


class FeedbackReceivedV2(Event):
    """Somebody told us something. `channel` is called what it is, and says whether a person can be answered there."""

    TOPIC = FEEDBACK
    KEY = "feedback_id"
    VERSION: ClassVar[int] = 2

    matter: str = "feedback"
    feedback_id: str
    heard_on: Annotated[str, Field(min_length=1)]
    answerable: bool
    text_hash: str
    retells: Retells = None


def rename_the_channel(data: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != "channel"}
    return {**kept, "heard_on": data["channel"], "answerable": data["channel"] != "overheard"}


@contextmanager
def build(kind: str) -> Iterator[None]:
    """What a build's catalogue knows, for as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        if kind in ("new", "lean"):
            patch.setitem(EVENTS, NEW_NAME, FeedbackReceivedV2)
        if kind == "new":
            patch.setitem(UPCASTERS, OLD_NAME, (NEW_NAME, rename_the_channel))
        if kind == "lean":
            patch.delitem(EVENTS, OLD_NAME)
        yield


metadata = MetaData()
notes = Table("notes", metadata, Column("id", Text, primary_key=True), Column("version", Integer, nullable=False))
heard = Table(
    "heard",
    metadata,
    Column("fact", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("times", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: str
    version: int


NOTES = Rows(notes, Note, {})
HEAR = Statement(
    insert(heard)
    .values(fact=bindparam("fact"), channel=bindparam("channel"), times=1)
    .on_conflict_do_update(index_elements=[heard.c.fact], set_={"times": heard.c.times + 1})
)


async def hear_old(tx: Transaction, event: FeedbackReceived) -> None:
    await tx.execute(HEAR, fact=event.result, channel=event.channel)


async def hear_new(tx: Transaction, event: FeedbackReceivedV2) -> None:
    await tx.execute(HEAR, fact=event.result, channel=event.heard_on)


HANDLERS: dict[str, Any] = {
    "old": {FeedbackReceived: hear_old},
    "new": {FeedbackReceivedV2: hear_new},
    "lean": {FeedbackReceivedV2: hear_new},
}


def letters(settings: ServiceSettings | None = None) -> Service:
    return Service(
        name="letters-svc",
        package="aftercare_events",
        settings=settings or ServiceSettings(),
        roles={},
        routers=[],
        metadata=metadata,
    )


class Producer:
    """Tells facts of one note, the way its build does."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def tell(self, note: str, fact: str, *how: str) -> None:
        async with self.harness.runtime.transaction() as tx:
            known = await tx.find(NOTES, note)
            answers = TraceFields(affected_party="b-1", applicant="b-1", handler="b-1", time=tx.now, result=fact)
            events = [self._made(version, note, answers, both=len(how) > 1) for version in how]
            if known is None:
                await tx.create(NOTES, Note(id=note, version=0), *events)
            else:
                await tx.save(NOTES, known, *events)

    async def history(self, note: str) -> list[Envelope]:
        """First v1, then both for a while, then v2; the last two facts are told in v2 alone."""
        for fact in ("one", "two"):
            await self.tell(note, f"{note} {fact}", "v1")
        for fact in ("three", "four"):
            await self.tell(note, f"{note} {fact}", "v1", "v2")
        for fact in ("five", "six"):
            await self.tell(note, f"{note} {fact}", "v2")
        return [envelope for envelope in await self.harness.envelopes() if envelope.subject == note]

    def _made(self, version: str, note: str, answers: TraceFields, *, both: bool) -> Event:
        if version == "v1":
            return FeedbackReceived(**answers, feedback_id=note, channel="phone", text_hash="sha256:0")
        return FeedbackReceivedV2(
            **answers,
            feedback_id=note,
            heard_on="phone",
            answerable=True,
            text_hash="sha256:0",
            retells=OLD_NAME if both else None,
        )


class Reader:
    """One consumer whose process is replaced by other builds."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def read(self, kind: str, envelopes: list[Envelope]) -> None:
        before, after = self.harness.consumer, Consumer(self.harness.runtime, HANDLERS[kind])
        after._cursors = dict(before._cursors)  # where a new process finds them in the database
        self.harness.consumer = after
        with build(kind):
            await self.harness.deliver(*envelopes)
        assert await self.harness.parked() == []

    async def heard(self, note: str) -> dict[str, tuple[str, int]]:
        rows: Any = await self.harness.runtime.pool.fetch("SELECT * FROM heard WHERE fact LIKE $1", f"{note} %")
        return {row["fact"].removeprefix(f"{note} "): (row["channel"], row["times"]) for row in rows}


@pytest.fixture
async def producer(postgres_url: str) -> AsyncIterator[Producer]:
    async with Harness.start(letters, postgres_url) as harness:
        harness.runtime.ids = Uuid7Ids()
        yield Producer(harness)


@pytest.fixture
async def reader(postgres_url: str) -> AsyncIterator[Reader]:
    async with Harness.start(letters, postgres_url) as harness:
        yield Reader(harness)


def once(*facts: str) -> dict[str, tuple[str, int]]:
    return dict.fromkeys(facts, ("phone", 1))


FIRST, BOTH, LAST = ("one", "two"), ("three", "four"), ("five", "six")
TOLD_TO_ALL = 6
"""Envelopes before v1 retires: two facts in v1, two in both versions."""


async def test_both_versions_stand_beside_each_other_on_the_log(producer: Producer) -> None:
    told = await producer.history("note")
    assert [envelope.type.rpartition(".")[2] for envelope in told] == ["v1", "v1", "v1", "v2", "v1", "v2", "v2", "v2"]
    assert [envelope.sequence for envelope in told] == list(range(1, 9))
    assert len({envelope.id for envelope in told}) == 8


async def test_the_old_consumer_goes_on_as_if_nothing_had_happened(producer: Producer, reader: Reader) -> None:
    told = await producer.history("note")
    await reader.read("old", told[:TOLD_TO_ALL])
    assert await reader.heard("note") == once(*FIRST, *BOTH)


async def test_the_new_consumer_hears_the_whole_log_once(producer: Producer, reader: Reader) -> None:
    """A projection made anew from the beginning, long after v1 has retired."""
    told = await producer.history("note")
    await reader.read("new", told)
    assert await reader.heard("note") == once(*FIRST, *BOTH, *LAST)
    last = "SELECT last_sequence FROM subject_state WHERE aggregateid = 'note'"
    assert await reader.harness.runtime.pool.fetchval(last) == 8, "what is passed over leaves no gap"


async def test_a_consumer_replaced_at_any_moment_hears_each_fact_once(producer: Producer, reader: Reader) -> None:
    """By the new build, or back by the old one and forward again: also between the two tellings of one fact."""
    for cut in range(TOLD_TO_ALL + 1):
        told = await producer.history(f"up{cut}")
        await reader.read("old", told[:cut])
        await reader.read("new", told[cut:])
        assert await reader.heard(f"up{cut}") == once(*FIRST, *BOTH, *LAST), f"updated before record {cut}"
        told = await producer.history(f"down{cut}")
        await reader.read("new", told[:cut])
        await reader.read("old", told[cut:TOLD_TO_ALL])
        await reader.read("new", told[TOLD_TO_ALL:])
        assert await reader.heard(f"down{cut}") == once(*FIRST, *BOTH, *LAST), f"taken back before record {cut}"


async def test_who_never_knew_the_old_version_hears_the_new_one(producer: Producer, reader: Reader) -> None:
    """A consumer that comes late and needs what only v2 tells: it has no upcaster, so nothing was heard before."""
    told = await producer.history("note")
    await reader.read("lean", told)
    assert await reader.heard("note") == once(*BOTH, *LAST)


async def test_a_second_delivery_of_everything_changes_nothing(producer: Producer, reader: Reader) -> None:
    told = await producer.history("note")
    await reader.read("new", told)
    await reader.read("new", told)
    assert await reader.heard("note") == once(*FIRST, *BOTH, *LAST)


def test_the_gate_lets_every_step_pass_and_no_other(tmp_path: Path) -> None:
    first: dict[str, type[Event]] = {OLD_NAME: FeedbackReceived}
    second: dict[str, type[Event]] = {NEW_NAME: FeedbackReceivedV2}
    upcasters = {OLD_NAME: (NEW_NAME, rename_the_channel)}
    releases.freeze(tmp_path, "v0.1.0", first)
    assert releases.check(tmp_path, first | second, upcasters) == []
    releases.freeze(tmp_path, "v0.2.0", first | second)
    assert releases.check(tmp_path, second, upcasters) == []
    [offence] = releases.check(tmp_path, second, {})
    assert offence.startswith(f"{OLD_NAME}: event removed")
