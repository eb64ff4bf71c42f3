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
Partition = tuple[str, int]
"""Topic and number."""


def install() -> None:
    """Let every consumer of this process fetch in sessions."""
    consumer.Fetcher = SessionFetcher


class SessionFetcher(PacedFetcher):
    """A fetcher whose client sends fetches in sessions."""

    # Any: aiokafka is not typed.
    def __init__(self, client: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(SessionClient(client), *args, **kwargs)

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
        self.cluster = client.cluster  # read for every partition: an attribute is quicker than `__getattr__`
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
        return response


class Session:
    """What a broker knows: partitions, each with the offset and the number of bytes to fetch. Epoch 0 begins a session.

    `quiet`: the last answer had no records.
    """

    def __init__(self) -> None:
        self._id = self._epoch = 0
        self.quiet = False
        self._known: dict[Partition, tuple[int, ...]] = {}

    def request(self, full: FetchRequest) -> "SessionRequest":
        """The request for all partitions of `full`, with those alone that the broker does not know like this."""
        wanted = {(topic, number): tuple(how) for topic, some in full.topics for number, *how in some}
        known, self._known = self._known, wanted
        changed = [
            (topic, number, *how) for (topic, number), how in wanted.items() if known.get((topic, number)) != how
        ]
        removed = known.keys() - wanted.keys()
        return SessionRequest(full, (self._id, self._epoch), _by_topic(changed), _by_topic(removed))

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

    def __init__(self, full: Any, session: tuple[int, int], changed: Any, removed: Any) -> None:
        options = (full._max_wait_ms, full._min_bytes, full._max_bytes, full._isolation_level)
        super().__init__(*options, changed, rack_id=full._rack_id)
        self._session, self._removed = session, removed

    def build(self, request_struct_class: Any) -> Any:
        """The request in this version of the protocol."""
        built = super().build(request_struct_class)
        built.session_id, built.session_epoch = self._session
        built.forgotten_topics_data = [(topic, [number for (number,) in some]) for topic, some in self._removed]
        return built


def _by_topic(partitions: Any) -> list[tuple[str, list[tuple[int, ...]]]]:
    topics = defaultdict(list)
    for topic, *partition in partitions:
        topics[topic].append(tuple(partition))
    return list(topics.items())
