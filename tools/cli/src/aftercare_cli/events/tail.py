"""Follows the log without a consumer group, so that reading changes nothing on the broker."""

from collections.abc import AsyncGenerator

from aftercare_chassis.kafka import clients
from aftercare_events import TOPICS, Envelope, codec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_cli.events.filter import EventFilter
from aftercare_cli.stack.interface import StackError

CALL_SECONDS = 20.0


async def tail(
    bootstrap: str, wanted: EventFilter, *, from_beginning: bool
) -> AsyncGenerator[tuple[ConsumerRecord, Envelope | ValueError], None]:
    """The matching records from now on, or from the oldest one; a record that cannot be read comes with its error.

    The order holds per aggregate; records of one fetch are sorted by their time.

    Raises:
        StackError: Kafka does not answer, or the filter names a type or topic that does not exist.
    """
    wanted.check()
    client = clients.reader(bootstrap, "tail")
    try:
        await clients.result(client.start(), CALL_SECONDS)
        await _seek(client, wanted, from_beginning)
        while True:
            fetched = await clients.result(client.getmany(timeout_ms=500, max_records=1000), CALL_SECONDS)
            for record in sorted((one for some in fetched.values() for one in some), key=lambda one: one.timestamp):
                envelope = _decoded(record)
                if wanted.matches(envelope) if isinstance(envelope, Envelope) else wanted.matches_all():
                    yield record, envelope
    except (KafkaError, OSError, TimeoutError) as error:
        raise StackError(f"kafka at {bootstrap} does not answer: {type(error).__name__}") from None
    finally:
        await clients.close(client, CALL_SECONDS)


async def _seek(client: AIOKafkaConsumer, wanted: EventFilter, from_beginning: bool) -> None:
    partitions = [TopicPartition(name, n) for name in wanted.topics() for n in range(TOPICS[name].partitions)]
    offsets = client.beginning_offsets if from_beginning else client.end_offsets
    clients.assign(client, await clients.result(offsets(partitions), CALL_SECONDS))


def _decoded(record: ConsumerRecord) -> Envelope | ValueError:
    try:
        return codec.decode(record.topic, record.key, record.value, record.headers)
    except ValueError as error:
        return error
