"""Random histories of refunds in shares on the real commands: nothing is paid twice, nothing is lost, and the whole adds up."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
from aftercare_chassis.lifecycle import SYSTEM, Actor
from aftercare_chassis.testing.clocks import START
from aftercare_events import OfflineRefundConfirmed, RefundRequested
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_database import MemoryDatabase, MemoryTransaction
from order_svc.commands.orders import orders
from order_svc.commands.payments import offline_refunds, payments, refund_requests, refunds
from order_svc.domain.model import Address, Amount, LineDraft
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.integrations.payments.simulator import Simulator

BUYER, SELLER = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", "m-1")
PLACE = {"name": "n", "phone": "1", "country": "CN", "province": "", "city": "c", "district": "", "street": "s"}
SIMULATOR = Simulator(httpx.AsyncClient(), url="http://sim", callback_url="http://shop/cb", secret="whsec_" + "x" * 32)
IN_FLIGHT = ("created", "submitted", "unknown")
RESULTS = {
    "succeeds": ProviderResult(outcome=Outcome.SUCCEEDED, reference="r"),
    "is declined": ProviderResult(outcome=Outcome.DECLINED, failure_code="refund_declined"),
    "is closed": ProviderResult(outcome=Outcome.DECLINED, failure_code="payment_closed"),
    "is unknown": ProviderResult(outcome=Outcome.UNKNOWN),
    "is not found": ProviderResult(outcome=Outcome.NOT_FOUND),
}
parts = st.lists(st.integers(1, 1000), min_size=1, max_size=5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("request"), st.integers(0, 1500), st.lists(st.integers(0, 5), max_size=3)),
        st.tuples(st.just("offline"), st.integers(0, 1500), st.just([])),
        st.tuples(st.sampled_from(list(RESULTS)), st.integers(0, 30), st.just([])),
    ),
    max_size=25,
)


class History:
    """One order that was paid in parts, and what became of its refunds."""

    def __init__(self) -> None:
        self.db, self.events, self.asked = MemoryDatabase(), list[Any](), dict[str, int]()

    async def run(self, command: Any, *args: Any, by: Actor = SYSTEM, **named: Any) -> Any:
        tx = MemoryTransaction(self.db, by)
        result = await command(tx, *args, **named)
        self.events += [(each.type.removesuffix(".v1"), json.loads(each.data)) for each in tx.recorded]
        return result

    async def pay(self, amounts: list[int]) -> None:
        draft = LineDraft(
            sku="K", title="K", category=None, quantity=1, unit_price=Amount(sum(amounts), "CNY"), discount=None
        )
        place = Address(order_id="", salt="", postal_code="", **PLACE)
        order = {"buyer_id": "buyer-1", "currency": "CNY", "drafts": [draft], "fee": None, "address": place}
        await self.run(orders.create, by=SELLER, **order)
        how = {"provider": "simulator", "method": "sim_success", "providers": {"simulator": SIMULATOR}}
        for minor in amounts:
            started = await self.run(payments.start, self.order.id, by=BUYER, amount=Amount(minor, "CNY"), **how)
            await self.run(payments.apply_result, started.id, result=RESULTS["succeeds"])
        assert self.order.state == "paid"

    @property
    def order(self) -> Any:
        return self.db.rows("orders")[0]

    @property
    def refunds(self) -> list[Any]:
        return self.db.rows("refunds")

    @property
    def payments(self) -> list[Any]:
        return self.db.rows("payments")

    async def ask(self, kind: str, minor: int, chosen: list[int]) -> None:
        refund_id = f"ref_{len(self.asked)}"
        self.asked[refund_id] = minor
        trace = {"affected_party": "b", "applicant": "b", "handler": "s", "time": START, "result": "x", "state": "x"}
        ids = {"case_id": "case_1", "order_id": self.order.id, "buyer_id": "buyer-1", "merchant_id": "m-1"}
        refund = {"refund_id": refund_id, "payment_id": self.order.payment_id, "amount_minor": minor, "currency": "CNY"}
        facts: dict[str, Any] = {**trace, **ids, **refund, "case_type": "refund_only", "cause": "approval"}
        if kind == "offline":
            event = OfflineRefundConfirmed(**facts, method="cash", by_timeout=False)
            await self.run(offline_refunds.confirmed, event)
            return
        ids_chosen = [self.payments[each].id for each in chosen if each < len(self.payments)]
        before = {each.id: self.room(each) for each in self.payments}
        await self.run(refund_requests.accept, RefundRequested(**facts, payment_ids=tuple(ids_chosen) or None))
        self.check_order(refund_id, ids_chosen, before)
        await self.run(refund_requests.accept, RefundRequested(**facts))  # a repeated event changes nothing

    def room(self, payment: Any) -> int:
        live = [each for each in self.refunds if each.payment_id == payment.id and each.state != "failed"]
        return int(payment.amount_minor - sum(each.amount_minor for each in live))

    def check_order(self, refund_id: str, chosen: list[str], room: dict[str, int]) -> None:
        """The new shares use up the payments in the order of R9; payments that were closed come last."""
        new = [each for each in self.refunds if each.refund_id == refund_id and each.state != "failed"]
        closed = {each.payment_id for each in self.refunds if each.failure_code == "payment_closed"}
        newest = sorted(room, reverse=True)
        first = [*dict.fromkeys(chosen), *(each for each in newest if each not in chosen)]
        usable = sorted((each for each in first if room[each] > 0), key=lambda each: each in closed)
        used = [each.payment_id for each in new if each.amount_minor]
        assert used == usable[: len(used)]
        assert all(each.amount_minor == room[each.payment_id] for each in new[:-1]), "each but the last is used up"

    async def result(self, name: str, number: int) -> None:
        """A response about some refund, which may have ended before: then it changes nothing."""
        if self.refunds:
            refund = self.refunds[number % len(self.refunds)]
            await self.run(refunds.apply_response, refund.id, result=RESULTS[name])

    def check(self) -> None:
        for each in self.payments:
            succeeded = [r.amount_minor for r in self.refunds if r.payment_id == each.id and r.state == "succeeded"]
            assert each.refunded_minor == sum(succeeded)
            assert self.room(each) >= 0
        ended = Counter(event["refund_id"] for _, event in self.ends())
        assert not [refund_id for refund_id, times in ended.items() if times > 1], "a refund has ended twice"
        in_flight = {each.refund_id for each in self.refunds if each.state in IN_FLIGHT}
        assert ended.keys() == self.asked.keys() - in_flight
        for kind, event in self.ends():
            self.check_end(kind, event)

    def ends(self) -> list[tuple[str, Any]]:
        return [(kind, event) for kind, event in self.events if kind in ("RefundSucceeded", "RefundFailed")]

    def check_end(self, kind: str, data: dict[str, Any]) -> None:
        rows = [each for each in self.refunds if each.refund_id == data["refund_id"]]
        back = sum(each.amount_minor for each in rows if each.state == "succeeded")
        asked = self.asked[data["refund_id"]]
        assert data["amount_minor"] == asked
        assert back == (asked if kind == "RefundSucceeded" else data.get("succeeded_minor") or 0)
        shares = data.get("shares") or ()
        assert sum(each["amount_minor"] for each in shares) in (back, 0)
        assert kind == "RefundSucceeded" or back < asked or asked == 0


async def play(amounts: list[int], happens: list[tuple[str, int, list[int]]]) -> None:
    history = History()
    await history.pay(amounts)
    for name, number, chosen in happens:
        if name in RESULTS:
            await history.result(name, number)
        else:
            await history.ask(name, number, chosen)
        history.check()
    for _ in range(20):
        for refund in [each for each in history.refunds if each.state in IN_FLIGHT]:
            await history.run(refunds.apply_response, refund.id, result=RESULTS["succeeds"])
    history.check()
    assert {event["refund_id"] for _, event in history.ends()} == history.asked.keys(), "each refund has an end"


@settings(deadline=None)
@given(parts, steps)
def test_refunds_in_shares_add_up(amounts: list[int], happens: list[tuple[str, int, list[int]]]) -> None:
    asyncio.run(play(amounts, happens))
