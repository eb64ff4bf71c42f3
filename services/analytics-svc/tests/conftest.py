"""analytics-svc on a database of its own."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from analytics_svc import main


@pytest.fixture
async def analytics(postgres_url: str) -> AsyncIterator[Harness]:
    async with Harness.start(main.service, postgres_url) as harness:
        yield harness
