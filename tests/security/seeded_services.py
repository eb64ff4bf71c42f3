"""Services with a few objects of buyer-1 and merchant m-1, and a valid body for every command on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    ComplaintOpened,
    OrderCreated,
    OrderLine,
    OrderPaid,
    OrderShipped,
    ParcelRegistered,
    ParcelStatusChanged,
    RefundFailed,
    RefundRequested,
    ShippedLine,
)
from aftersale_bodies import aftersale_bodies, cny
from aftersale_svc import main as aftersale
from aftersale_svc.workers.calendars import load as load_calendars
from analytics_svc import main as analytics
from channel_objects import CHANNEL_BODIES, add_call, add_file, add_identity, add_inbox
from cs_svc import main as cs
from desk_objects import DESK_BODIES, DESK_IDS, add_held_reply, add_referral, add_tag
from order_bodies import ADDRESS, order_bodies
from order_svc import main as order
from queue_seeds import QUEUE_BODIES, queue_ids, seed_queues
from seeded_bot import seed_bot
from seeded_complaints import seed_complaints
from seeded_kb import kb_service
from seeded_ratings import seed_ratings
from seeded_service import SeededService, made
from standardwebhooks import Webhook

SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk="
KETTLE = OrderLine(
    line_id="line_1", sku="KETTLE-1", quantity=3, unit_price_minor=9900, discount_minor=0, paid_minor=29700
)

_ACCOUNT: dict[str, Any] = {"courier": "sf", "account_no": "C1", "secret": "a-checkword", "sender": ADDRESS}
_DIFFERENCE = """
    INSERT INTO payment_differences
        (id, version, provider, day, cause, kind, our_minor, their_minor, currency, state, opened_at)
    VALUES ('diff_1', 1, 'simulator', '2026-03-01', 'unknown_here', 'payment', 0, 1, 'CNY', 'open', now())
"""
_REFUND = """
    INSERT INTO refunds (id, payment_id, order_id, state, amount_minor, currency, cause, created_at)
    VALUES ('ref_1', $1, $2, 'failed', 1, 'CNY', 'operator', now())
"""
_RECONCILIATION = """
    INSERT INTO reconciliations (provider, day, entries, differences, reconciled_at)
    VALUES ('simulator', '2026-03-01', 1, 1, now())
"""


_ANOMALY = """
    INSERT INTO parcel_anomalies
        (id, parcel_id, order_id, merchant_id, leg, carrier, waybill_no, kind, since, state, raised_at)
    VALUES ('anom_1', $1, $2, 'm-1', 'outbound', 'zto', '73000001', 'lost', now(), 'open', now())
