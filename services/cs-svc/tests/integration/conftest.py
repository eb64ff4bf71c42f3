"""The service on a database of its own."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aftercare_chassis.testing import Harness
from cs_svc import main

sys.path.insert(0, str(Path(__file__).parent))
from cs_desk import Desk


@pytest.fixture
async def desk(postgres_url: str) -> AsyncIterator[Desk]:
    async with Harness.start(main.service, postgres_url) as harness:
        people = {
            "buyer": harness.client("buyer", "buyer-1"),
            "stranger": harness.client("buyer", "buyer-2"),
            "seller": harness.client("seller", "seller-1", merchant_id="m-1"),
            "rival": harness.client("seller", "seller-2", merchant_id="m-2"),
            "agent": harness.client("agent", "agent-1"),
            "arbitrator": harness.client("arbitrator", "arbitrator-1"),
            "admin": harness.client("admin", "admin-1"),
            "courier": harness.client("courier", "courier-1"),
            "supplier": harness.client("supplier", "supplier-1"),
            "nobody": harness.client(),
        }
        yield Desk(harness, people)


@pytest.fixture
async def served(desk: Desk) -> Desk:
    """The desk, knowing buyer-1's order and the open case about it."""
    await desk.order()
    await desk.case()
    return desk
