"""An event gets a second version, from the first day to the last: no consumer misses a fact or handles it twice.

Three builds read the same log: the old one knows v1, the new one knows v2 and an upcaster from v1, the third one knows only v2.
A producer publishes v1, then both, then v2.
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
    """Feedback came in. `channel` has another name, and a field states whether a person can be answered there."""

    TOPIC = FEEDBACK
    KEY = "feedback_id"
    VERSION: ClassVar[int] = 2

    matter: str = "feedback"
    feedback_id: str
    received_on: Annotated[str, Field(min_length=1)]
    answerable: bool
    text_hash: str
    retells: Retells = None


def rename_the_channel(data: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != "channel"}
    return {**kept, "received_on": data["channel"], "answerable": data["channel"] != "anonymous"}


@contextmanager
def build(kind: str) -> Iterator[None]:
    """Give this process the events and upcasters of such a build for as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        if kind in ("new", "v2 only"):
            patch.setitem(EVENTS, NEW_NAME, FeedbackReceivedV2)
        if kind == "new":
            patch.setitem(UPCASTERS, OLD_NAME, (NEW_NAME, rename_the_channel))
        if kind == "v2 only":
            patch.setitem(EVENTS, OLD_NAME, None)  # not deleted: restoring it would change the order of the catalogue
        yield


metadata = MetaData()
notes = Table("notes", metadata, Column("id", Text, primary_key=True), Column("version", Integer, nullable=False))
facts = Table(
    "facts",
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
COUNT = Statement(
    insert(facts)
    .values(fact=bindparam("fact"), channel=bindparam("channel"), times=1)
    .on_conflict_do_update(index_elements=[facts.c.fact], set_={"times": facts.c.times + 1})
)


async def count_old(tx: Transaction, event: FeedbackReceived) -> None:
    await tx.execute(COUNT, fact=event.result, channel=event.channel)


async def count_new(tx: Transaction, event: FeedbackReceivedV2) -> None:
    await tx.execute(COUNT, fact=event.result, channel=event.received_on)


HANDLERS: dict[str, Any] = {
    "old": {FeedbackReceived: count_old},
    "new": {FeedbackReceivedV2: count_new},
    "v2 only": {FeedbackReceivedV2: count_new},
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
    """Publishes facts about notes, in the versions of its build."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def publish(self, note: str, fact: str, *versions: str) -> None:
        async with self.harness.runtime.transaction() as tx:
            known = await tx.find(NOTES, note)
            trace = TraceFields(affected_party="b-1", applicant="b-1", handler="b-1", time=tx.now, result=fact)
            events = [self._event(version, note, trace, both=len(versions) > 1) for version in versions]
            if known is None:
                await tx.create(NOTES, Note(id=note, version=0), *events)
            else:
                await tx.save(NOTES, known, *events)

    async def history(self, note: str) -> list[Envelope]:
        """Two facts in v1, two in both versions, two in v2 alone."""
        for fact in ("one", "two"):
            await self.publish(note, f"{note} {fact}", "v1")
        for fact in ("three", "four"):
            await self.publish(note, f"{note} {fact}", "v1", "v2")
        for fact in ("five", "six"):
            await self.publish(note, f"{note} {fact}", "v2")
        return [envelope for envelope in await self.harness.envelopes() if envelope.subject == note]

    def _event(self, version: str, note: str, trace: TraceFields, *, both: bool) -> Event:
        if version == "v1":
            return FeedbackReceived(**trace, feedback_id=note, channel="phone", text_hash="sha256:0")
        return FeedbackReceivedV2(
            **trace,
            feedback_id=note,
            received_on="phone",
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
        after._chunks.cursors.update(before._chunks.cursors)  # a new process reads them from the database
        self.harness.consumer = after
        with build(kind):
            await self.harness.deliver(*envelopes)
        assert await self.harness.parked() == []

    async def facts(self, note: str) -> dict[str, tuple[str, int]]:
        rows: Any = await self.harness.runtime.pool.fetch("SELECT * FROM facts WHERE fact LIKE $1", f"{note} %")
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
WITH_V1 = 6
"""How many events there are before v1 ends: two facts in v1, two in both versions."""


async def test_both_versions_are_on_the_log(producer: Producer) -> None:
    history = await producer.history("note")
    assert [envelope.type.rpartition(".")[2] for envelope in history] == [
        "v1",
        "v1",
        "v1",
        "v2",
        "v1",
        "v2",
        "v2",
        "v2",
    ]
    assert [envelope.sequence for envelope in history] == list(range(1, 9))
    assert len({envelope.id for envelope in history}) == 8


async def test_the_old_consumer_goes_on_as_if_nothing_had_happened(producer: Producer, reader: Reader) -> None:
    history = await producer.history("note")
    await reader.read("old", history[:WITH_V1])
    assert await reader.facts("note") == once(*FIRST, *BOTH)


async def test_the_new_consumer_handles_each_fact_of_the_log_once(producer: Producer, reader: Reader) -> None:
    """As in a projection that is rebuilt from the beginning, long after v1 has ended."""
    history = await producer.history("note")
    await reader.read("new", history)
    assert await reader.facts("note") == once(*FIRST, *BOTH, *LAST)
    last = "SELECT last_sequence FROM subject_state WHERE aggregateid = 'note'"
    assert await reader.harness.runtime.pool.fetchval(last) == 8, "an ignored event leaves no gap"


async def test_a_consumer_replaced_at_any_moment_handles_each_fact_once(producer: Producer, reader: Reader) -> None:
    """By the new build, or back by the old one and forward again: also between the two events of one fact."""
    for cut in range(WITH_V1 + 1):
        history = await producer.history(f"up{cut}")
        await reader.read("old", history[:cut])
        await reader.read("new", history[cut:])
        assert await reader.facts(f"up{cut}") == once(*FIRST, *BOTH, *LAST), f"updated before record {cut}"
        history = await producer.history(f"down{cut}")
        await reader.read("new", history[:cut])
        await reader.read("old", history[cut:WITH_V1])
        await reader.read("new", history[WITH_V1:])
        assert await reader.facts(f"down{cut}") == once(*FIRST, *BOTH, *LAST), f"taken back before record {cut}"


async def test_a_consumer_without_the_old_version_handles_the_new_one(producer: Producer, reader: Reader) -> None:
    """A consumer that needs what only v2 contains has no upcaster, so it handles the facts since v2 began."""
    history = await producer.history("note")
    await reader.read("v2 only", history)
    assert await reader.facts("note") == once(*BOTH, *LAST)


async def test_a_second_delivery_of_everything_changes_nothing(producer: Producer, reader: Reader) -> None:
    history = await producer.history("note")
    await reader.read("new", history)
    await reader.read("new", history)
    assert await reader.facts("note") == once(*FIRST, *BOTH, *LAST)


def test_the_evolution_check_allows_every_step_and_no_other(tmp_path: Path) -> None:
    first: dict[str, type[Event]] = {OLD_NAME: FeedbackReceived}
    second: dict[str, type[Event]] = {NEW_NAME: FeedbackReceivedV2}
    upcasters = {OLD_NAME: (NEW_NAME, rename_the_channel)}
    releases.freeze(tmp_path, "v0.1.0", first)
    assert releases.check(tmp_path, first | second, upcasters) == []
    releases.freeze(tmp_path, "v0.2.0", first | second)
    assert releases.check(tmp_path, second, upcasters) == []
    [violation] = releases.check(tmp_path, second, {})
    assert violation.startswith(f"{OLD_NAME}: event removed")
