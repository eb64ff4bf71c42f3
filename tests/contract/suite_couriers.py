"""The merchant's account with SF, whose simulator runs in the process of the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aftercare_simulators.shipping import Account, create
from aftercare_simulators.shipping.books import Books
from in_process_suite import InProcessSuite
from order_svc.commands.shipping import shipping_queue
from order_svc.domain.shipping.model import CourierName
from order_svc.integrations.couriers.outward.sf import SfService

ACCOUNT = {
    "courier": "sf",
    "account_no": "SHOP1",
    "secret": "a-secret-of-no-courier",
    "sender": {
        "name": "仓库",
        "phone": "13900000000",
        "province": "浙江省",
        "city": "杭州市",
        "district": "",
        "street": "文三路 2 号",
    },
}


@asynccontextmanager
async def sf_account(suite: InProcessSuite) -> AsyncIterator[Books]:
    """The books of SF while the merchant has an account there; afterwards it is revoked."""
    order = suite.services["order"]
    app = create(Account(), clock=order.clock.now)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
    service = SfService(client, url="http://courier/std/service", clock=order.clock.now)
    worker = next(each for each in order.service.workers if each.name == shipping_queue.WORKER)
    calls = worker.step.__self__  # type: ignore[attr-defined]  # a bound method
    before, calls._services = calls._services, {CourierName.SF: service}
    account = await suite.call("seller", "order", "shipping-accounts", ACCOUNT)
    yield app.state.books
    await suite.call("seller", "order", f"shipping-accounts/{account['id']}/revoke")
    calls._services = before
    await client.aclose()
