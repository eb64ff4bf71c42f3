"""One small world per service: objects of buyer-1 and merchant m-1, and a valid body for every command about them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aftercare_chassis.http import sse
from aftercare_chassis.testing import Harness
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    ComplaintOpened,
    Event,
    OrderCreated,
    OrderLine,
    OrderPaid,
)
from aftersale_svc import main as aftersale
from analytics_svc import main as analytics
from cs_svc import main as cs
from jsonschema import Draft202012Validator
from kb_svc import main as kb
from order_svc import main as order
from standardwebhooks import Webhook

SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk="
ADDRESS = {"name": "王芳", "phone": "13800000000", "city": "杭州市", "street": "文三路 1 号"}
KETTLE = OrderLine(
    line_id="line_1", sku="KETTLE-1", quantity=3, unit_price_minor=9900, discount_minor=0, paid_minor=29700
)


@dataclass
class World:
    """A service with something in it. `ids` fill the paths, `bodies` are what each command is sent."""

    harness: Harness
    ids: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, dict[str, str]] = field(default_factory=dict)
    checked: set[tuple[str, str, int]] = field(default_factory=set)

    def keeps_promise(self, path: str, method: str, response: httpx.Response) -> None:
        """Assert that the OpenAPI tells of this answer: its status, its media type, its shape."""
        document = self.harness.service.app.openapi()
        promised = document["paths"][path][method.lower()]["responses"]
        assert str(response.status_code) in promised, (method, path, response.status_code, response.text)
        answer = promised[str(response.status_code)]
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        content = answer.get("content", {})
        place = (path, method, response.status_code)
        if not content or (place in self.checked and not response.is_success):
            return
        self.checked.add(place)
        [(media_type, told)] = content.items()
        assert response.headers["content-type"] == media_type, place
        schema = {**told["schema"], "components": document["components"]}
        said = response.text if media_type == sse.EventStream.media_type else _without_null(response.json())
        Draft202012Validator(schema).validate(said)

    @property
    def paths(self) -> dict[str, Any]:
        """The service's paths as its OpenAPI tells them."""
        found: dict[str, Any] = self.harness.service.app.openapi()["paths"]
        return found

    async def footprint(self) -> tuple[int, int]:
        """What any change would have left: events waiting for the log, and kept answers."""
        pool = self.harness.runtime.pool
        events, kept = "SELECT count(*) FROM outbox", "SELECT count(*) FROM idempotency_key"
        return await pool.fetchval(events), await pool.fetchval(kept)

    async def tell(self, event: type[Event], **fields: Any) -> None:
        """An event of another service about order ord_1."""
        usual = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "system",
            "time": self.harness.clock.now(),
            "result": "moved",
            "order_id": "ord_1",
            "case_id": "case_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "case_type": "return_refund",
            "currency": "CNY",
        }
        given = {name: value for name, value in usual.items() if name in event.model_fields}
        await self.harness.consume(event(**given | fields))
        assert await self.harness.parked() == []


def _without_null(value: Any) -> Any:
    """The body as a client reads it: a field that is null and one that is absent mean the same."""
    if isinstance(value, dict):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def made(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, response.text
    body: dict[str, Any] = response.json()
    return body


@asynccontextmanager
async def order_world(postgres_url: str) -> AsyncIterator[World]:
    given = {
        "payment_simulator_url": "http://provider.test",
        "payment_webhook_secret": SECRET,
        "public_url": "http://shop.test",
    }
    async with Harness.start(order.service, postgres_url, **given) as harness:
        buyer, seller, admin = (
            harness.client("buyer", "buyer-1"),
            harness.client("seller", "seller-1", "m-1"),
            harness.client("admin", "admin-1"),
        )
        line = {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 3, "unit_price": cny(9900)}
        wanted = {"buyer_id": "buyer-1", "currency": "CNY", "lines": [line], "shipping_address": ADDRESS}
        placed = made(await seller.post("/v1/orders", json=wanted))
        payment = made(await buyer.post(f"/v1/orders/{placed['id']}/payments", json={"provider": "simulator"}))
        await _paid(harness, payment)
        part = [{"line_id": placed["lines"][0]["id"], "quantity": 1}]
        parcel_body = {"carrier": "zto", "waybill_no": "73000001", "lines": part}
        parcel = made(await seller.post(f"/v1/orders/{placed['id']}/parcels", json=parcel_body))
        endpoint = made(await admin.post("/v1/courier-endpoints", json={"partner": "zto"}))
        await harness.client().post(endpoint["path"], content=b"forged")
        [push] = made(await admin.get("/v1/courier-pushes"))["data"]
        [callback] = made(await admin.get("/v1/payment-callbacks"))["data"]
        yield World(
            harness,
            {
                "order_id": placed["id"],
                "payment_id": payment["id"],
                "parcel_id": parcel["id"],
                "endpoint_id": endpoint["id"],
                "push_id": push["id"],
                "callback_id": callback["id"],
            },
            {
                "createOrder": wanted,
                "changeAddress": {"shipping_address": ADDRESS},
                "startPayment": {"provider": "simulator"},
                "shipParcel": parcel_body | {"waybill_no": "73000002"},
                "createCourierEndpoint": {"partner": "zto"},
                "rotateCourierSecret": {},
            },
        )


async def _paid(harness: Harness, payment: dict[str, Any]) -> None:
    """The provider's signed word that the money is there."""
    data = {"payment_id": payment["id"], "reference": "sim_1", **payment["amount"]}
    body = httpx.Request("POST", "http://x", json={"type": "payment.succeeded", "data": data}).content.decode()
    now = harness.clock.now().replace(microsecond=0)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", now, body),
    }
    response = await harness.client().post("/v1/payment-webhooks/simulator", content=body, headers=headers)
    assert response.is_success, response.text
    await harness.run_workers()


