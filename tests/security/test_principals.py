"""Subjects of any form that an identity provider gives work in every list, filter and event."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from aftercare_chassis.auth.principals import LONGEST
from aftercare_chassis.testing import Harness
from aftercare_events import OrderCreated, OrderPaid
from aftersale_bodies import cny
from aftersale_svc import main as aftersale
from analytics_svc import main as analytics
from cs_svc import main as cs
from order_svc import main as order
from seeded_service import SeededService, made
from seeded_services import ADDRESS, KETTLE

NAMES = {
    "auth0": "auth0|5f7c8ec7c33c6c004bbafe82",
    "e-mail": "li.na+shop@example.com",
    "leading hyphen": "-7",
    "slashes": "/tenants/7/users/b//",
    "a URL": "https://id.example/u?x=1&y=%2F#me",
    "blanks": "a  b",
    "quotes": 'O\'Neil \\"the" {0} <b>;--',
    "Chinese": "王芳",
    "longest": "a" * LONGEST,
    "longest in four bytes": "🙂" * LONGEST,
}
TEXT = {"text": "什么时候退款?"}


@pytest.fixture(params=list(NAMES))
def name(request: pytest.FixtureRequest) -> str:
    return NAMES[request.param]


@pytest.fixture(scope="module")
async def served(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[SeededService]:
    """One service for all names."""
    async with Harness.start(request.param.service, postgres_url, **OPTIONS.get(request.param, {})) as harness:
        yield SeededService(harness)


OPTIONS = {
    order: {
        "payment_simulator_url": "http://provider.test",
        "payment_webhook_secret": "whsec_bm90LWEtcmVhbC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk=",
        "public_url": "http://shop.test",
    }
}


def parties(name: str) -> dict[str, Any]:
    """The fields of an event that name parties, all with this name."""
    return dict.fromkeys(("affected_party", "applicant", "handler", "buyer_id", "merchant_id"), name)


async def listed(client: Any, path: str, **filters: str) -> list[str]:
    """The ids of a list with these filters."""
    return [each["id"] for each in made(await client.get(path, params=filters))["data"]]


async def parties_of_last_event(service: SeededService, name: str) -> set[str]:
    """The parties in the last published event."""
    event = (await service.harness.published())[-1]
    return {event.affected_party, event.applicant, event.handler}


@pytest.mark.parametrize("served", [order], indirect=True, ids=["order-svc"])
async def test_orders(served: SeededService, name: str) -> None:
    buyer, seller = served.harness.client("buyer", name), served.harness.client("seller", name, name)
    line = {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 3, "unit_price": cny(9900)}
    wanted = {"buyer_id": name, "currency": "CNY", "lines": [line], "shipping_address": ADDRESS}
    placed = made(await seller.post("/v1/orders", json=wanted))
    assert (placed["buyer_id"], placed["merchant_id"]) == (name, name)
    assert await parties_of_last_event(served, name) == {name}
    for client in (buyer, seller, served.harness.client("agent", name)):
        assert await listed(client, "/v1/orders", buyer_id=name, merchant_id=name) == [placed["id"]]
    assert made(await buyer.post(f"/v1/orders/{placed['id']}/cancel"))["state"] == "cancelled"


@pytest.mark.parametrize("served", [aftersale], indirect=True, ids=["aftersale-svc"])
async def test_cases(served: SeededService, name: str) -> None:
    order_id = f"ord_{list(NAMES.values()).index(name)}"
    lines = (KETTLE.model_copy(update={"line_id": f"line_{order_id}"}),)
    money = {"total_minor": 29700, "shipping_fee_minor": 0, "paid_at": served.harness.clock.now()}
    paid = {"payment_id": f"pay_{order_id}", "provider": "simulator", "lines": lines, **money}
    await served.consume(OrderPaid, order_id=order_id, **parties(name), **paid)
    buyer, seller = served.harness.client("buyer", name), served.harness.client("seller", name, name)
    wanted = {"order_id": order_id, "type": "refund_only", "reason": "quality_defect"}
    case = made(await buyer.post("/v1/cases", json=wanted | {"lines": [{"line_id": lines[0].line_id, "quantity": 1}]}))
    assert await listed(seller, "/v1/cases", buyer_id=name, merchant_id=name) == [case["id"]]
    assert made(await seller.post(f"/v1/cases/{case['id']}/approve"))["state"] == "refunding"
    assert await parties_of_last_event(served, name) == {name}
    steps = made(await buyer.get(f"/v1/cases/{case['id']}/timeline"))["data"]
    assert {step["actor_id"] for step in steps if step["actor_role"] != "system"} == {name}
    assert await listed(seller, "/v1/disputes", buyer_id=name, merchant_id=name) == []


@pytest.mark.parametrize("served", [cs], indirect=True, ids=["cs-svc"])
async def test_conversations_and_customers(served: SeededService, name: str) -> None:
    order_id = f"ord_{list(NAMES.values()).index(name)}"
    total = {"total_minor": 29700, "shipping_fee_minor": 0, "lines": (KETTLE,)}
    await served.consume(OrderCreated, order_id=order_id, **parties(name), **total)
    buyer, seller = served.harness.client("buyer", name), served.harness.client("seller", name, name)
    agent, other = served.harness.client("agent", name), served.harness.client("agent", "agent-9")
    conversation = made(await buyer.post("/v1/conversations", json=TEXT | {"order_id": order_id}))
    path = f"/v1/conversations/{conversation['id']}"
    assert made(await other.post(f"{path}/assign", json={"agent_id": name}))["agent_id"] == name
    made(await agent.post(f"{path}/messages", json=TEXT))
    assert await parties_of_last_event(served, name) == {name}
    assert await listed(agent, "/v1/conversations", buyer_id=name, agent_id=name) == [conversation["id"]]
    complaint = {"channel": "web", "order_id": order_id, "category": "no_answer", **TEXT}
    opened = made(await buyer.post("/v1/complaints", json=complaint))
    assert await listed(agent, "/v1/complaints", buyer_id=name) == [opened["id"]]
    feedback = made(await buyer.post("/v1/feedback", json={"channel": "web", **TEXT}))
    made(await agent.post(f"/v1/feedback/{feedback['id']}/answer", json=TEXT))
    assert await listed(agent, "/v1/feedback", owner_id=name) == [feedback["id"]]
    for client in (buyer, seller, agent):
        customer = made(await client.get(f"/v1/customers/{quote(name, safe='')}"))
        assert (customer["id"], [each["id"] for each in customer["orders"]]) == (name, [order_id])


@pytest.mark.parametrize("served", [analytics], indirect=True, ids=["analytics-svc"])
async def test_traces(served: SeededService, name: str) -> None:
    order_id = f"ord_{list(NAMES.values()).index(name)}"
    total = {"total_minor": 29700, "shipping_fee_minor": 0, "lines": (KETTLE,)}
    await served.consume(OrderCreated, order_id=order_id, **parties(name), **total)
    await served.harness.run_workers()
    for role, merchant in (("buyer", None), ("seller", name), ("agent", None)):
        client = served.harness.client(role, name, merchant)
        trace = made(await client.get("/v1/traces", params={"party": name}))
        assert [each["handler"] for each in trace["data"]] == [name]
        assert trace["complete"]


@pytest.mark.parametrize("served", [order, aftersale, cs, analytics], indirect=True)
@pytest.mark.parametrize(
    ("role", "sub", "merchant", "claim"),
    [
        ("buyer", "a" * (LONGEST + 1), None, "sub"),
        ("buyer", "..", None, "sub"),
        ("buyer", "a\u202eb", None, "sub"),
        ("seller", "seller-1", "m\n1", "merchant_id"),
        ("seller", "seller-1", "a" * (LONGEST + 1), "merchant_id"),
    ],
)
async def test_a_token_with_an_unusable_subject_is_refused(
    served: SeededService, role: str, sub: str, merchant: str | None, claim: str
) -> None:
    client = served.harness.client(role, sub, merchant)
    client.headers["accept-language"] = "en"
    for path in ("/v1/orders", "/v1/cases", "/v1/conversations", "/v1/traces"):
        response = await client.get(path)
        if response.status_code != 404:
            problem = served.harness.problem(response, 401, "token_invalid")
            assert problem["claim"] == claim
            assert problem["detail"].startswith(f"The token's {claim} must be 1 to 255 printable characters")
            return
    raise AssertionError("the service has none of these lists")
