"""The server of a process sleeps, and a signal ends its sleep."""

import asyncio
import signal

import pytest
import uvicorn
from aftercare_chassis import processes
from aftercare_chassis.processes import Server
from aftercare_chassis.testing import until
from fastapi import FastAPI


async def test_a_signal_ends_the_server_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "TICK_SECONDS", 600.0)
    server = Server(uvicorn.Config(FastAPI(), port=0, ws="none", lifespan="off", log_config=None))
    ticks = []
    tick = server.on_tick

    async def on_tick(counter: int) -> bool:
        ticks.append(counter)
        return await tick(counter)

    async def sleeps() -> bool:
        return bool(ticks)

    monkeypatch.setattr(server, "on_tick", on_tick)
    serving = asyncio.create_task(server._serve())
    await until(sleeps, "the server sleeps")
    server.handle_exit(signal.SIGTERM, None)
    async with asyncio.timeout(60):
        await serving