"""


@asynccontextmanager
async def order_service(postgres_url: str) -> AsyncIterator[SeededService]:
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
        made(await seller.put("/v1/merchants/m-1/order-times", json={"ship_hours": 72}))
        placed = made(await seller.post("/v1/orders", json=wanted))
        payment = made(await buyer.post(f"/v1/orders/{placed['id']}/payments", json={"provider": "simulator"}))
        await _paid(harness, payment)
        part = [{"line_id": placed["lines"][0]["id"], "quantity": 1}]
        parcel_body = {"carrier": "zto", "waybill_no": "73000001", "lines": part}
        parcel = made(await seller.post(f"/v1/orders/{placed['id']}/parcels", json=parcel_body))
        intercept = made(
            await buyer.post(f"/v1/parcels/{parcel['id']}/intercepts", json={"purpose": "return_to_sender"})
        )
        endpoint = made(await admin.post("/v1/courier-endpoints", json={"partner": "zto"}))
        await harness.client().post(endpoint["path"], content=b"forged")
        [push] = made(await admin.get("/v1/courier-pushes"))["data"]
        [callback] = made(await admin.get("/v1/payment-callbacks"))["data"]
        await harness.runtime.pool.execute(_DIFFERENCE)
        await harness.runtime.pool.execute(_RECONCILIATION)
        await harness.runtime.pool.execute(_REFUND, payment["id"], placed["id"])
        await harness.runtime.pool.execute(_ANOMALY, parcel["id"], placed["id"])
        account = made(await seller.post("/v1/shipping-accounts", json=_ACCOUNT))
        label_body = {"carrier": "sf", "weight_grams": 900, "lines": part}
        label = made(await seller.post(f"/v1/orders/{placed['id']}/labels", json=label_body))
        started = made(await seller.post("/v1/order-imports", json={"file_hash": "sha256:" + "ab" * 32}))
        quote = made(await seller.post(f"/v1/orders/{placed['id']}/shipping-quotes", json={"weight_grams": 900}))
        yield SeededService(
            harness,
            {
                "order_id": placed["id"],
                "number": "1",
                "payment_id": payment["id"],
                "refund_id": "ref_1",
                "parcel_id": parcel["id"],
                "intercept_id": intercept["id"],
                "endpoint_id": endpoint["id"],
                "push_id": push["id"],
                "callback_id": callback["id"],
                "difference_id": "diff_1",
                "provider": "simulator",
                "day": "2026-03-01",
                "merchant_id": "m-1",
                "anomaly_id": "anom_1",
                "account_id": account["id"],
                "label_id": label["id"],
                "quote_id": quote["id"],
                "import_id": started["id"],
            },
            order_bodies(wanted, part, parcel_body, label_body, _ACCOUNT),
        )


async def _paid(harness: Harness, payment: dict[str, Any]) -> None:
    """The provider's signed callback about a paid payment."""
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
async def aftersale_service(postgres_url: str) -> AsyncIterator[SeededService]:
    async with Harness.start(aftersale.service, postgres_url) as harness:
        service = SeededService(harness)
        money = {"total_minor": 29700, "shipping_fee_minor": 0, "lines": (KETTLE,)}
        await service.consume(OrderPaid, payment_id="pay_1", provider="simulator", paid_at=harness.clock.now(), **money)
        wanted = {"order_id": "ord_1", "type": "refund_only", "reason": "quality_defect"}
        wanted["lines"] = [{"line_id": "line_1", "quantity": 1}]
        buyer = harness.client("buyer", "buyer-1")
        case = made(await buyer.post("/v1/cases", json=wanted))
        disputed = made(await buyer.post("/v1/cases", json=wanted))
        complaint = {"complaint_id": "cmp_1", "channel": "web", "category": "unfair_rejection", "text_hash": "sha256:0"}
        await service.consume(ComplaintOpened, case_id=disputed["id"], state="open", **complaint)
        [dispute] = made(await buyer.get("/v1/disputes"))["data"]
        seller, address = harness.client("seller", "seller-1", "m-1"), {"name": "…", "phone": "…", "street": "…"}
        rules = {"rules": [{"id": "all", "outcome": "leave_to_merchant"}]}
        made(await seller.put("/v1/merchants/m-1/case-rules", json=rules))
        made(await seller.put("/v1/merchants/m-1/return-address", json={"return_address": address}))
        made(await seller.put("/v1/merchants/m-1/pickup-schedule", json={"windows": []}))
        made(await seller.put("/v1/merchants/m-1/return-fees", json={"fees": []}))
        made(await seller.put("/v1/merchants/m-1/fast-exchange", json={"allowed": False}))
        made(await seller.put("/v1/merchants/m-1/order-discounts", json={"on_return": "keep"}))
        made(await seller.put("/v1/merchants/m-1/return-freight-limits", json={"limits": []}))
        made(await seller.put("/v1/merchants/m-1/required-evidence", json={"reasons": ["counterfeit"]}))
        made(await seller.put("/v1/merchants/m-1/service-terms", json={"warranty_days": 365}))
        made(await harness.client("agent", "agent-1").put("/v1/merchants/m-1/freight-insurance", json={"limits": []}))
        service.ids = {"case_id": case["id"], "dispute_id": dispute["id"], "order_id": "ord_1", "person_id": "agent-2"}
        service.ids |= {"merchant_id": "m-1", "number": "1", "country": "CN", "proposal_id": "prop_1"}
        found = made(await harness.client("agent", "agent-1").get(f"/v1/cases/{case['id']}/deadlines"))["data"]
        service.ids["deadline_id"] = found[-1]["id"]
        await load_calendars(harness.runtime)
        made(await harness.client("agent", "agent-1").put("/v1/merchants/m-1/calendar", json={}))
        rejected = made(await buyer.post("/v1/cases", json=wanted))
        made(await seller.post(f"/v1/cases/{rejected['id']}/reject", json={"reason": "no_defect_found"}))
        [decision] = made(await buyer.get(f"/v1/cases/{rejected['id']}/decisions"))["data"]
        service.ids |= {"merchant_id": "m-1", "number": "1", "decision_id": decision["id"]}
        digest = "sha256:" + "ab" * 32
        photo = {"kind": "photo", "media_type": "image/jpeg", "size": 1024, "sha256": digest, "case_id": case["id"]}
        evidence = made(await buyer.post("/v1/evidence", json=photo))
        service.ids["evidence_id"] = evidence["id"]
        parcel = {"parcel_id": "par_1", "carrier": "zto", "waybill_no": "73000001", "complete": False}
        await service.consume(OrderShipped, lines=(ShippedLine(line_id="line_1", quantity=1),), **parcel)
        made(await buyer.post(f"/v1/cases/{rejected['id']}/accept", json={}))  # its unit is free
        failed = made(await buyer.post("/v1/cases", json=wanted))
        made(await seller.post(f"/v1/cases/{failed['id']}/approve", json={}))
        [requested] = [each for each in await harness.published() if isinstance(each, RefundRequested)]
        about = {"payment_id": "pay_1", "provider": "simulator", "refunded_minor": 0, "failure_code": "declined"}
        amount = {"amount_minor": requested.amount_minor, "refund_id": requested.refund_id, "case_id": failed["id"]}
        await service.consume(RefundFailed, **about, **amount)
        deposit = await buyer.post(f"/v1/cases/{failed['id']}/guarantee-claims", json={"kind": "merchant_deposit"})
        service.ids["guarantee_claim_id"] = made(deposit)["id"]
        opening = f"/v1/cases/{case['id']}/courier-claims"
        service.ids["claim_id"] = made(await seller.post(opening, json={"cause": "damaged"}))["id"]
        service.ids["refused_goods_claim_id"] = await _refused_goods(service, buyer, seller)
        service.bodies = aftersale_bodies(wanted, photo, rules, address)
        yield service


