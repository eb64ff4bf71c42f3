"""This build of a service as it runs in a cluster: one process per role, on this machine."""

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
class DeployedService:
    """A service's package, the variables of its processes, and the port of each role."""

    package: str
    environment: dict[str, str]
    ports: dict[ProcessRole, int]

    def client(self, role: ProcessRole) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[role]}", timeout=SECONDS, trust_env=False)

    async def run(self, *arguments: str, stderr: int | None = None, **more: str) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", self.package, *arguments]
        environment = {**os.environ, **self.environment, **more}
        return await asyncio.create_subprocess_exec(*command, env=environment, stderr=stderr)

    async def migrate(self) -> tuple[int, str]:
        """The exit code and the stderr of this build's migration."""
        process = await self.run("migrate", stderr=asyncio.subprocess.PIPE)
        _, errors = await asyncio.wait_for(process.communicate(), SECONDS)
        return process.returncode or 0, errors.decode()

    @asynccontextmanager
    async def started(self) -> AsyncIterator[None]:
        """All roles, ready."""
        running = [await self.run(role, AFTERCARE_PORT=str(port)) for role, port in self.ports.items()]
        try:
            for role in self.ports:
                await self.wait_readyz(role, 200)
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                await asyncio.wait_for(process.wait(), SECONDS)

    async def wait_readyz(self, role: ProcessRole, status: int) -> str:
        """The body of /readyz of a role, once it has this status."""
        answer = httpx.Response(0)

        async def asked() -> bool:
            nonlocal answer
            with suppress(httpx.TransportError):
                answer = await client.get("/readyz")
            return answer.status_code == status

        async with self.client(role) as client:
            await until(asked, f"{self.package} {role} returns {status}", SECONDS)
        return answer.text
