"""Where the local stack keeps its things, and which numbers its services listen on."""

import os
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack.interface import Addresses, StackError


@dataclass(frozen=True, slots=True)
class Server:
    """One of our HTTP servers: its name and its place above the port base."""

    name: str
    number: int
    seeded: bool = False

    @property
    def database(self) -> str:
        """Name of its database and of the role that owns it (prefixed: a given server may hold others)."""
        return "aftercare_" + self.name.removesuffix("-svc")


SERVICES = (
    Server("order-svc", 1),
    Server("aftersale-svc", 2),
    Server("cs-svc", 3),
    Server("kb-svc", 4, seeded=True),
    Server("analytics-svc", 5),
)
SIMULATOR = Server("payment-simulator", 9)
PORT_BASE = 8000


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder of one stack and its port base."""

    home: Path
    port_base: int = PORT_BASE

    @classmethod
    def here(cls) -> "Layout":
        """The stack of this checkout; AFTERCARE_HOME moves its folder, PORT_BASE the ports of one that does not run yet."""
        home = Path(os.environ.get("AFTERCARE_HOME") or checkout() / ".aftercare")
        wished = os.environ.get("PORT_BASE")
        return cls(home, _base(wished) if wished else _recorded_base(home) or PORT_BASE)

    def port(self, server: Server) -> int:
        return self.port_base + server.number

    def url(self, server: Server) -> str:
        return f"http://127.0.0.1:{self.port(server)}"

    def folder(self, name: str) -> Path:
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def logs(self) -> Path:
        return self.folder("logs")

    @property
    def stack_file(self) -> Path:
        return self.home / "stack.json"


def _base(wished: str) -> int:
    if not wished.isdecimal() or not 1024 <= int(wished) <= 65_000:
        raise StackError("PORT_BASE is a number from 1024 to 65000, such as 9000")
    return int(wished)


def _recorded_base(home: Path) -> int | None:
    running = Addresses.recorded(home / "stack.json")
    url = running.services.get(SERVICES[0].name) if running else None
    return int(url.rpartition(":")[2]) - SERVICES[0].number if url else None


def checkout() -> Path:
    """The checkout around the current folder, or the one this package is installed from."""
    for start in (Path.cwd(), Path(__file__).resolve()):
        for folder in (start, *start.parents):
            if (folder / "services").is_dir() and (folder / "requirements.lock").is_file():
                return folder
    return Path.cwd()