async def _refused_goods(service: SeededService, buyer: httpx.AsyncClient, seller: httpx.AsyncClient) -> str:
    """The id of the claim to goods of another order, which the merchant has refused."""
    about = {"order_id": "ord_2", "currency": "CNY"}
    lines = (KETTLE.model_copy(update={"line_id": "line_2"}),)
    money = {"total_minor": 29700, "shipping_fee_minor": 0, "lines": lines}
    now = service.harness.clock.now()
    await service.consume(OrderPaid, payment_id="pay_2", provider="simulator", paid_at=now, **money, **about)
    parcel = {"parcel_id": "par_2", "carrier": "zto", "waybill_no": "73000002", "complete": True, "order_id": "ord_2"}
    await service.consume(OrderShipped, lines=(ShippedLine(line_id="line_2", quantity=3),), **parcel)
    wanted = {"order_id": "ord_2", "type": "return_refund", "reason": "quality_defect"}
    unit = {"line_id": "line_2", "quantity": 1}
    case = made(await buyer.post("/v1/cases", json={**wanted, "lines": [unit]}))
    path = f"/v1/cases/{case['id']}"
    made(await seller.post(f"{path}/approve", json={}))
    made(await buyer.post(f"{path}/ship", json={"carrier": "sf", "waybill_no": "SF1"}))
    made(await seller.post(f"{path}/receive", json={}))
    found = {"lines": [{"line_id": "line_2", "accepted": 0}], "reason": "no_defect_found"}
    made(await seller.post(f"{path}/inspect", json=found))
    [claim] = made(await buyer.post(f"{path}/accept", json={}))["refused_goods_claims"]
    return str(claim["id"])


