"""kb-svc on a database of its own."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from kb_svc import main
from kb_svc.workers.seeds import seed


@pytest.fixture
async def empty_kb(postgres_url: str) -> AsyncIterator[Harness]:
    """The service without any article."""
    async with Harness.start(main.service, postgres_url) as harness:
        yield harness


@pytest.fixture(scope="module")
async def seeded_kb(postgres_url: str) -> AsyncIterator[Harness]:
    """The service with its seeds. Shared by a module: its tests only read."""
    async with Harness.start(main.service, postgres_url) as harness:
        await seed(harness.runtime)
        yield harness
