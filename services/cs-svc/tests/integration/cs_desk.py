"""The people who use the service, the events of other services, and short forms for both."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    Envelope,
    Event,
    OrderCreated,
    ParcelRegistered,
    ParcelStatusChanged,
)

ORDER, CASE = "ord_1", "case_1"
PARCEL: dict[str, Any] = {"parcel_id": "parcel_1", "leg": "outbound", "carrier": "zto", "waybill_no": "73000001"}
SCORES = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}


PEOPLE: dict[str, tuple[str, ...]] = {
    "buyer": ("buyer", "buyer-1"),
    "other_buyer": ("buyer", "buyer-2"),
    "seller": ("seller", "seller-1", "m-1"),
    "other_seller": ("seller", "seller-2", "m-2"),
    "agent": ("agent", "agent-1"),
    "arbitrator": ("arbitrator", "arbitrator-1"),
    "admin": ("admin", "admin-1"),
    "courier": ("courier", "courier-1"),
    "supplier": ("supplier", "supplier-1"),
    "unauthenticated": (),
}


@dataclass
class Desk:
    """The harness, a client for each person (`desk.seller`), and short forms of what many tests do."""

    harness: Harness
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def __getattr__(self, name: str) -> httpx.AsyncClient:
        if name not in PEOPLE:
            raise AttributeError(name)
        if name not in self._clients:
            self._clients[name] = self.harness.client(*PEOPLE[name])
        return self._clients[name]

    async def consume(self, event: type[Event], **fields: Any) -> Envelope:
        """Consume an event of another service; fields that the test does not give have usual values."""
        envelope = await self.harness.consume(event(**{**self._usual(event), **fields}))
        assert await self.harness.parked() == []
        return envelope

    def _usual(self, event: type[Event]) -> dict[str, Any]:
        facts = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "system",
            "result": "moved",
            "time": self.harness.clock.now(),
            "order_id": ORDER,
            "case_id": CASE,
            "dispute_id": "dsp_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "case_type": "return_refund",
            "state": "pending_review",
            "currency": "CNY",
            "lines": (),
            "total_minor": 29500,
            "shipping_fee_minor": 800,
            "cause": "decision",
            "reason": "quality_defect",
            "stage": "post_receipt",
            "requested_minor": 19133,
            "carrier": "zto",
            "waybill_no": "73000001",
            "accepted_minor": 19133,
            "refund_id": "ref_1",
            "payment_id": "pay_1",
            "amount_minor": 19133,
            "failure_code": "refused",
            "refunded_minor": 19133,
            "category": "other",
        }
        return {name: fact for name, fact in facts.items() if name in event.model_fields}

    async def order(self, order_id: str = ORDER, **whose: str) -> None:
        await self.consume(OrderCreated, order_id=order_id, result="created", **whose)

    async def case(self, case_id: str = CASE, **whose: str) -> None:
        await self.consume(AfterSaleRequested, case_id=case_id, **whose)

    async def completed(self, case_id: str = CASE, **whose: str) -> None:
        await self.consume(AfterSaleCompleted, case_id=case_id, state="completed", **whose)

    async def scanned(self, status: str, **fields: Any) -> None:
        usual = {"status": status, "previous_status": "pending", "terminal": True}
        await self.consume(ParcelStatusChanged, **(PARCEL | usual | {"occurred_at": self.harness.clock.now()} | fields))

    async def delivered(self) -> None:
        """The parcel of the order."""
        await self.consume(ParcelRegistered, **PARCEL)
        await self.scanned("delivered")

    async def disputed(self, complaint_id: str) -> None:
        await self.consume(DisputeOpened, complaint_id=complaint_id, state="await_merchant_answer")

    async def executed(self, complaint_id: str) -> None:
        await self.consume(DisputeExecuted, complaint_id=complaint_id, state="executed")

    async def withdrawn(self, complaint_id: str) -> None:
        await self.consume(DisputeWithdrawn, complaint_id=complaint_id, state="withdrawn")

    async def conversation(self, **fields: Any) -> dict[str, Any]:
        """One that buyer-1 opens about the case."""
        body = {"order_id": ORDER, "case_id": CASE, "text": "什么时候退款?", **fields}
        return made(await self.buyer.post("/v1/conversations", json=body))

    async def complaint(self, **fields: Any) -> dict[str, Any]:
        """One that buyer-1 opens about the case."""
        return made(await self.buyer.post("/v1/complaints", json=complaint_body(**fields)))

    async def events(self, name: str) -> list[Any]:
        """The events of this type that the service recorded, oldest first."""
        return [event for event in await self.harness.published() if type(event).__name__ == name]


OTHER_MATTERS = {"web": "商家无理由拒绝", "api": "客服骂人", "phone": "发票一直没有开", "message": "少发一件赠品"}
"""By the channel, a complaint that repeats none of the others."""


def complaint_body(**fields: Any) -> dict[str, Any]:
    usual = {"channel": "web", "order_id": ORDER, "case_id": CASE, "category": "unfair_rejection"}
    text = OTHER_MATTERS.get(fields.get("channel", "web"), "?")
    return {**usual, "text": text, **fields}


def made(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body
