"""One town for all contract tests: its stories are played once."""

from collections.abc import AsyncIterator

import pytest
import town_stories
from strangers import EvolvingTown
from town import open_town


@pytest.fixture(scope="session")
async def town(postgres_url: str) -> AsyncIterator[EvolvingTown]:
    """The town after everything has happened; `town.orders` names the order of each story."""
    async with open_town(postgres_url, EvolvingTown) as opened:
        opened.orders = await town_stories.everything(opened)
        yield opened
