"""The suite in containers, run by docker-compose.yml."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from aftercare_chassis.auth.dev_keys import make_key_set

from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import Addresses, ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.layout import COURIERS, EMBEDDER, SERVERS, SERVICES, SIMULATOR, Layout, Server, checkout
from aftercare_cli.stack.processes import require_free_port
from aftercare_cli.stack.secrets_file import Secrets

BUILD_SECONDS, START_SECONDS = 1800, 300
LAST_LINES = "40"


@dataclass(slots=True)
class ComposeStack:
    """One compose project. Docker keeps containers, volumes and networks; the stack's folder keeps keys, secrets and ports."""

    layout: Layout
    kind: str = "compose"

    def up(self, progress: Progress) -> Addresses:
        make_key_set(self.layout.folder("keys"))
        if not self._containers():
            for server in (*SERVICES, EMBEDDER, SIMULATOR, COURIERS):
                require_free_port(self.layout.port(server), server.name, "end it, or move all ports: PORT_BASE=9000")
        with step(progress, "images", "building", "built"):
            self._compose("build", "--quiet", seconds=BUILD_SECONDS)
        with step(progress, "containers", "starting", "healthy"):
            self._compose("up", "--detach", "--wait", "--quiet-pull", seconds=START_SECONDS)
        addresses = self._addresses()
        addresses.write(self.layout.stack_file)
        return addresses

    def down(self, progress: Progress, names: Sequence[str] = ()) -> None:
        if names:
            with step(progress, ", ".join(names), "stopping", "stopped"):
                self._compose("stop", "--timeout", "20", *names, seconds=120)
            return
        with step(progress, "containers", "stopping", "removed"):
            self._compose("down", "--timeout", "20", seconds=120)
        self.layout.stack_file.unlink(missing_ok=True)

    def reset(self, progress: Progress) -> None:
        with step(progress, "containers", "stopping", "removed, with their volumes"):
            self._compose("down", "--volumes", "--timeout", "20", seconds=120)
        shutil.rmtree(self.layout.home, ignore_errors=True)

    def status(self) -> list[ComponentStatus]:
        found = {one["Service"]: one for one in self._containers()}
        return [_component(name, found.get(name)) for name in ("kafka", "postgres", *(one.name for one in SERVERS))]

    def logs(self, name: str | None, follow: bool) -> None:
        options = [*(["--follow"] if follow else []), *([name] if name else [])]
        subprocess.run(self._command("logs", "--tail", LAST_LINES, *options), env=self._environment(), check=False)

    def _containers(self) -> list[dict[str, str]]:
        lines = self._compose("ps", "--all", "--format", "json", seconds=30).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def _command(self, *arguments: str) -> list[str]:
        return ["docker", "compose", "--file", str(checkout() / "docker-compose.yml"), *arguments]

    def _compose(self, *arguments: str, seconds: int) -> str:
        """The output of a compose command.

        Raises:
            StackError: it failed, with its last line, or took too long.
        """
        _require_compose()
        command = self._command(*arguments)
        try:
            result = subprocess.run(command, env=self._environment(), capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise StackError(f"docker compose {arguments[0]} takes more than {seconds} s") from None
        if result.returncode:
            lines = [line for line in result.stderr.splitlines() if line.strip()] or ["no output"]
            raise StackError(f"docker compose {arguments[0]} failed: {lines[-1].strip()[:300]}")
        return result.stdout

    def _environment(self) -> dict[str, str]:
        secrets = Secrets.of(self.layout.home)
        service_ports = {
            server.name.removesuffix("-svc").upper() + "_PORT": self.layout.port(server) for server in SERVICES
        }
        return {
            **os.environ,
            **{name: str(port) for name, port in service_ports.items()},
            "EMBEDDER_PORT": str(self.layout.port(EMBEDDER)),
            "SIMULATOR_PORT": str(self.layout.port(SIMULATOR)),
            "COURIERS_PORT": str(self.layout.port(COURIERS)),
            "KAFKA_PORT": str(self._ports()["kafka"]),
            "POSTGRES_PORT": str(self._ports()["postgres"]),
            "AFTERCARE_KEYS": str(self.layout.folder("keys").resolve()),
            "AFTERCARE_SIGNING_KEY": secrets.cursor_key,
            "AFTERCARE_PAYMENT_WEBHOOK_SECRET": secrets.payment_webhook,
            "AFTERCARE_DB_PASSWORD": secrets.postgres,
            "POSTGRES_PASSWORD": secrets.postgres,
        }

    def _ports(self) -> dict[str, int]:
        return ports.recorded(self.layout.home / "compose-ports.json", ["kafka", "postgres"])

    def _addresses(self) -> Addresses:
        host = f"127.0.0.1:{self._ports()['postgres']}"
        password = Secrets.of(self.layout.home).postgres
        return Addresses(
            kind=self.kind,
            services={service.name: self.layout.url(service) for service in SERVICES},
            simulator=self.layout.url(SIMULATOR),
            kafka=f"127.0.0.1:{self._ports()['kafka']}",
            databases={one.name: _dsn(one, one.database, "", password, host) for one in SERVICES},
            owners={one.name: _dsn(one, one.owner, "-owner", password, host) for one in SERVICES},
        )


def _dsn(service: Server, role: str, suffix: str, password: str, host: str) -> str:
    """The DSN of a role of the service, as `deploy/compose/databases.sh` makes it."""
    short = service.name.removesuffix("-svc")
    return f"postgresql://{role}:{short}{suffix}-{password}@{host}/{service.database}"


@cache
def _require_compose() -> None:
    version = ["docker", "compose", "version", "--short"]
    if not shutil.which("docker") or subprocess.run(version, capture_output=True, timeout=30).returncode:
        raise StackError("docker with compose v2 is missing: install it, or use another kind of stack")


def _component(name: str, container: dict[str, str] | None) -> ComponentStatus:
    if container is None:
        return ComponentStatus(name, "down", "")
    healthy = container["State"] == "running" and container.get("Health") in ("healthy", "")
    return ComponentStatus(name, "up" if healthy else "broken", container.get("Status", container["State"]))
