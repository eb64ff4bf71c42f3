"""The whole suite as real processes, once per session, on ports and in a folder of its own.

AFTERCARE_JOURNEY=running plays against the stack that runs in this checkout (`make test-compose` does).
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from aftercare_cli import couriers
from aftercare_cli.demo.cast import cast
from aftercare_cli.journey import Journey
from aftercare_cli.person import Person
from aftercare_cli.stack import ports
from aftercare_cli.stack.containers import Containers
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.given import Given
from aftercare_cli.stack.guardian import guarded
from aftercare_cli.stack.interface import Addresses, Infrastructure, Silent
from aftercare_cli.stack.layout import SERVICES, SIMULATOR, Layout
from aftercare_cli.stack.local import LocalStack


@dataclass(frozen=True, slots=True)
class Suite:
    """Where the suite under test is, the folder with its keys, and its stack unless somebody else started it."""

    home: Path
    where: Addresses
    stack: LocalStack | None = None


@pytest.fixture(scope="session")
def suite(servers_kind: str) -> Iterator[Suite]:
    if os.environ.get("AFTERCARE_JOURNEY") == "running":
        layout = Layout.here()
        yield Suite(layout.home, Addresses.read(layout.stack_file))
        return
    home = Path(tempfile.mkdtemp(prefix="aftercare-journey-"))
    base = ports.base([server.number for server in (*SERVICES, SIMULATOR)])
    stack = LocalStack(Layout(home, base), _infrastructure(servers_kind, home))
    try:
        with guarded(home):
            yield Suite(home, stack.up(Silent()), stack)
            stack.reset(Silent())
    finally:
        stack.infrastructure.stop(Silent())
        shutil.rmtree(home, ignore_errors=True)


def _infrastructure(kind: str, home: Path) -> Infrastructure:
    if kind == "given":
        return Given(os.environ["AFTERCARE_KAFKA"], os.environ["AFTERCARE_POSTGRES"])
    return Containers(Layout(home).folder("run")) if kind == "docker" else Embedded.at(home, careless=True)


@pytest.fixture
def cast_journey(suite: Suite) -> Iterator[Callable[[type[Person]], Journey]]:
    """Makes a journey with people of its own, of the given kind."""
    with ExitStack() as open_casts:

        def make(persona: type[Person] = Person) -> Journey:
            some = uuid.uuid4().hex[:8]
            buyer, merchant = f"buyer-{some}", f"m-{some}"
            people = cast(suite.home, suite.where.services, buyer=buyer, merchant=merchant, persona=persona)
            return Journey(open_casts.enter_context(people), buyer)

        yield make


@pytest.fixture
def journey(cast_journey: Callable[[type[Person]], Journey]) -> Journey:
    """A journey with a buyer and a merchant that no other test knows."""
    return cast_journey(Person)


@pytest.fixture
def ledger(suite: Suite) -> Callable[[str], tuple[int, int]]:
    """What the payment provider took and gave back for a payment, in minor units: the truth outside our books."""

    def look(payment_id: str) -> tuple[int, int]:
        lines = httpx.get(f"{suite.where.simulator}/v1/ledger", trust_env=False).json()["payments"]
        line = next(line for line in lines if line["payment_id"] == payment_id)
        return line["paid"], line["refunded"]

    return look


@pytest.fixture
def every_push_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every courier posts each of its pushes twice, byte for byte."""
    once = couriers.deliver

    def twice(admin: Person, path: str, request: couriers.Request) -> httpx.Response:
        first = once(admin, path, request)
        second = once(admin, path, request)
        assert (second.status_code, second.text) == (first.status_code, first.text)
        return second

    monkeypatch.setattr("aftercare_cli.couriers.posting.deliver", twice)
