"""The service on a database of its own."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import Shop
from aftersale_svc import main


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url) as harness:
        yield Shop(harness)
