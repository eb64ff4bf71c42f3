"""The service on a database of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import Shop
from aftersale_svc import main
from aftersale_svc.workers.calendars import load


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url) as harness:
        yield Shop(harness)


@pytest.fixture
async def loaded(shop: Shop) -> Shop:
    """The shop with calendars, and a delivered order."""
    shop.clock.set(datetime(2026, 9, 30, 2, 0, tzinfo=UTC))  # ten in the morning in Shanghai, a day before the holidays
    await load(shop.harness.runtime)
    for role, sub, tenant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1"), ("agent", "agent-1", None)):
        setattr(shop, role, shop.harness.client(role, sub, tenant))
    await shop.delivered()
    return shop
