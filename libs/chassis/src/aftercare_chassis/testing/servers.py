"""Real servers for tests: an app behind uvicorn in this process, and a service's own command as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from aftercare_chassis.http.protocol import LimitedProtocol
from aftercare_chassis.processes import socket_options
from aftercare_chassis.settings import PREFIX, ServiceSettings
from aftercare_chassis.testing.waiting import until

HOST = "127.0.0.1"
SECONDS = 60.0


@asynccontextmanager
async def serve_app(app: ASGIApp) -> AsyncIterator[str]:
    """Serve the app with uvicorn on a free loopback port, without its lifespan; yields its address."""
    # With the protocol named, asyncio sets TCP_NODELAY; without it, each call on a kept connection would take 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind((HOST, 0))
        listener.listen()  # connections made before the server runs wait for it
        options = socket_options(app) if isinstance(app, FastAPI) else {"ws": "none"}
        server = uvicorn.Server(uvicorn.Config(app, http=LimitedProtocol, lifespan="off", log_config=None, **options))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            async with asyncio.timeout(SECONDS):
                await serving


@dataclass(slots=True)
class ServiceProcess:
    """A process of a service that serves its API on `port`. `client` calls it, without a token."""

    process: asyncio.subprocess.Process
    port: int
    client: httpx.AsyncClient
    stopping: bool = False

    async def is_ready(self) -> bool:
        """Whether it answers requests. Raises: AssertionError where the process has ended."""
        assert self.process.returncode is None, "the process has ended"
        try:
            return (await self.client.get("/readyz")).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Ask the process to stop, as an operator does; nothing happens where it was asked before."""
        if (
            self.process.returncode is None and not self.stopping
        ):  # asyncio loses the exit code of a process that is signalled as it ends
            self.stopping = True
            self.process.send_signal(signal.SIGTERM)


@asynccontextmanager
async def serve_process(package: str, settings: ServiceSettings) -> AsyncIterator[ServiceProcess]:
    """Run `<service> serve` on a free loopback port for as long as the block lasts; yields once it is ready.

    Raises: AssertionError where the process does not become ready, or does not end with exit code 0 once stopped.
    """
    with _free_port() as port:
        process = await _start(package, "serve", variables={**environment(settings), f"{PREFIX}PORT": str(port)})
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=SECONDS) as client:
            served = ServiceProcess(process, port, client)
            try:
                await until(served.is_ready, f"{package} is ready", SECONDS)
                yield served
            finally:
                served.stop()
                async with asyncio.timeout(SECONDS):
                    code = await process.wait()
                assert code == 0, f"{package} ended with exit code {code}"


async def run_command(package: str, settings: ServiceSettings, *words: str) -> tuple[int, str]:
    """Run the service's command with these words to its end: (exit code, standard output)."""
    process = await _start(package, *words, variables=environment(settings), stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(SECONDS):
        output, _ = await process.communicate()
    return await process.wait(), output.decode()


def environment(settings: ServiceSettings) -> dict[str, str]:
    """The variables from which a process reads these settings; defaults are left out."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    texts = {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in given.items()}
    return {PREFIX + name.upper(): text for name, text in texts.items()}


async def _start(
    package: str, *words: str, variables: Mapping[str, str], stdout: int | None = None
) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", package, *words)
    return await asyncio.create_subprocess_exec(*command, env={**os.environ, **variables}, stdout=stdout)


@contextmanager
def _free_port() -> Iterator[int]:
    """A port for one server. It stays bound here meanwhile, so that no connection of another process is given it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((HOST, 0))
        port: int = held.getsockname()[1]
        yield port