@asynccontextmanager
async def aftersale_world(postgres_url: str) -> AsyncIterator[World]:
    async with Harness.start(aftersale.service, postgres_url) as harness:
        world = World(harness)
        money = {"total_minor": 29700, "shipping_fee_minor": 0, "lines": (KETTLE,)}
        await world.tell(OrderPaid, payment_id="pay_1", provider="simulator", paid_at=harness.clock.now(), **money)
        wanted = {"order_id": "ord_1", "type": "refund_only", "reason": "quality_defect"}
        wanted["lines"] = [{"line_id": "line_1", "quantity": 1}]
        buyer = harness.client("buyer", "buyer-1")
        case = made(await buyer.post("/v1/cases", json=wanted))
        disputed = made(await buyer.post("/v1/cases", json=wanted))
        complaint = {"complaint_id": "cmp_1", "channel": "web", "category": "unfair_rejection", "text_hash": "sha256:0"}
        await world.tell(ComplaintOpened, case_id=disputed["id"], state="open", **complaint)
        [dispute] = made(await buyer.get("/v1/disputes"))["data"]
        world.ids = {"case_id": case["id"], "dispute_id": dispute["id"]}
        digest = "sha256:" + "ab" * 32
        world.bodies = {
            "createCase": wanted,
            "rejectCase": {"reason": "used_or_affects_resale"},
            "closeCase": {"note": "…"},
            "shipCase": {"carrier": "sf", "waybill_no": "SF1234567890"},
            "correctReturnWaybill": {"carrier": "sf", "waybill_no": "SF1234567891"},
            "inspectCase": {"lines": [{"line_id": "line_1", "accepted": 1}]},
            "answerDispute": {"text": "…", "evidence": []},
            "addDisputeEvidence": {"evidence": [digest]},
            "giveVerdict": {"liable": "seller", "remedy": "refund", "amount": cny(1), "grounds": "…"},
        }
        yield world


@asynccontextmanager
async def cs_world(postgres_url: str) -> AsyncIterator[World]:
    async with Harness.start(cs.service, postgres_url) as harness:
        world = World(harness)
        await world.tell(OrderCreated, total_minor=29700, shipping_fee_minor=0, lines=(KETTLE,))
        asked = {"reason": "quality_defect", "stage": "post_receipt", "lines": (), "requested_minor": 9900}
        await world.tell(AfterSaleRequested, state="pending_review", **asked)
        await world.tell(AfterSaleCompleted, state="completed", refunded_minor=9900, lines=())
        buyer, about = harness.client("buyer", "buyer-1"), {"order_id": "ord_1", "case_id": "case_1"}
        world.bodies = {
            "openConversation": {**about, "text": "什么时候退款?"},
            "postMessage": {"text": "你好"},
            "openComplaint": {**about, "channel": "web", "category": "no_answer", "text": "没有回复"},
            "answerComplaint": {"text": "抱歉"},
            "resolveComplaint": {"outcome": "explained"},
            "receiveFeedback": {"channel": "web", "text": "不错", "case_id": "case_1"},
            "answerFeedback": {"text": "谢谢"},
            "improveFromFeedback": {"text": "已改进"},
            "giveRating": {"case_id": "case_1", "scores": {"service": 5, "helpfulness": 5, "refund": 5, "speed": 5}},
            "changeRating": {"text": "还行"},
        }
        for param, path, operation in (
            ("conversation_id", "/v1/conversations", "openConversation"),
            ("complaint_id", "/v1/complaints", "openComplaint"),
            ("feedback_id", "/v1/feedback", "receiveFeedback"),
            ("rating_id", "/v1/ratings", "giveRating"),
        ):
            world.ids[param] = made(await buyer.post(path, json=world.bodies[operation]))["id"]
        world.ids["buyer_id"] = "buyer-1"
        yield world


@asynccontextmanager
async def kb_world(postgres_url: str) -> AsyncIterator[World]:
    async with Harness.start(kb.service, postgres_url) as harness:
        agent = harness.client("agent", "agent-1")
        draft = {
            "kind": "policy",
            "slug": "returns",
            "language": "zh-CN",
            "title": "七天无理由退货",
            "body": "可以退。",
        }
        article = made(await agent.post("/v1/articles", json=draft))
        bodies = {"draftArticle": draft | {"slug": "freight"}, "editArticle": {"title": "退货"}}
        yield World(harness, {"article_id": article["id"]}, bodies, {"search": {"q": "退货"}})


@asynccontextmanager
async def analytics_world(postgres_url: str) -> AsyncIterator[World]:
    async with Harness.start(analytics.service, postgres_url) as harness:
        world = World(harness, queries={"getTrace": {"order_id": "ord_1"}})
        await world.tell(OrderCreated, total_minor=29700, shipping_fee_minor=0, lines=(KETTLE,))
        await harness.run_workers()
        yield world


WORLDS = {
    "order-svc": order_world,
    "aftersale-svc": aftersale_world,
    "cs-svc": cs_world,
    "kb-svc": kb_world,
    "analytics-svc": analytics_world,
}
