"""The people of the story."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from aftercare_cli.person import Person
from aftercare_cli.tokens import token

BUYER, MERCHANT = "buyer-1", "m-1"


@dataclass(frozen=True, slots=True)
class Cast:
    """Four people, and the admin who lets couriers in."""

    buyer: Person
    seller: Person
    agent: Person
    arbitrator: Person
    admin: Person
    home: Path


@contextmanager
def cast(
    home: Path,
    services: Mapping[str, str],
    *,
    buyer: str = BUYER,
    merchant: str = MERCHANT,
    persona: type[Person] = Person,
) -> Iterator[Cast]:
    """Everybody with a token of their own, for as long as the story lasts."""
    # Proxies of the environment are for the outside world.
    with httpx.Client(timeout=20, trust_env=False) as http:

        def person(name: str, role: str, sub: str, of: str | None = None) -> Person:
            return persona(name, services, token(home, role=role, sub=sub, merchant=of), http)

        yield Cast(
            buyer=person("王芳, the buyer", "buyer", buyer),
            seller=person("the shop", "seller", f"seller-of-{merchant}", merchant),
            agent=person("the agent", "agent", "agent-1"),
            arbitrator=person("the arbitrator", "arbitrator", "arbitrator-1"),
            admin=person("the admin", "admin", "admin-1"),
            home=home,
        )
