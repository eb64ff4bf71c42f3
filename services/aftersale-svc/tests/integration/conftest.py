"""The service on a database of its own."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aftercare_chassis.testing import Harness
from aftersale_svc import main

sys.path.insert(0, str(Path(__file__).parent))
from aftersale_shop import Shop


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url) as harness:
        yield Shop(harness)
