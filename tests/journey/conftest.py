"""The whole suite as processes, started once per session with its own folder and ports.

With AFTERCARE_JOURNEY=running the tests use the stack that runs in this checkout (`make test-compose`).
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from aftercare_chassis.testing.otlp_receiver import otlp_receiver
from aftercare_cli import couriers
from aftercare_cli.api_client import ApiClient
from aftercare_cli.journey import Journey
from aftercare_cli.participants import participants
from aftercare_cli.stack import ports
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.given import Given
from aftercare_cli.stack.interface import Addresses, Infrastructure, NoProgress
from aftercare_cli.stack.layout import SERVERS, Layout
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.testing.containers import Containers
from aftercare_cli.testing.reaper import reaper
from running_suite import RunningSuite


@pytest.fixture(scope="session")
def suite(servers_kind: str) -> Iterator[RunningSuite]:
    if os.environ.get("AFTERCARE_JOURNEY") == "running":
        layout = Layout.here()
        yield RunningSuite(layout.home, Addresses.read(layout.stack_file))
        return
    home = Path(tempfile.mkdtemp(prefix="aftercare-journey-"))
    base = ports.base([server.number for server in SERVERS])
    with otlp_receiver() as spans:
        settings = {"AFTERCARE_OTLP_ENDPOINT": spans.address, "AFTERCARE_LOG_LEVEL": "debug"}
        stack = LocalStack(Layout(home, base), _infrastructure(servers_kind, home), settings=settings)
        try:
            with reaper(home):
                yield RunningSuite(home, stack.up(NoProgress()), stack, spans)
                stack.reset(NoProgress())
        finally:
            stack.infrastructure.stop(NoProgress())
            shutil.rmtree(home, ignore_errors=True)


def _infrastructure(kind: str, home: Path) -> Infrastructure:
    if kind == "given":
        return Given(os.environ["AFTERCARE_KAFKA"], os.environ["AFTERCARE_POSTGRES"])
    return Containers(Layout(home).folder("run")) if kind == "docker" else Embedded.at(home, durable=False)


@pytest.fixture
def make_journey(suite: RunningSuite) -> Iterator[Callable[[type[ApiClient]], Journey]]:
    """Makes a journey with a new buyer and merchant, whose clients have the given type."""
    with ExitStack() as clients:

        def make(client_type: type[ApiClient] = ApiClient) -> Journey:
            some = uuid.uuid4().hex[:8]
            buyer, merchant = f"buyer-{some}", f"m-{some}"
            people = participants(
                suite.home, suite.addresses.services, buyer=buyer, merchant=merchant, client_type=client_type
            )
            return Journey(clients.enter_context(people), buyer)

        yield make


@pytest.fixture
def journey(make_journey: Callable[[type[ApiClient]], Journey]) -> Journey:
    """A journey with a buyer and a merchant that no other test uses."""
    return make_journey(ApiClient)


@pytest.fixture
def ledger(suite: RunningSuite) -> Callable[[str], tuple[int, int]]:
    """(paid, refunded) of a payment at the payment provider, in minor units."""

    def look(payment_id: str) -> tuple[int, int]:
        lines = httpx.get(f"{suite.addresses.simulator}/v1/ledger", timeout=60, trust_env=False).json()["payments"]
        line = next(line for line in lines if line["payment_id"] == payment_id)
        return line["paid"], line["refunded"]

    return look


@pytest.fixture
def every_push_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on each courier push is posted twice, byte for byte."""
    once = couriers.deliver

    def twice(admin: ApiClient, path: str, request: couriers.Request) -> httpx.Response:
        first = once(admin, path, request)
        second = once(admin, path, request)
        assert (second.status_code, second.text) == (first.status_code, first.text)
        return second

    monkeypatch.setattr("aftercare_cli.couriers.posting.deliver", twice)
