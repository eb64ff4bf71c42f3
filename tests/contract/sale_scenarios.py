"""Scenarios of what is sold and how it is received."""

import json
from datetime import timedelta

from aftercare_events import SanctionImposed, SanctionLifted
from in_process_suite import InProcessSuite
from standardwebhooks import Webhook
from suite_scenarios import ADDRESS, TITLE, cny, paid


async def virtual_goods_beside_goods_that_are_shipped_late(suite: InProcessSuite) -> str:
    """The virtual goods arrive, and the time to ship the others passes; the order's id."""
    line = {"title": TITLE, "quantity": 1, "unit_price": cny(2000)}
    body = {
        "buyer_id": "buyer-1",
        "currency": "CNY",
        "lines": [{**line, "sku": "CODE-1", "fulfilment": "virtual"}, {**line, "sku": "CUP-1"}],
        "shipping_address": ADDRESS,
    }
    order = await suite.call("seller", "order", "orders", body)
    pay = {"provider": "simulator", "payment_method": "sim_success"}
    await suite.call("buyer", "order", f"orders/{order['id']}/payments", pay)
    picks = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
    await suite.call("seller", "order", f"orders/{order['id']}/deliver-virtual", picks)
    await suite.advance(49)
    shown = await suite.get("buyer", "order", f"orders/{order['id']}")
    assert (shown["state"], shown["shipment_overdue_at"] is not None) == ("paid", True)
    return str(order["id"])


async def a_parcel_that_is_collected_from_a_locker(suite: InProcessSuite) -> str:
    """The time to confirm the receipt runs from the collection, and is extended; the order's id."""
    order = await paid(suite)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    parcel = {"carrier": "sf", "waybill_no": "SF1900000001", "lines": lines}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    endpoint = await suite.call("admin", "order", "courier-endpoints", {"partner": "standard-webhooks"})
    for number, receiver in enumerate(("locker", "person")):
        now = suite.now.replace(microsecond=0)
        data = {"waybill_no": "SF1900000001", "status": "delivered", "carrier": "sf", "delivered_to": receiver}
        at = (now + timedelta(seconds=number)).isoformat()
        body = json.dumps({"type": "parcel.status", "data": {**data, "occurred_at": at}})
        headers = {
            "webhook-id": f"msg_locker_{number}",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(endpoint["secret"]).sign(f"msg_locker_{number}", now, body),
        }
        response = await suite.services["order"].client().post(endpoint["path"], content=body, headers=headers)
        assert response.is_success, response.text
        await suite.settle()
    extended = await suite.call("buyer", "order", f"orders/{order['id']}/extend-receipt", {"days": 2})
    assert (extended["state"], extended["receipt_extended_days"]) == ("delivered", 2)
    await suite.advance(240 + 48 - 20)
    return str(order["id"])


async def an_order_that_an_agent_reviews(suite: InProcessSuite) -> str:
    """A restriction, which no service imposes yet, keeps the order from payment until it is approved; the order's id."""
    order_svc = suite.services["order"]
    facts = {"affected_party": "buyer-9", "applicant": "platform", "handler": "agent-1", "result": "imposed"}
    subject = {"subject_id": "buyer-9", "subject_type": "buyer", "kind": "order_review", "reason": "many_complaints"}
    await order_svc.consume(SanctionImposed(**facts, **subject, orders="review", time=suite.now))
    line = {"sku": "CUP-1", "title": TITLE, "quantity": 1, "unit_price": cny(2000)}
    body = {"buyer_id": "buyer-9", "currency": "CNY", "lines": [line], "shipping_address": ADDRESS}
    order = await suite.call("seller", "order", "orders", body)
    assert order["review"] == "pending"
    await suite.call("agent", "order", f"orders/{order['id']}/approve")
    await order_svc.consume(SanctionLifted(**facts, **subject, orders="review", time=suite.now))
    return str(order["id"])


SCENARIOS = (
    virtual_goods_beside_goods_that_are_shipped_late,
    a_parcel_that_is_collected_from_a_locker,
    an_order_that_an_agent_reviews,
)
