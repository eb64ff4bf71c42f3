"""The steps of the main journey as calls of the public APIs; the demo and the journey tests combine them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aftercare_cli import couriers
from aftercare_cli.api_client import Body
from aftercare_cli.participants import Participants

_ADDRESS: Body = {"name": "王芳", "phone": "13800000000", "country": "CN", "province": "浙江省", "city": "杭州市"}
SHIPPING_ADDRESS = {**_ADDRESS, "district": "西湖区", "street": "文三路 1 号"}
RETURN_ADDRESS = {
    **_ADDRESS,
    "name": "售后仓",
    "phone": "13900000000",
    "district": "余杭区",
    "street": "仓前街道 8 号",
}


def cny(minor: int) -> Body:
    """An amount in minor units as the APIs write it."""
    return {"amount": minor, "currency": "CNY"}


def new_waybill(prefix: str) -> str:
    """A waybill number that no parcel has yet."""
    return prefix + "".join(secrets.choice("0123456789") for _ in range(12))


@dataclass(frozen=True, slots=True)
class Journey:
    """The steps of one buyer's orders. Each returns when the owning service shows the result of the step."""

    participants: Participants
    buyer_id: str

    def order(self) -> Body:
        """Three kettles with a discount, and a shipping fee: 295.00 in all, 287.00 of it for the goods."""
        line = {"sku": "KETTLE-1", "title": "电热水壶 1.7L", "quantity": 3, "category": "kitchen"}
        line |= {"unit_price": cny(9900), "discount": cny(1000)}
        body = {"buyer_id": self.buyer_id, "currency": "CNY", "lines": [line], "shipping_fee": cny(800)}
        return self.participants.seller.post("/v1/orders", body | {"shipping_address": SHIPPING_ADDRESS})

    def pay(self, order: Body, method: str = "sim_success") -> Body:
        """The payment, when the order is paid. `method` is one of the payment simulator's."""
        buyer, body = self.participants.buyer, {"provider": "simulator", "payment_method": method}
        payment = buyer.post(f"/v1/orders/{order['id']}/payments", body)
        paid = buyer.wait_state(f"/v1/payments/{payment['id']}", "succeeded")
        buyer.wait_state(f"/v1/orders/{order['id']}", "paid")
        return paid

    def ship(self, order: Body, quantity: int = 3) -> Body:
        """The parcel with `quantity` units of the order's line."""
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"carrier": "zto", "waybill_no": new_waybill("73"), "lines": lines}
        return self.participants.seller.post(f"/v1/orders/{order['id']}/parcels", body)

    def scan(self, number: str, status: str, partner: str = "zto", carrier: str | None = None) -> str:
        """A courier's push about a parcel; the acknowledgement of order-svc."""
        scan = couriers.Scan(number, status, datetime.now(UTC), carrier)
        return couriers.push(self.participants.admin, partner, scan, self.participants.home)

    def deliver(self, order: Body, parcel: Body) -> Body:
        """The order, delivered after three scans of the parcel."""
        for status in ("picked_up", "out_for_delivery", "delivered"):
            self.scan(parcel["waybill_no"], status)
        buyer = self.participants.buyer
        buyer.wait(f"/v1/parcels/{parcel['id']}", lambda body: bool(body["status"] == "delivered"))
        return buyer.wait_state(f"/v1/orders/{order['id']}", "delivered")

    def delivered_order(self) -> tuple[Body, Body]:
        """An order that is paid and delivered, and its payment."""
        order = self.order()
        payment = self.pay(order)
        return self.deliver(order, self.ship(order)), payment

    def open_case(
        self,
        order: Body,
        quantity: int,
        kind: str = "return_refund",
        reason: str = "quality_defect",
        description: str = "漏水",
    ) -> Body:
        """A new case about `quantity` units of the order's line."""
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"order_id": order["id"], "type": kind, "reason": reason, "description": description, "evidence": []}
        return self.participants.buyer.post("/v1/cases", body | {"lines": lines})

    def approve(self, case: Body) -> Body:
        address = {} if case["type"] == "refund_only" else {"return_address": RETURN_ADDRESS}
        return self.participants.seller.post(f"/v1/cases/{case['id']}/approve", {"note": "同意", **address})

    def reject(self, case: Body, reason: str = "used_or_affects_resale", note: str = "有使用痕迹") -> Body:
        body = {"reason": reason, "note": note}
        return self.participants.seller.post(f"/v1/cases/{case['id']}/reject", body)

    def send_back(self, case: Body) -> tuple[Body, str]:
        """The case after the buyer has named the return parcel, and its waybill number."""
        number = new_waybill("SF")
        body = {"carrier": "sf", "waybill_no": number}
        return self.participants.buyer.post(f"/v1/cases/{case['id']}/ship", body), number

    def deliver_return(self, case: Body, number: str) -> Body:
        """The case after the return parcel has arrived. A push before order-svc knows the parcel is matched later."""
        self.scan(number, "delivered", "standard-webhooks", carrier="sf")
        return self.participants.seller.wait_state(f"/v1/cases/{case['id']}", "await_inspection")

    def inspect(self, case: Body, accepted: int) -> Body:
        line = {"line_id": case["lines"][0]["line_id"], "accepted": accepted, "grade": "a"}
        body = {"lines": [line], "note": "已验货"}
        return self.participants.seller.post(f"/v1/cases/{case['id']}/inspect", body)

    def complete_return(self, order: Body, quantity: int) -> Body:
        """A return that nobody disputes, from the request to its refund."""
        case = self.open_case(order, quantity)
        self.approve(case)
        _, number = self.send_back(case)
        self.deliver_return(case, number)
        self.inspect(case, quantity)
        return self.wait_completed(case)

    def ship_replacement(self, case: Body) -> tuple[Body, str]:
        """The case after the merchant has sent the replacement, and its waybill number."""
        number = new_waybill("73")
        body = {"carrier": "zto", "waybill_no": number}
        return self.participants.seller.post(f"/v1/cases/{case['id']}/ship-replacement", body), number

    def deliver_replacement(self, case: Body, number: str) -> Body:
        """The case after the replacement has arrived. A push before order-svc knows the parcel is matched later."""
        self.scan(number, "delivered")
        return self.participants.buyer.wait(
            f"/v1/cases/{case['id']}", lambda body: bool(body["replacement"]["delivered_at"])
        )

    def confirm_replacement(self, case: Body) -> Body:
        return self.participants.buyer.post(f"/v1/cases/{case['id']}/confirm-replacement", {"note": "已收到"})

    def wait_completed(self, case: Body) -> Body:
        return self.participants.buyer.wait_state(f"/v1/cases/{case['id']}", "completed")

    def wait_refunded(self, payment: Body, total: int) -> Body:
        """The payment, once its succeeded refunds add up to `total` minor units."""
        return self.participants.buyer.wait(f"/v1/payments/{payment['id']}", lambda body: refunded_minor(body) == total)

    def open_complaint(self, order: Body, case: Body) -> Body:
        body = {"channel": "web", "order_id": order["id"], "case_id": case["id"], "category": "unfair_rejection"}
        return self.participants.buyer.post("/v1/complaints", body | {"text": "和前两只同样的毛病, 为什么不退?"})

    def wait_dispute(self, case: Body) -> Body:
        """The dispute that a complaint about the case opened."""
        buyer = self.participants.buyer
        buyer.wait_state(f"/v1/cases/{case['id']}", "disputed")
        found = buyer.wait("/v1/disputes", lambda body: bool(body["data"]), case_id=case["id"])
        return dict(found["data"][0])

    def answer_dispute(self, dispute: Body) -> Body:
        body = {"text": "外观有划痕", "evidence": []}
        return self.participants.seller.post(f"/v1/disputes/{dispute['id']}/answer", body)

    def give_verdict(self, dispute: Body, amount: Body) -> Body:
        """The dispute after a verdict for the buyer, with a refund of `amount`."""
        body = {"liable": "seller", "remedy": "refund", "amount": amount, "grounds": "同批次质量问题, 支持退款"}
        return self.participants.arbitrator.post(f"/v1/disputes/{dispute['id']}/verdict", body)

    def appeal(self, dispute: Body) -> Body:
        """The dispute after the merchant has appealed against its verdict."""
        body = {"grounds": "划痕不是运输造成的", "evidence": []}
        return self.participants.seller.post(f"/v1/disputes/{dispute['id']}/appeal", body)

    def confirm_verdict(self, dispute: Body) -> Body:
        """The dispute after an arbitrator who has not decided it before has let its verdict stay."""
        body = {"grounds": "申诉没有新的事实, 维持原判"}
        return self.participants.second_arbitrator.post(f"/v1/disputes/{dispute['id']}/confirm-verdict", body)

    def rate(self, case: Body) -> Body:
        scores = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}
        body = {"case_id": case["id"], "scores": scores, "text": "退款及时"}
        return self.participants.buyer.post("/v1/ratings", body)

    def wait_record(self, order: Body, until: Callable[[Body], bool]) -> Body:
        """The traceability record of the order, once `until(record)` holds; analytics-svc follows the log."""
        return self.participants.agent.wait("/v1/traces", until, order_id=order["id"])


def refunded_minor(payment: Body) -> int:
    """The sum of the payment's succeeded refunds, in minor units."""
    return sum(refund["amount"]["amount"] for refund in payment["refunds"] if refund["state"] == "succeeded")
