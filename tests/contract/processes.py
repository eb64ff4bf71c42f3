"""This build of a service as it runs in a cluster, each part a process of its own on this machine."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx
from aftercare_chassis.service import ProcessRole
from aftercare_chassis.testing import until

SECONDS = 90


@dataclass(slots=True)
class Processes:
    """A service's package, what its processes are told, and the port of each part."""

    package: str
    environment: dict[str, str]
    ports: dict[ProcessRole, int]

    def client(self, part: ProcessRole) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[part]}", trust_env=False)

    async def run(self, *words: str, stderr: int | None = None, **more: str) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", self.package, *words]
        environment = {**os.environ, **self.environment, **more}
        return await asyncio.create_subprocess_exec(*command, env=environment, stderr=stderr)

    async def migrate(self) -> tuple[int, str]:
        """Exit code and last words of this build's migration job."""
        process = await self.run("migrate", stderr=asyncio.subprocess.PIPE)
        _, said = await asyncio.wait_for(process.communicate(), SECONDS)
        return process.returncode or 0, said.decode()

    @asynccontextmanager
    async def started(self) -> AsyncIterator[None]:
        """All parts, ready."""
        running = [await self.run(part, AFTERCARE_PORT=str(port)) for part, port in self.ports.items()]
        try:
            for part in self.ports:
                await self.says(part, 200)
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                await asyncio.wait_for(process.wait(), SECONDS)

    async def says(self, part: ProcessRole, status: int) -> str:
        """What this part answers on /readyz once it answers with this status."""
        answer = httpx.Response(0)

        async def asked() -> bool:
            nonlocal answer
            with suppress(httpx.TransportError):
                answer = await client.get("/readyz")
            return answer.status_code == status

        async with self.client(part) as client:
            await until(asked, f"{self.package} {part} says {status}", SECONDS)
        return answer.text
