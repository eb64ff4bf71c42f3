"""The log as it grows, read without a group: nothing notices that somebody looks."""

from collections.abc import AsyncGenerator

from aftercare_chassis.kafka import clients
from aftercare_events import TOPICS, Envelope, codec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_cli.events.filter import Wanted
from aftercare_cli.stack.interface import StackError

CALL_SECONDS = 20.0


async def tail(
    bootstrap: str, wanted: Wanted, *, from_beginning: bool
) -> AsyncGenerator[tuple[ConsumerRecord, Envelope | ValueError], None]:
    """The wanted records from now on, or from the first one that is kept; what cannot be read comes with its reason.

    Order holds per aggregate; records that came together are shown by their time. StackError when Kafka is away.
    """
    wanted.check()
    client = clients.reader(bootstrap, "tail")
    try:
        await clients.result(client.start(), CALL_SECONDS)
        await _stand(client, wanted, from_beginning)
        while True:
            fetched = await clients.result(client.getmany(timeout_ms=500, max_records=1000), CALL_SECONDS)
            for record in sorted((one for some in fetched.values() for one in some), key=lambda one: one.timestamp):
                envelope = _decoded(record)
                if wanted.fits(envelope) if isinstance(envelope, Envelope) else _all(wanted):
                    yield record, envelope
    except (KafkaError, OSError, TimeoutError) as error:
        raise StackError(f"kafka at {bootstrap} does not answer: {type(error).__name__}") from None
    finally:
        await clients.close(client, CALL_SECONDS)


async def _stand(client: AIOKafkaConsumer, wanted: Wanted, from_beginning: bool) -> None:
    places = [TopicPartition(name, n) for name in wanted.topics() for n in range(TOPICS[name].partitions)]
    look = client.beginning_offsets if from_beginning else client.end_offsets
    clients.assign(client, await clients.result(look(places), CALL_SECONDS))


def _all(wanted: Wanted) -> bool:
    return wanted.type is None and wanted.key is None and wanted.order is None


def _decoded(record: ConsumerRecord) -> Envelope | ValueError:
    try:
        return codec.decode(record.topic, record.key, record.value, record.headers)
    except ValueError as error:
        return error
