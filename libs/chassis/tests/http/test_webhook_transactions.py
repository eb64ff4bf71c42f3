"""What partners post is stored in one transaction, which is committed before they get their response."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from aftercare_chassis.http import middleware, problems
from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.routing import Read, Tx
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.service import Service
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import Harness
from fastapi import FastAPI, Request, Response
from sqlalchemy import MetaData
from starlette.responses import JSONResponse, PlainTextResponse

KEEP = "INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, 'partner', 1)"
KEPT = "SELECT id FROM tallies ORDER BY id"


def refusal(partner: str, problem: Problem) -> Response:
    return JSONResponse({"code": problem["code"]}, problem["status"])


def failure(partner: str, error: Exception) -> Response:
    return PlainTextResponse(f"{partner} knows no {type(error).__name__}\n", 202)


def build(harness: Harness, *, with_failure: bool = False) -> FastAPI:
    app = FastAPI()
    app.state.runtime, app.state.committed = harness.runtime, []
    hooks = WebhookRouter("/v1/hooks", refusal, failure=failure if with_failure else None)

    @hooks.post("/{partner}/{what}")
    async def receive(partner: str, what: str, request: Request, tx: Tx) -> Response:
        await tx.connection.execute(KEEP, (await request.body()).decode())
        if what == "refused":
            raise NotFound
        if what == "broken":
            raise RuntimeError
        tx.after_commit(lambda: request.app.state.committed.append(what))
        return PlainTextResponse("no\n", 422) if what == "kept_and_refused" else PlainTextResponse("yes\n")

    @hooks.probe("/{partner}/stored")
    async def probe(partner: str, read: Read) -> Response:
        if not await read.connection.fetch(KEPT):
            raise NotFound
        return probe_response()

    @hooks.probe("/{partner}/unconnected")
    async def unconnected(partner: str) -> Response:
        return probe_response()

    problems.install(app)
    app.router.routes.extend(hooks.routes)
    middleware.install(app, harness.runtime, [hooks])
    return app


@pytest.fixture
def app(tally: Harness) -> FastAPI:
    return build(tally)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/v1/hooks/known") as made:
        yield made


@pytest.mark.parametrize(
    ("what", "status", "kept"),
    [("plain", 200, ["a"]), ("kept_and_refused", 422, ["a"]), ("refused", 404, []), ("broken", 500, [])],
)
async def test_what_is_returned_is_committed_and_what_is_raised_is_not(
    client: httpx.AsyncClient, app: FastAPI, tally: Harness, what: str, status: int, kept: list[str]
) -> None:
    response = await client.post(f"/{what}", content=b"a")
    assert response.status_code == status
    assert [row["id"] for row in await tally.runtime.pool.fetch(KEPT)] == kept
    assert app.state.committed == ([what] if kept else [])


async def test_what_could_not_be_stored_is_not_acknowledged(client: httpx.AsyncClient, tally: Harness) -> None:
    await tally.runtime.pool.execute("ALTER TABLE tallies RENAME TO gone")
    response = await client.post("/plain", content=b"a")
    await tally.runtime.pool.execute("ALTER TABLE gone RENAME TO tallies")
    assert (response.status_code, response.json()) == (500, {"code": "internal_error"})


@pytest.mark.parametrize(("what", "status"), [("broken", 202), ("refused", 404), ("plain", 200)])
async def test_a_failure_may_be_reported_in_the_partners_own_format(tally: Harness, what: str, status: int) -> None:
    transport = httpx.ASGITransport(build(tally, with_failure=True), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/v1/hooks/known") as client:
        assert (await client.post(f"/{what}", content=b"a")).status_code == status


async def test_a_probe_may_read(client: httpx.AsyncClient) -> None:
    assert (await client.get("/stored")).status_code == 404
    await client.post("/plain", content=b"a")
    assert (await client.head("/stored")).status_code == 200


async def test_an_endpoint_that_takes_no_reader_uses_no_connection(client: httpx.AsyncClient, tally: Harness) -> None:
    held = [await tally.runtime.acquire() for _ in range(tally.settings.pool_size)]
    assert (await client.get("/unconnected")).status_code == 200
    for connection in held:
        await tally.runtime.pool.release(connection)


async def test_resources_are_entered_with_the_process_and_left_with_it(postgres_url: str) -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def resource() -> AsyncIterator[None]:
        steps.append("entered")
        yield
        steps.append("left")

    def service(settings: ServiceSettings | None = None) -> Service:
        return Service(
            name="tally-svc",
            package="aftercare_chassis",
            settings=settings or ServiceSettings(),
            roles={"buyer": None},
            metadata=MetaData(),
            routers=[],
            resources=[resource()],
        )

    async with Harness.start(service, postgres_url):
        assert steps == ["entered"]
    assert steps == ["entered", "left"]
