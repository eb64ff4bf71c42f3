"""One world per service for all tests here: refused requests must leave it as it was."""

from collections.abc import AsyncIterator

import pytest
from worlds import WORLDS, World


@pytest.fixture(scope="session", params=list(WORLDS))
async def world(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[World]:
    async with WORLDS[request.param](postgres_url) as made:
        yield made
