"""A provider that reports that a refund which it has paid out came back."""

from typing import Any

from aftercare_events import AfterSaleClosed
from order_svc.commands.payments import reconciliations
from order_svc.domain.payments.statements import DifferenceCause, EntryKind, StatementEntry

TOTAL = 29500


def cny(minor: int) -> dict[str, Any]:
    return {"amount": minor, "currency": "CNY"}


class Reversals:
    """The provider reports that a refund which it has paid out came back."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    async def refunded(self, minor: int = 9000) -> tuple[dict[str, Any], dict[str, Any]]:
        """A paid order of which a case that has ended has refunded this much, and its payment."""
        order, payment = await self.by_case(minor)
        await self.shop.h.consume(self.shop.case(AfterSaleClosed, order, cause="closed_by_agent"))
        return order, payment

    async def by_case(self, minor: int = 9000, **order: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """A paid order of which a case has refunded this much, and its payment."""
        order, payment = await self.shop.paid(**order)
        await self.shop.open_case(order, 1)
        await self.shop.ask_refund(order, minor)
        await self.shop.settle()
        assert self.shop.paid_back(payment) == minor
        return order, payment

    async def report(self, payment: dict[str, Any], number: int = 0) -> None:
        [refund, *_] = (await self.shop.payment(payment["id"]))["refunds"]
        data = {
            "refund_id": refund["id"],
            "payment_id": payment["id"],
            "reference": "r",
            "failure_code": "account_closed",
        }
        await self.shop.callback("refund.declined", {**data, **refund["amount"]}, message_id=f"msg_back_{number}")

    async def ledger(self, order: dict[str, Any]) -> dict[str, int]:
        shown = (await self.shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
        assert shown["balanced"]
        return {name: shown[name]["amount"] for name in ("paid", "kept", "refunded", "in_flight")}

    async def record(self, payment: dict[str, Any], reference: str = "bank-1") -> Any:
        body = {"method": "bank_transfer", "reference": reference, "evidence": f"sha256:{'a' * 64}"}
        return await self.shop.seller.post(f"/v1/payments/{payment['id']}/record-refund", json=body)

    async def reconcile(self, *entries: tuple[EntryKind, str, int], days: int = 0) -> list[DifferenceCause]:
        """The differences that a statement opens with these entries: what they are about, and the minor units."""
        stated = [
            StatementEntry(kind=kind, reference="r", subject_id=subject, amount_minor=minor, currency="CNY")
            for kind, subject, minor in entries
        ]
        async with self.shop.h.runtime.transaction() as tx:
            day = self.shop.h.clock.advance(hours=24 * days).date()
            found = await reconciliations.reconcile(tx, "simulator", day, entries=stated, earlier=None)
        return [each.cause for each in found or ()]

    async def proof_holds(self) -> bool:
        await self.shop.h.run_workers("ledger-proof")
        shown = (await self.shop.seller.get("/v1/ledger/proof")).json()
        return bool(shown["holds"])
