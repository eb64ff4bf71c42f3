"""What a consumer fetches next is what the library's own fetcher would fetch."""

from types import SimpleNamespace
from typing import Any

from aftercare_chassis.kafka.patches.fetch_sessions import SessionFetcher
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import Assignment
from hypothesis import given
from hypothesis import strategies as st

PARTITIONS = [TopicPartition(topic, number) for topic in ("orders", "cases") for number in range(3)]
TIMEOUT = 1.0
POSITION, LEADER = st.integers(0, 3), st.sampled_from([1, 2])


class Cluster:
    """The leader of each partition; None where the partition is unknown, -1 where it has none."""

    def __init__(self, leaders: dict[TopicPartition, int | None]) -> None:
        self._partitions: dict[str, dict[int, Any]] = {}
        for (topic, number), leader in leaders.items():
            if leader is not None:
                self._partitions.setdefault(topic, {})[number] = SimpleNamespace(leader=leader)

    def leader_for_partition(self, partition: TopicPartition) -> int | None:
        known = self._partitions.get(partition.topic, {}).get(partition.partition)
        return known and known.leader  # type: ignore[no-any-return]


def a_fetcher(cluster: Cluster, in_flight: set[int], backoffs: dict[TopicPartition, float]) -> SessionFetcher:
    """A fetcher with fetches on their way to these nodes, and records of these partitions that wait for the consumer."""
    made = object.__new__(SessionFetcher)
    made._client = SimpleNamespace(cluster=cluster)
    made._in_flight, made._fetcher_timeout, made._client_rack = in_flight, TIMEOUT, None
    made._records = {each: SimpleNamespace(calculate_backoff=backoff.__float__) for each, backoff in backoffs.items()}
    made._preferred_read_replica = {}
    made._fetch_max_wait_ms, made._fetch_min_bytes, made._fetch_max_bytes, made._isolation_level = 500, 1, 1000, 0
    made._max_partition_fetch_bytes = 100
    return made


async def an_assignment(positions: dict[TopicPartition, int | None], paused: set[TopicPartition]) -> Assignment:
    found = Assignment(PARTITIONS)
    for partition, position in positions.items():
        if position is not None:
            found.state_value(partition).seek(position)
        if partition in paused:
            found.state_value(partition).pause()
    return found


def comparable(actions: Any) -> Any:
    """The original shuffles the partitions of a request."""
    requests, resets, *rest = actions
    fetches = {
        node: {(topic, *fetch) for topic, some in request.topics for fetch in some} for node, request in requests
    }
    return fetches, {node: set(some) for node, some in resets.items()}, *rest


def in_each_partition(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[TopicPartition, Any]]:
    return st.fixed_dictionaries(dict.fromkeys(PARTITIONS, values))


@given(
    positions=in_each_partition(POSITION) | in_each_partition(POSITION | st.none()),
    paused=st.just(set()) | st.sets(st.sampled_from(PARTITIONS)),
    led=in_each_partition(LEADER) | in_each_partition(LEADER | st.sampled_from([None, -1])),
    in_flight=st.sets(LEADER),
    backoffs=st.dictionaries(
        st.sampled_from([*PARTITIONS, TopicPartition("revoked", 0)]), st.sampled_from([0.0, 0.1, 0.2])
    ),
)
async def test_the_original_would_fetch_the_same(
    positions: dict[TopicPartition, int | None],
    paused: set[TopicPartition],
    led: dict[TopicPartition, int | None],
    in_flight: set[int],
    backoffs: dict[TopicPartition, float],
) -> None:
    assignment = await an_assignment(positions, paused)
    fetcher = a_fetcher(Cluster(led), in_flight, backoffs)
    original = Fetcher._get_actions_per_node(fetcher, assignment)
    assert comparable(fetcher._get_actions_per_node(assignment)) == comparable(original)
