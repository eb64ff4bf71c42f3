"""A whole service in the test's process: requests go through its app into a real database, events come in through its
inbox and are read from its outbox, timers and workers run when the test calls them."""

import atexit
import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, Generic, cast, get_args, get_type_hints
from uuid import UUID, uuid4

import httpx
from aftercare_events import Envelope, Event, codec
from aiokafka import ConsumerRecord, TopicPartition
from fastapi import FastAPI
from joserfc.jwk import ECKey

from aftercare_chassis.auth.dev_keys import make_key_set, mint
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.jobs.deadlines import Deadlines
from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.service import Service
from aftercare_chassis.settings import S
from aftercare_chassis.testing.clocks import START, FixedClock, SequentialIds
from aftercare_chassis.testing.databases import database, empty
from aftercare_chassis.testing.documented_problems import check_documented
from aftercare_chassis.testing.servers import ServiceProcess, run_command, serve_process

# Any: settings and the columns of a Record differ per service and query.

_OUTBOX = "SELECT topic, aggregateid, headers, payload FROM outbox ORDER BY id OFFSET $1"


@cache
def _settings_of(factory: Callable[[Any], Service[Any]]) -> type[Any]:  # Any: settings differ per service
    """The class of the settings that this factory is given."""
    return cast(type[Any], get_args(get_type_hints(factory)["settings"])[0])


_schemas: dict[CodeType, tuple[str, Migrations]] = {}
"""The package and the migrations of the service that a function makes, by its code, which is the same whenever a fixture
defines the function again. To make a service for them takes longer than most tests."""


