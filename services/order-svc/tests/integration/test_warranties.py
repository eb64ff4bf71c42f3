"""The warranty that a merchant states for a line."""

import pytest
from aftercare_events import OrderCreated, OrderPaid


async def test_it_is_kept_shown_and_published(shop, kettles):
    order, _ = await shop.paid(lines=[{**kettles()["lines"][0], "warranty_days": 730}])
    assert (await shop.buyer.get(f"/v1/orders/{order['id']}")).json()["lines"][0]["warranty_days"] == 730
    for kind in (OrderCreated, OrderPaid):
        assert (await shop.events(kind))[0].lines[0].warranty_days == 730
    plain = await shop.place()
    assert plain["lines"][0]["warranty_days"] is None


@pytest.mark.parametrize("days", [-1, 36_501])
async def test_no_line_has_a_warranty_of_no_sense(shop, kettles, days):
    body = kettles(lines=[{**kettles()["lines"][0], "warranty_days": days}])
    problem = shop.problem(await shop.seller.post("/v1/orders", json=body), 422, "validation_failed")
    assert [each["pointer"] for each in problem["errors"]] == ["/lines/0/warranty_days"]
