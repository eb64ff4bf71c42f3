"""kb-svc on a database of its own."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from kb_svc import main
from kb_svc.commands.seeds import seed


@pytest.fixture
async def shelf(postgres_url: str) -> AsyncIterator[Harness]:
    """The service without its seeds."""
    async with Harness.start(main.service, postgres_url) as harness:
        yield harness


@pytest.fixture(scope="module")
async def library(postgres_url: str) -> AsyncIterator[Harness]:
    """The service with its seeds, for tests that only read."""
    async with Harness.start(main.service, postgres_url) as harness:
        await seed(harness.runtime)
        yield harness