@asynccontextmanager
async def cs_service(postgres_url: str) -> AsyncIterator[SeededService]:
    settings = {"phone_webhook_secrets": SECRET, "reply_limits": {"CNY": 500_000}, "survey_cases": True}
    async with Harness.start(cs.service, postgres_url, **settings) as harness:
        service = SeededService(harness)
        await service.consume(OrderCreated, total_minor=29700, shipping_fee_minor=0, lines=(KETTLE,))
        asked = {"reason": "quality_defect", "stage": "post_receipt", "lines": (), "requested_minor": 9900}
        await service.consume(AfterSaleRequested, state="pending_review", **asked)
        await service.consume(AfterSaleCompleted, state="completed", refunded_minor=9900, lines=())
        parcel = {"parcel_id": "parcel_1", "leg": "outbound", "carrier": "zto", "waybill_no": "73000001"}
        await service.consume(ParcelRegistered, lines=(), **parcel)
        delivered = {"status": "delivered", "previous_status": "picked_up", "terminal": True}
        await service.consume(ParcelStatusChanged, occurred_at=harness.clock.now(), **delivered, **parcel)
        await seed_queues(harness)
        buyer, about = harness.client("buyer", "buyer-1"), {"order_id": "ord_1", "case_id": "case_1"}
        service.bodies = {
            **QUEUE_BODIES,
            "openConversation": {**about, "text": "什么时候退款?"},
            "postMessage": {"text": "你好"},
            "switchBot": {"in_charge": True},
            "markConversationRead": {"place": "00000001"},
            "openComplaint": {**about, "channel": "web", "category": "no_answer", "text": "没有回复"},
            "answerComplaint": {"text": "抱歉"},
            "resolveComplaint": {"outcome": "explained"},
            "receiveFeedback": {"channel": "web", "text": "不错", "case_id": "case_1"},
            "answerFeedback": {"text": "谢谢"},
            "improveFromFeedback": {"text": "已改进"},
            "giveRating": {"case_id": "case_1", "scores": {"service": 5, "helpfulness": 5, "refund": 5, "speed": 5}},
            "changeRating": {"text": "还行"},
            "changeMerchantRating": {"text": "还行"},
            "setSurveyPreference": {"opted_out": True},
            "changeConversationRating": {"text": "还行"},
            "rateCourier": {"parcel_id": "parcel_1", "score": 1, "faults": ["late"]},
            **CHANNEL_BODIES,
            **DESK_BODIES,
        }
        await add_tag(harness)
        await add_identity(service, harness.client("agent", "agent-1"))
        for param, path, operation in (
            ("conversation_id", "/v1/conversations", "openConversation"),
            ("complaint_id", "/v1/complaints", "openComplaint"),
            ("feedback_id", "/v1/feedback", "receiveFeedback"),
            ("rating_id", "/v1/ratings", "giveRating"),
            ("courier_rating_id", "/v1/courier-ratings", "rateCourier"),
        ):
            service.ids[param] = made(await buyer.post(path, json=service.bodies[operation]))["id"]
        await seed_ratings(service)
        await seed_complaints(service)
        await seed_bot(service)
        await add_file(service, buyer)
        await add_referral(service)
        await add_held_reply(service)
        await add_call(service)
        await add_inbox(service)
        service.ids |= {"buyer_id": "buyer-1"} | DESK_IDS | await queue_ids(harness, service.ids["conversation_id"])
        yield service


@asynccontextmanager
async def analytics_service(postgres_url: str) -> AsyncIterator[SeededService]:
    async with Harness.start(analytics.service, postgres_url) as harness:
        service = SeededService(harness, queries={"getTrace": {"order_id": "ord_1"}})
        await service.consume(OrderCreated, total_minor=29700, shipping_fee_minor=0, lines=(KETTLE,))
        await harness.run_workers()
        yield service


SEEDED = {
    "order-svc": order_service,
    "aftersale-svc": aftersale_service,
    "cs-svc": cs_service,
    "kb-svc": kb_service,
    "analytics-svc": analytics_service,
}
