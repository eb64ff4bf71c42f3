"""One world per service for all tests here: refused requests must leave it as it was."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from worlds import WORLDS, World


@pytest.fixture(scope="session", params=list(WORLDS))
async def world(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[World]:
    async with WORLDS[request.param](postgres_url) as made:
        yield made
