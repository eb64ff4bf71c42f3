"""Requests whose tokens name an unknown key, of an issuer that does not answer: they hold up nobody."""

import asyncio
from pathlib import Path

import httpx
import pytest
from aftercare_chassis.auth import remote_keys
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing.waiting import until
from fastapi import APIRouter
from identity_provider import identity_provider

from .conftest import SettableClock, build


async def test_a_request_that_waits_for_a_key_takes_no_place(
    settings: ServiceSettings, clock: SettableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_keys, "WAIT_SECONDS", 30.0)
    with identity_provider() as provider:
        provider.may_answer.clear()
        (tmp_path / "issuers.toml").write_text(f'[[issuers]]\nissuer = "{provider.url}"\nprefix = "p|"\n')
        limits = {"issuers_file": str(tmp_path / "issuers.toml"), "pool_size": 1, "request_seconds": 60.0}
        app = build(settings.model_copy(update=limits), clock)
        router = APIRouter(route_class=ApiRoute)
        router.add_api_route("/own", lambda: None)
        app.include_router(router)
        invented = {"authorization": f"Bearer {provider.sign({}, kid='invented')}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            waiting = [asyncio.create_task(client.get("/own", headers=invented)) for _ in range(3)]

            async def is_asked() -> bool:
                return bool(provider.asked)

            await until(is_asked, "the issuer is asked for its keys")
            assert (await client.get("/orders/ord_1")).status_code == 404
            assert not any(task.done() for task in waiting)
            provider.may_answer.set()
            assert {(await task).status_code for task in waiting} == {401}
        figures = app.state.runtime.metrics.registry
        assert figures.get_sample_value("aftercare_http_running") == 0
