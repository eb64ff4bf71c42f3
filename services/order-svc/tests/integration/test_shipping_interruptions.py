"""Calls to couriers that end at any of their failpoints, as if the process were killed there: no second waybill, no lost one."""

import pytest
from aftercare_chassis import failpoints
from aftercare_events import OrderShipped

LABELS = ("shipping_call.leased", "shipping_call.prepared", "shipping_call.answered")


class ProcessEnded(Exception):
    """Stands for the end of the process: what follows the failpoint is not carried out."""


@pytest.mark.parametrize("label", LABELS)
async def test_a_call_that_ends_at_a_failpoint_orders_one_waybill(depot, shop, monkeypatch, label):
    order, _ = await shop.paid()
    ordered = await depot.ordered(order)
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", lambda reached: _end(reached, label))
        with pytest.raises(ProcessEnded):
            await depot.work()
    assert (await depot.label(ordered))["state"] != "created"
    await depot.work(seconds=90)  # the lease of the call has ended
    await depot.work(seconds=3600)
    made = await depot.label(ordered)
    [waybill] = {each.waybill_no for each in depot.books.orders.values()}
    assert (made["state"], made["waybill_no"]) == ("created", waybill)
    assert len(await shop.events(OrderShipped)) == 1


def _end(reached: str, label: str) -> None:
    if reached == label:
        raise ProcessEnded
