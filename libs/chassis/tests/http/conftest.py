"""A small app behind the real middleware, without a database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from aftercare_chassis.auth.dev_keys import make_key_set, mint
from aftercare_chassis.http import middleware, problems
from aftercare_chassis.http.schemas import In, Limit, Money, Name, Out, Time
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.refusals import Kind, NotFound, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import ServiceSettings
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


class SettableClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class TooMany(Refusal):
    kind, code = Kind.INVALID, "too_many_kettles"
    zh, en = "最多 {most} 把水壶。", "At most {most} kettles."


def _even(value: int) -> int:
    if value % 2:
        raise PydanticCustomError("not_even", "Must be even.", {"zh": "必须是偶数。"})
    return value


class LineIn(In):
    sku: Name
    quantity: int = Field(ge=1, le=99)


class OrderIn(In):
    lines: list[LineIn] = Field(min_length=1, max_length=3)
    price: Money | None = None
    at: Time | None = None
    colour: Colour | None = None
    gift: bool = False
    even: Annotated[int, AfterValidator(_even)] = 0
    extra: dict[str, Any] = Field(default_factory=dict)


class OrderOut(Out):
    lines: int
    price: Money | None = None


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def key(tmp_path: Path) -> Any:
    return make_key_set(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, key: Any) -> ServiceSettings:
    return ServiceSettings(
        database_url="postgresql://nobody@127.0.0.1/none",
        kafka="127.0.0.1:1",
        jwks_file=str(tmp_path / "jwks.json"),
        signing_key="a signing key of tests",
        max_body_bytes=20_000,
        body_seconds=0.3,
        request_seconds=0.3,
    )


@pytest.fixture
def token(key: Any, clock: SettableClock, settings: ServiceSettings) -> str:
    return mint(key, role="buyer", sub="buyer-1", issuer=settings.jwt_issuer, now=clock.now())


def build(settings: ServiceSettings, clock: SettableClock) -> FastAPI:
    """The app with its middleware; each route causes one kind of error."""
    app = FastAPI()
    runtime = app.state.runtime = Runtime(
        "test-svc", settings, clock, Uuid7Ids(), Metrics("test-svc"), roles={"buyer": None}
    )
    problems.install(app)
    middleware.install(app, runtime)

    @app.post("/orders")
    async def order(body: OrderIn, limit: Limit = 20) -> OrderOut:
        return OrderOut(lines=len(body.lines), price=body.price)

    @app.get("/orders/{order_id}")
    async def missing(order_id: str) -> None:
        raise NotFound(what=order_id)

    @app.get("/refused")
    async def refused() -> None:
        raise TooMany(pointer="/lines/0/quantity", most=3, status="hidden")

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("王芳 13800000000")

    @app.get("/database")
    async def database(error: str) -> None:
        raise getattr(asyncpg, error)("the connection is gone")

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(30)

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            yield b"one\n"
            await asyncio.sleep(0.5)
            yield b"two\n"

        return StreamingResponse(lines())

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture
def app(settings: ServiceSettings, clock: SettableClock) -> FastAPI:
    return build(settings, clock)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made