@cache
def _keys() -> tuple[ECKey, Path]:
    directory = Path(tempfile.mkdtemp(prefix="aftercare-keys-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return make_key_set(directory), directory / "jwks.json"


class _Client(httpx.AsyncClient):
    """Adds a new Idempotency-Key to each command without one, and checks that each problem is documented."""

    def __init__(self, app: FastAPI, **options: Any) -> None:  # Any: options of httpx
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        super().__init__(transport=transport, base_url="http://service.test", **options)
        self._app = app

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # Any: options of httpx
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            request.headers.setdefault("Idempotency-Key", uuid4().hex)
        response = await super().send(request, **options)
        check_documented(self._app, response)
        return response


class Harness(Generic[S]):
    """Created by `start`. The test controls `clock` and `ids`; `runtime` is the service's own."""

    def __init__(self, service: Service[S], settings: S) -> None:
        self.service, self.settings, self.runtime = service, settings, service.runtime
        self.clock = FixedClock()
        self.runtime.clock = self.clock
        self.runtime.verifier = self.runtime.verifier.at(self.clock)
        # httpx's ASGI transport returns a response once it is complete, so event streams have to end.
        self.runtime.leaving = lambda: True
        self._clients = AsyncExitStack()
        self._start_over()

    def _start_over(self) -> None:
        self.consumer = Consumer(self.runtime, self.service.handlers)
        self._deadlines = Deadlines(self.runtime, self.service.deadlines)
        self.ids = self.runtime.ids = SequentialIds()
        self._offsets: Counter[str] = Counter()
        self._sequences: Counter[str] = Counter()
        self._event_ids = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def start(
        cls, factory: Callable[[S], Service[S]], postgres_url: str, **settings: object
    ) -> AsyncIterator["Harness[S]"]:
        """The service that `factory` returns, on a database of its own; `settings` override the defaults."""
        made = _settings_of(factory)
        given = {
            "kafka": "127.0.0.1:9",  # nothing listens there: the harness itself delivers events
            "jwks_file": str(_keys()[1]),
            "signing_key": "a key for tests only",
            **settings,
        }
        if factory.__code__ not in _schemas:
            blueprint = factory(made(database_url=postgres_url, **given))
            _schemas[factory.__code__] = blueprint.package, blueprint.migrations
        async with database(postgres_url, *_schemas[factory.__code__]) as url:
            configured = made(database_url=url, **given)
            harness = cls(factory(configured), configured)
            await harness.runtime.open()
            try:
                async with harness._clients:
                    yield harness
            finally:
                await harness.runtime.close()

    async def reset(self) -> None:
        """Empty the database, and start the clock, the ids and the sequences again, for histories that follow each other."""
        await empty(self.settings.database_url)
        self.clock.set(START)
        self._start_over()

    def token(
        self, role: str, sub: str, tenant: str | None = None, *, hours: float = 24 * 365, program: bool = False
    ) -> str:
        """A bearer token as the identity provider would issue it; `tenant` is whom the person acts for, or the program."""
        claims = {claim: tenant for claim in self.service.roles.values() if claim}
        claims["client_id"] = sub if program else None
        return mint(
            _keys()[0],
            role=role,
            sub=sub,
            issuer=self.settings.jwt_issuer,
            now=self.clock.now(),
            hours=hours,
            **claims,
        )

    def client(
        self, role: str | None = None, sub: str = "", tenant: str | None = None, *, program: bool = False
    ) -> httpx.AsyncClient:
        """An HTTP client of the service's app, with a token unless `role` is None."""
        headers = {"Authorization": f"Bearer {self.token(role, sub, tenant, program=program)}"} if role else {}
        client = _Client(self.service.app, headers=headers)
        self._clients.push_async_callback(client.aclose)
        return client

    def serve(self) -> AbstractAsyncContextManager[ServiceProcess]:
        """The service's `serve` as a process of its own over this database: `async with harness.serve() as served`.

        It runs by the system's clock: `harness.clock.set(datetime.now(UTC))` makes tokens that it accepts.
        """
        return serve_process(self.service.package, self.settings)

    async def run(self, *words: str) -> tuple[int, str]:
        """Run the service's command with these words over this database: (exit code, standard output)."""
        return await run_command(self.service.package, self.settings, *words)

    async def consume(
        self,
        event: Event,
        *,
        sequence: int | None = None,
        event_id: UUID | None = None,
        source: str = "/elsewhere",
        may_wait: bool = True,
    ) -> Envelope:
        """Let the consumer handle one event; its sequence is the next one of its aggregate unless given.

        Without `may_wait`, an event whose handler raises Retry is parked, as after a minute.
        """
        self._sequences[event.aggregate_id] = sequence or self._sequences[event.aggregate_id] + 1
        envelope = Envelope.of(
            event,
            id=event_id or UUID(int=(0xE << 124) | next(self._event_ids)),
            source=source,
            sequence=self._sequences[event.aggregate_id],
            correlation_id="test",
        )
        await self.deliver(envelope, may_wait=may_wait)
        return envelope

    async def deliver(self, *envelopes: Envelope, may_wait: bool = True) -> None:
        """Let the consumer handle these, in this order, as records of one partition per topic."""
        for envelope in envelopes:
            partition = TopicPartition(envelope.topic, 0)
            await self.consumer.process(partition, [self.record(envelope)], may_wait=may_wait)

    def record(self, envelope: Envelope) -> ConsumerRecord:
        """The envelope as the next record of partition 0 of its topic."""
        key, value, headers = codec.encode(envelope)
        offset = self._offsets[envelope.topic]
        self._offsets[envelope.topic] += 1
        stamp = int(envelope.time.timestamp() * 1000)
        return ConsumerRecord(
            envelope.topic, 0, offset, stamp, 0, key, value, None, len(key), len(value), tuple(headers)
        )

    async def envelopes(self, *, skip: int = 0) -> list[Envelope]:
        """The events in the outbox with their envelopes, oldest first, without the first `skip`."""
        rows = await self.runtime.pool.fetch(_OUTBOX, skip)
        return [
            codec.decode(
                row["topic"],
                row["aggregateid"].encode(),
                row["payload"],
                [(name, text.encode()) for name, text in row["headers"].items()],
            )
            for row in rows
        ]

    async def published(self) -> list[Event]:
        """The events in the outbox, oldest first."""
        return [event for envelope in await self.envelopes() if (event := envelope.event()) is not None]

    async def parked(self) -> list[str]:
        """The type and the reason of each parked event, oldest first."""
        rows = await self.runtime.pool.fetch("SELECT type, reason FROM parked_event ORDER BY id")
        return [f"{row['type']}: {row['reason']}" for row in rows]

    async def run_due(self) -> None:
        """Run the timers of all rows that are due by the test's clock."""
        await self._deadlines.fire()

    async def run_workers(self, *names: str, rounds: int = 100) -> None:
        """Run the workers of these names, or all, until none has anything left to do."""
        chosen = [w for w in self.service.workers if not names or w.name in names]
        for _ in range(rounds):
            if AT_ONCE not in [await worker.step(self.runtime) for worker in chosen]:
                return
        raise AssertionError(f"the workers have more to do after {rounds} rounds")

    @staticmethod
    def problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
        """Check that the response is this problem; its body. Raises: AssertionError where it is not."""
        assert response.headers["content-type"].startswith("application/problem+json"), response.text
        body: dict[str, object] = response.json()
        assert (response.status_code, body["code"]) == (status, code), response.text
        assert body["status"] == status
        assert body["trace_id"]
        return body
