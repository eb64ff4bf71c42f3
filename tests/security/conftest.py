"""One service with a few objects per session; refused requests must leave it unchanged."""

from collections.abc import AsyncIterator

import pytest
from seeded_service import SeededService
from seeded_services import SEEDED


@pytest.fixture(scope="session", params=list(SEEDED))
async def service(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[SeededService]:
    async with SEEDED[request.param](postgres_url) as made:
        yield made
