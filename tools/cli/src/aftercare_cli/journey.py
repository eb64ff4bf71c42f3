"""The steps of the main journey, as calls of the public APIs: the demo tells them, the journey tests combine them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aftercare_cli import couriers
from aftercare_cli.demo.cast import Cast
from aftercare_cli.person import Body

ADDRESS: Body = {"name": "王芳", "phone": "13800000000", "country": "CN", "province": "浙江省", "city": "杭州市"}
HOME = {**ADDRESS, "district": "西湖区", "street": "文三路 1 号"}
RETURNS = {**ADDRESS, "name": "售后仓", "phone": "13900000000", "district": "余杭区", "street": "仓前街道 8 号"}


def yuan(minor: int) -> Body:
    return {"amount": minor, "currency": "CNY"}


def waybill(prefix: str) -> str:
    """A number no parcel had before."""
    return prefix + "".join(secrets.choice("0123456789") for _ in range(12))


@dataclass(frozen=True, slots=True)
class Journey:
    """One order's way through the suite. Each step returns when its effect shows."""

    cast: Cast
    buyer_id: str

    def order(self) -> Body:
        """Three kettles with a discount, and a fee: 295.00 in all, of which 287.00 for the goods."""
        line = {"sku": "KETTLE-1", "title": "电热水壶 1.7L", "quantity": 3, "category": "kitchen"}
        line |= {"unit_price": yuan(9900), "discount": yuan(1000)}
        body = {"buyer_id": self.buyer_id, "currency": "CNY", "lines": [line], "shipping_fee": yuan(800)}
        return self.cast.seller.post("/v1/orders", body | {"shipping_address": HOME})

    def pay(self, order: Body, method: str = "sim_success") -> Body:
        wish = {"provider": "simulator", "payment_method": method}
        payment = self.cast.buyer.post(f"/v1/orders/{order['id']}/payments", wish)
        paid = self.cast.buyer.wait_state(f"/v1/payments/{payment['id']}", "succeeded")
        self.cast.buyer.wait_state(f"/v1/orders/{order['id']}", "paid")
        return paid

    def ship(self, order: Body, quantity: int = 3) -> Body:
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"carrier": "zto", "waybill_no": waybill("73"), "lines": lines}
        return self.cast.seller.post(f"/v1/orders/{order['id']}/parcels", body)

    def scan(self, number: str, status: str, partner: str = "zto", carrier: str | None = None) -> str:
        """A courier's push; returns its acknowledgement."""
        scan = couriers.Scan(number, status, datetime.now(UTC), carrier)
        return couriers.push(self.cast.admin, partner, scan, self.cast.home)

    def deliver(self, order: Body, parcel: Body) -> Body:
        for status in ("picked_up", "out_for_delivery", "delivered"):
            self.scan(parcel["waybill_no"], status)
        self.cast.buyer.wait(f"/v1/parcels/{parcel['id']}", lambda body: bool(body["status"] == "delivered"))
        return self.cast.buyer.wait_state(f"/v1/orders/{order['id']}", "delivered")

    def delivered_order(self) -> tuple[Body, Body]:
        """An order that is paid and at the buyer's door, and its payment."""
        order = self.order()
        payment = self.pay(order)
        return self.deliver(order, self.ship(order)), payment

    def ask(self, order: Body, quantity: int, kind: str = "return_refund", reason: str = "quality_defect") -> Body:
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"order_id": order["id"], "type": kind, "reason": reason, "description": "漏水", "evidence": []}
        return self.cast.buyer.post("/v1/cases", body | {"lines": lines})

    def approve(self, case: Body) -> Body:
        where = {} if case["type"] == "refund_only" else {"return_address": RETURNS}
        return self.cast.seller.post(f"/v1/cases/{case['id']}/approve", {"note": "同意", **where})

    def reject(self, case: Body) -> Body:
        body = {"reason": "used_or_affects_resale", "note": "有使用痕迹"}
        return self.cast.seller.post(f"/v1/cases/{case['id']}/reject", body)

    def send_back(self, case: Body) -> tuple[Body, str]:
        number = waybill("SF")
        body = {"carrier": "sf", "waybill_no": number}
        return self.cast.buyer.post(f"/v1/cases/{case['id']}/ship", body), number

    def arrive(self, case: Body, number: str) -> Body:
        """The return parcel reaches the shop. Pushes that come before order-svc knows the parcel are matched later."""
        self.scan(number, "delivered", "standard-webhooks", carrier="sf")
        return self.cast.seller.wait_state(f"/v1/cases/{case['id']}", "await_inspection")

    def inspect(self, case: Body, accepted: int) -> Body:
        line = {"line_id": case["lines"][0]["line_id"], "accepted": accepted, "grade": "a"}
        return self.cast.seller.post(f"/v1/cases/{case['id']}/inspect", {"lines": [line], "note": "已验货"})

    def completed(self, case: Body) -> Body:
        return self.cast.buyer.wait_state(f"/v1/cases/{case['id']}", "completed")

    def return_all_the_way(self, order: Body, quantity: int) -> Body:
        """A return that everybody agrees on, to its refund."""
        case = self.ask(order, quantity)
        self.approve(case)
        _, number = self.send_back(case)
        self.arrive(case, number)
        self.inspect(case, quantity)
        return self.completed(case)

    def refunded(self, payment: Body, total: int) -> Body:
        """The payment, once its succeeded refunds add up to `total`."""
        return self.cast.buyer.wait(f"/v1/payments/{payment['id']}", lambda body: refunds(body) == total)

    def complain(self, order: Body, case: Body) -> Body:
        body = {"channel": "web", "order_id": order["id"], "case_id": case["id"], "category": "unfair_rejection"}
        return self.cast.buyer.post("/v1/complaints", body | {"text": "和前两只同样的毛病, 为什么不退?"})

    def dispute(self, case: Body) -> Body:
        """The dispute that the complaint opened; the case is frozen then."""
        self.cast.buyer.wait_state(f"/v1/cases/{case['id']}", "disputed")
        found = self.cast.buyer.wait("/v1/disputes", lambda body: bool(body["data"]), case_id=case["id"])
        return dict(found["data"][0])

    def answer(self, dispute: Body) -> Body:
        body = {"text": "外观有划痕", "evidence": []}
        return self.cast.seller.post(f"/v1/disputes/{dispute['id']}/answer", body)

    def verdict(self, dispute: Body, amount: Body) -> Body:
        body = {"liable": "seller", "remedy": "refund", "amount": amount, "grounds": "同批次质量问题, 支持退款"}
        return self.cast.arbitrator.post(f"/v1/disputes/{dispute['id']}/verdict", body)

    def rate(self, case: Body) -> Body:
        scores = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}
        return self.cast.buyer.post("/v1/ratings", {"case_id": case["id"], "scores": scores, "text": "退款及时"})

    def trace(self, order: Body, until: Callable[[Body], bool]) -> Body:
        """The record of the order, once it is as wished; analytics-svc follows the log with a small delay."""
        return self.cast.agent.wait("/v1/traces", until, order_id=order["id"])


def refunds(payment: Body) -> int:
    """What has come back so far, in minor units."""
    return sum(one["amount"]["amount"] for one in payment["refunds"] if one["state"] == "succeeded")
