"""The service on a database of its own."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from cs_desk import Desk
from cs_svc import main


@pytest.fixture
async def desk(postgres_url: str) -> AsyncIterator[Desk]:
    async with Harness.start(main.service, postgres_url) as harness:
        yield Desk(harness)


@pytest.fixture
async def prepared(desk: Desk) -> Desk:
    """The desk after the events of buyer-1's order and of an open case about it."""
    await desk.order()
    await desk.case()
    return desk
