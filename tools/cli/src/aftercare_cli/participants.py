"""The people of the demo and of the journey tests, each with a client of the APIs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from aftercare_cli.api_client import ApiClient
from aftercare_cli.tokens import token

BUYER, MERCHANT = "buyer-1", "m-1"


@dataclass(frozen=True, slots=True)
class Participants:
    """Five people, and the admin who registers couriers. `home` is the folder of the stack."""

    buyer: ApiClient
    seller: ApiClient
    agent: ApiClient
    arbitrator: ApiClient
    second_arbitrator: ApiClient
    admin: ApiClient
    home: Path


@contextmanager
def participants(
    home: Path,
    services: Mapping[str, str],
    *,
    buyer: str = BUYER,
    merchant: str = MERCHANT,
    client_type: type[ApiClient] = ApiClient,
) -> Iterator[Participants]:
    """Clients with tokens of the stack in `home`; `services` are its URLs by service name."""
    # The services are on this machine: proxies of the environment are not for them.
    with httpx.Client(timeout=20, trust_env=False) as http:

        def client(name: str, role: str, sub: str, of: str | None = None) -> ApiClient:
            return client_type(name, services, token(home, role=role, sub=sub, merchant=of), http)

        yield Participants(
            buyer=client("王芳, the buyer", "buyer", buyer),
            seller=client("the shop", "seller", f"seller-of-{merchant}", merchant),
            agent=client("the agent", "agent", "agent-1"),
            arbitrator=client("the arbitrator", "arbitrator", "arbitrator-1"),
            second_arbitrator=client("another arbitrator", "arbitrator", "arbitrator-2"),
            admin=client("the admin", "admin", "admin-1"),
            home=home,
        )
