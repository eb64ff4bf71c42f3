"""The folder and the ports of a local stack."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack.interface import Addresses, StackError


@dataclass(frozen=True, slots=True)
class Server:
    """One HTTP server of the suite: its name and its offset above the port base."""

    name: str
    number: int
    seeded: bool = False

    @property
    def database(self) -> str:
        """The name of its database and of the role that it runs as. The prefix sets it apart on a server with other databases."""
        return "aftercare_" + self.name.removesuffix("-svc")

    @property
    def owner(self) -> str:
        """The role that owns its database and migrates it."""
        return f"{self.database}_owner"


SERVICES = (
    Server("order-svc", 1),
    Server("aftersale-svc", 2),
    Server("cs-svc", 3, seeded=True),
    Server("kb-svc", 4, seeded=True),
    Server("analytics-svc", 5),
)
ORDER = SERVICES[0]
LABELS = Server("order-labels", 6)
"""The process of order-svc that makes the files of labels."""
EMBEDDER = Server("embedder", 7)
"""Makes the vectors by which kb-svc searches."""
SIMULATOR, COURIERS = Server("payment-simulator", 9), Server("courier-simulator", 10)
SERVERS = (*SERVICES, LABELS, EMBEDDER, SIMULATOR, COURIERS)
"""What `up` starts beside Kafka and PostgreSQL."""
PROVIDERS: Mapping[str, Server] = {
    "stripe": Server("stripe-simulator", 11),
    "wechat_pay": Server("wechat-pay-simulator", 12),
    "alipay": Server("alipay-simulator", 13),
}
"""The simulators of other payment providers, which run where they are asked for."""
PORT_BASE = 8000


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder and the port base of one stack."""

    home: Path
    port_base: int = PORT_BASE

    @classmethod
    def here(cls) -> "Layout":
        """The stack of this checkout. AFTERCARE_HOME moves its folder, PORT_BASE the ports of one that is not running.

        Raises:
            StackError: PORT_BASE is not a usable port.
        """
        home = Path(os.environ.get("AFTERCARE_HOME") or checkout() / ".aftercare")
        base = os.environ.get("PORT_BASE")
        return cls(home, _port_base(base) if base else _recorded_base(home) or PORT_BASE)

    def port(self, server: Server) -> int:
        return self.port_base + server.number

    def url(self, server: Server) -> str:
        return f"http://127.0.0.1:{self.port(server)}"

    def folder(self, name: str) -> Path:
        """The subfolder `name`, created if missing."""
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def logs(self) -> Path:
        return self.folder("logs")

    @property
    def stack_file(self) -> Path:
        return self.home / "stack.json"


def _port_base(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65_000:
        raise StackError("PORT_BASE must be a number from 1024 to 65000, such as 9000")
    return int(text)


def _recorded_base(home: Path) -> int | None:
    running = Addresses.recorded(home / "stack.json")
    url = running.services.get(SERVICES[0].name) if running else None
    return int(url.rpartition(":")[2]) - SERVICES[0].number if url else None


def checkout() -> Path:
    """The checkout that contains the current folder, else the one that this package is installed from."""
    for start in (Path.cwd(), Path(__file__).resolve()):
        for folder in (start, *start.parents):
            if (folder / "services").is_dir() and (folder / "requirements.lock").is_file():
                return folder
    return Path.cwd()
