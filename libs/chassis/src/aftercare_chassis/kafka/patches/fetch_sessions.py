"""Lets aiokafka's consumers fetch in sessions (KIP-227): a request names only the partitions that changed since the one before.

Without sessions each fetch names every partition, and each answer has an entry for it. A consumer at rest fetches twice a
second, so most of what it used, and most of what it cost the broker, was about partitions in which nothing had happened.

After an answer without records the broker is asked to wait longer for the next ones, which it sends at once when they arrive. It
answers one request of a connection after the other, so such a fetch must not be in the way: while a partition is paused it is
not used, and where the assignment changes, the connection is closed.

The broker keeps the partitions of a session, with the offsets to fetch from. A session that the broker does not know (it was
restarted, or needed the room) is answered with an error, and after any other failure it is unknown what the broker has seen:
the next request then names every partition and begins a new session. aiokafka 0.14 has the fields of the protocol and does
not use them. To be removed when it does.

The original also makes several calls for each assigned partition about twice per fetch, only to find out what to fetch next.
With the 132 partitions of all topics this took a tenth of the CPU of analytics-svc, so here it is one loop.
"""

import asyncio
from collections import defaultdict
from typing import Any

from aiokafka.client import ConnectionGroup
from aiokafka.consumer import consumer
from aiokafka.protocol.fetch import FetchRequest

from aftercare_chassis.kafka.patches.paced_fetches import PacedFetcher

QUIET_FACTOR = 4
"""After an answer without records the broker may wait so many times longer."""
DEFAULT = ConnectionGroup.DEFAULT
_LAST_EPOCH = 0x7FFFFFFF
Fetches = list[tuple[int, int, int]]
"""Of one topic: partitions, each with the offset and the number of bytes to fetch."""


def install() -> None:
    """Let every consumer of this process fetch in sessions."""
    consumer.Fetcher = SessionFetcher


class SessionFetcher(PacedFetcher):
    """A fetcher whose client sends fetches in sessions."""

    # Any: aiokafka is not typed.
    def __init__(self, client: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(SessionClient(client), *args, **kwargs)

    def _get_actions_per_node(self, assignment: Any) -> Any:
        """What the original returns, in the order of the assignment. Where a partition is paused, or has no position or no
        leader, the original itself decides."""
        topics, fetched, in_flight = self._client.cluster._partitions, self._records, self._in_flight
        fetches: dict[int, dict[str, Fetches]] = defaultdict(lambda: defaultdict(list))
        backoffs: dict[int, list[float]] = defaultdict(list)
        for partition, state in assignment._tp_state.items():
            topic, number = partition
            known = topic in topics and topics[topic].get(number)
            if state._position is None or state._paused or not known or known.leader == -1:
                return super()._get_actions_per_node(assignment)
            if partition in fetched:
                if backoff := fetched[partition].calculate_backoff():
                    backoffs[known.leader].append(backoff)
            elif known.leader not in in_flight:
                fetches[known.leader][topic].append((number, state._position, self._max_partition_fetch_bytes))
        limits = (self._fetch_max_wait_ms, self._fetch_min_bytes, self._fetch_max_bytes, self._isolation_level)
        requests = [
            (node, FetchRequest(*limits, list(some.items()))) for node, some in fetches.items() if node not in backoffs
        ]
        timeout = min(map(max, backoffs.values())) if backoffs else self._fetcher_timeout
        return requests, {}, timeout, False, []

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        quiet = self._client.sessions[node_id].quiet
        if quiet and not any(assignment.state_value(each).paused for each in assignment.tps):
            request._max_wait_ms *= QUIET_FACTOR
        found: bool = await super()._proc_fetch_request(assignment, node_id, request)
        return found


class SessionClient:
    """A Kafka client with one fetch session per broker; a fetcher sends one fetch at a time to each."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.sessions: dict[int, Session] = defaultdict(Session)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def send(self, node_id: int, request: Any) -> Any:
        """Send a request; a fetch as part of the broker's session."""
        if not isinstance(request, FetchRequest):
            return await self._client.send(node_id, request)
        session = self.sessions[node_id]
        try:
            response = await self._client.send(node_id, session.request(request))
        except BaseException as error:  # the broker may have taken the request, or not
            session.end()
            if isinstance(error, asyncio.CancelledError) and (held := self._client._conns.get((node_id, DEFAULT))):
                held.close()
            raise
        session.answered(response)
        answered = {topic for topic, _ in response.topics}
        request._topics = [each for each in request.topics if each[0] in answered]  # for which the caller looks
        return response


class Session:
    """What a broker knows: partitions, each with the offset and the number of bytes to fetch. Epoch 0 begins a session.

    `quiet`: the last answer had no records.
    """

    def __init__(self) -> None:
        self._id = self._epoch = 0
        self.quiet = False
        self._known: dict[str, Fetches] = {}

    def request(self, full: FetchRequest) -> "SessionRequest":
        """The request for all partitions of `full`, with those alone that the broker does not know like this."""
        wanted: dict[str, Fetches] = dict(full.topics)
        known, self._known = self._known, wanted
        changed, removed = [], []
        for topic in wanted.keys() | known.keys():
            now, before = wanted.get(topic, []), known.get(topic, [])
            if now != before:
                changed.append((topic, [each for each in now if each not in before]))
                removed.append((topic, sorted({number for number, *_ in before} - {number for number, *_ in now})))
        return SessionRequest(full, (self._id, self._epoch), changed, removed)

    def answered(self, response: Any) -> None:
        """Go on with the session, or begin a new one after an error, or where the broker has no room for one."""
        if response.error_code or not response.session_id:
            self.end()
        else:
            self._id, self._epoch = response.session_id, self._epoch % _LAST_EPOCH + 1
            self.quiet = not response.topics

    def end(self) -> None:
        """Begin a new session with the next request, which ends this one on the broker."""
        self._epoch, self._known, self.quiet = 0, {}, False


class SessionRequest(FetchRequest):  # type: ignore[misc]
    """A fetch of a session; in versions of the protocol without sessions, it would be incomplete."""

    def __init__(
        self,
        full: Any,
        session: tuple[int, int],
        changed: list[tuple[str, Fetches]],
        removed: list[tuple[str, list[int]]],
    ) -> None:
        limits = (full._max_wait_ms, full._min_bytes, full._max_bytes, full._isolation_level)
        super().__init__(*limits, [each for each in changed if each[1]], rack_id=full._rack_id)
        self._session, self._removed = session, [each for each in removed if each[1]]

    def build(self, request_struct_class: Any) -> Any:
        """The request in this version of the protocol."""
        built = super().build(request_struct_class)
        built.session_id, built.session_epoch = self._session
        built.forgotten_topics_data = self._removed
        return built
