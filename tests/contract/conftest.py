"""One suite for all contract tests; its scenarios run once per session."""

from collections.abc import AsyncIterator

import all_scenarios
import pytest
from in_process_suite import in_process_suite
from unknown_events import EvolvingSuite


@pytest.fixture(scope="session")
async def suite(postgres_url: str) -> AsyncIterator[EvolvingSuite]:
    """The suite after all scenarios; `suite.orders` has the order of each scenario."""
    async with in_process_suite(postgres_url, EvolvingSuite) as opened:
        opened.orders = await all_scenarios.run_all(opened)
        yield opened
