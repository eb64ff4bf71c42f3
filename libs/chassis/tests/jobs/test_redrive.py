"""Parked events that miss an event of another aggregate are retried when that event was handled after all."""

from typing import Any

import pytest
from aftercare_chassis.consumer.chunks import ChunkProcessor
from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.jobs.redrive import Redrive
from aftercare_chassis.testing import Harness
from aftercare_events import ConversationClosed
from aiokafka import TopicPartition
from awaiting_events import after_its_order, conversation_closed, is_handled
from log_support import Make, envelope_of

CONVERSATIONS = TopicPartition("aftercare.conversations.v1", 0)


@pytest.fixture
def tries() -> list[str]:
    return []


@pytest.fixture
def handlers(tally: Harness, tries: list[str]) -> Handlers:
    return {**tally.service.handlers, ConversationClosed: after_its_order(tries, set())}


async def park(harness: Harness, handlers: Handlers, order: str) -> None:
    """Park the event of a conversation that has waited too long for its order."""
    record = harness.record(envelope_of(conversation_closed(harness, order)))
    await ChunkProcessor(harness.runtime, Dispatcher(handlers)).process(CONVERSATIONS, [record], may_wait=False)


async def test_a_parked_event_is_retried_when_the_awaited_one_was_handled(
    tally: Harness, handlers: Handlers, tries: list[str], order_cancelled: Make
) -> None:
    await park(tally, handlers, "ord_1")
    explanation = "it builds on an event of ord_1 that has not been handled"
    assert await tally.parked() == [f"ConversationClosed.v1: {explanation}"]
    redrive = Redrive(handlers)
    for _ in range(5):
        await redrive.step(tally.runtime)
    assert tries == ["ord_1", "ord_1"], "once from the log, once to learn what it awaits"
    await tally.consume(order_cancelled("ord_2"))
    await redrive.step(tally.runtime)
    assert len(tries) == 2
    await tally.consume(order_cancelled("ord_1"))
    await redrive.step(tally.runtime)
    assert await is_handled(tally, "ord_1")
    assert await tally.parked() == []
    decided: Any = await tally.runtime.pool.fetchrow("SELECT decision, decided_by, aggregateid FROM parked_decision")
    assert tuple(decided) == ("retried", "system", "conv_ord_1")


async def test_an_event_that_does_not_help_leads_to_one_more_try(
    tally: Harness, handlers: Handlers, tries: list[str]
) -> None:
    await park(tally, handlers, "ord_1")
    await tally.runtime.pool.execute("INSERT INTO subject_state VALUES ($1, 'ord_1', 7)", tally.runtime.name)
    redrive = Redrive(handlers)
    for _ in range(5):
        await redrive.step(tally.runtime)
    assert len(tries) == 3, "from the log, to learn what it awaits, and for the events that are there"


async def test_events_parked_for_other_reasons_are_left_to_operators(
    tally: Harness, handlers: Handlers, order_cancelled: Make
) -> None:
    await tally.consume(order_cancelled("ord_1", "unprocessable"))
    before = await tally.runtime.pool.fetch("SELECT * FROM parked_event")
    await Redrive(handlers).step(tally.runtime)
    assert await tally.runtime.pool.fetch("SELECT * FROM parked_event") == before
