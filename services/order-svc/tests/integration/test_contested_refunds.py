"""Refunds that compete for the same payments: at the same time, repeated, with lost responses, declined, and with charge-backs between.

The service, its workers and its inbox run at the same time, on the real database, with the provider's own ledger as the judge.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from aftercare_events import RefundRequested, RefundSucceeded
from aftercare_simulators.payment.charge_backs import ChargeBackStatus
from aftercare_simulators.payment.ledger import OperationRefused, Status
from aftercare_simulators.payment.methods import Method
from order_svc.commands.partners import partner_inbox
from order_svc.commands.payments import call_queue, ledger_proofs, refund_requests
from order_svc.domain.partners.pushes import PushSource

METHODS = (
    Method.SUCCESS,
    Method.DUPLICATE_CALLBACK,
    Method.CALLBACK_FIRST,
    Method.REFUND_LOST_RESPONSE,
    Method.REFUND_DECLINED,
    Method.SLOW,
)
AT_A_TIME, ORDERS_AT_A_TIME, PAID = 8, 8, 29500


class Contest:
    """Several orders at a time, each with requests for more than was paid."""

    def __init__(self, shop: Any, seed: int) -> None:
        self.shop, self.random, self.requested, self.orders = shop, random.Random(seed), 0, 0

    async def round(self, most: int) -> None:
        """Have refunds of some orders compete, no more than so many, and wait until each has its result."""
        orders = [await self._paid() for _ in range(ORDERS_AT_A_TIME)]
        requests = [request for order in orders for request in self._requests(order)][:most]
        self.random.shuffle(requests)
        self.requested += len(requests)
        limit, going = asyncio.Semaphore(AT_A_TIME), asyncio.Event()
        workers = [asyncio.create_task(self._work(name, going)) for name in self._workers() for _ in range(2)]
        async with asyncio.TaskGroup() as group:
            for event in requests:
                group.create_task(self._request(event, limit))
            group.create_task(self._charge_back(self.random.choice(orders)))
        going.set()
        await asyncio.gather(*workers)
        await self._settle()

    async def _paid(self) -> dict[str, Any]:
        self.orders += 1
        order, _ = await self.shop.paid(str(self.random.choice(METHODS)))
        while order["payment_id"] is None:  # the buyer's bank takes its time
            await self._settle()
            order = await self.shop.order(order["id"])
        return order

    def _requests(self, order: dict[str, Any]) -> Iterator[RefundRequested]:
        """Cases of the order that ask for far more than was paid, each up to three times."""
        for number in range(self.random.randint(4, 30)):
            amount = self.random.choice([1, 9567, 19133, PAID, self.random.randint(1, PAID)])
            facts = {"payment_id": order["payment_id"], "amount_minor": amount, "currency": "CNY", "cause": "approval"}
            name = f"{order['id']}_{number}"
            event = self.shop.case(RefundRequested, order, f"case_{name}", refund_id=f"refund_{name}", **facts)
            for _ in range(self.random.randint(1, 3)):
                yield event

    async def _request(self, event: RefundRequested, limit: asyncio.Semaphore) -> None:
        async with limit, self.shop.h.runtime.transaction() as tx:
            await refund_requests.accept(tx, event)

    async def _charge_back(self, order: dict[str, Any]) -> None:
        """The bank takes some of it back, and gives it again half of the time."""
        try:
            taken = self.shop.provider.charge_back(order["payment_id"], self.random.randint(1, 5000), "fraudulent")
        except OperationRefused:
            return  # its payment has gone back already
        await asyncio.sleep(0)
        if self.random.random() < 0.5:
            self.shop.provider.decide(taken.id, ChargeBackStatus.WON)

    def _workers(self) -> list[str]:
        return [call_queue.WORKER, partner_inbox.WORKERS[PushSource.PAYMENT]]

    async def _work(self, name: str, ended: asyncio.Event) -> None:
        """A worker of its own process, until everything is requested."""
        (worker,) = (each for each in self.shop.h.service.workers if each.name == name)
        while not ended.is_set():
            await worker.step(self.shop.h.runtime)
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        """Let time pass until no refund is without a result."""
        pool = self.shop.h.runtime.pool
        while True:
            await self.shop.settle()
            if not await pool.fetchval("SELECT count(*) FROM provider_calls"):
                break
            self.shop.h.clock.advance(seconds=600)
        await self.shop.h.run_workers(ledger_proofs.WORKER)

    async def check(self) -> Counter[str]:
        """Assert that no payment gave back more than was paid, that nothing was paid twice, and that all books agree; the refunds by state."""
        pool, books = self.shop.h.runtime.pool, self.shop.provider.ledger
        refunds = await pool.fetch("SELECT id, payment_id, state, amount_minor, failure_code FROM refunds")
        assert "refund_exceeds_payment" not in {each["failure_code"] for each in refunds}, (
            "the provider had to refuse it"
        )
        back = Counter[str]()
        for each in refunds:
            back[each["payment_id"]] += each["amount_minor"] if each["state"] == "succeeded" else 0
        for payment in await pool.fetch(
            "SELECT id, amount_minor, refunded_minor FROM payments WHERE state = 'succeeded'"
        ):
            id_ = payment["id"]
            assert (
                back[id_]
                == payment["refunded_minor"]
                == books.refunded(id_, Status.SUCCEEDED)
                <= payment["amount_minor"]
            )
            assert books.refunded(id_, Status.PENDING) == 0
        succeeded = Counter(event.refund_id for event in await self.shop.events(RefundSucceeded))
        assert set(succeeded.values()) <= {1}
        assert succeeded.keys() == {each["id"] for each in refunds if each["state"] == "succeeded"}
        states = Counter(str(each["state"]) for each in refunds)
        assert states.keys() <= {"succeeded", "failed"}
        await self._check_proof()
        return states

    async def _check_proof(self) -> None:
        proof = (await self.shop.h.client("admin", "ops-1").get("/v1/ledger/proof")).json()
        [sums] = proof["sums"]
        assert (proof["holds"], sums["difference_minor"], sums["in_flight_minor"]) == (True, 0, 0)
        assert sums["paid_minor"] == sums["kept_minor"] + sums["refunded_minor"] == PAID * self.orders


@pytest.mark.parametrize(
    "attempts",
    [
        pytest.param(300, id="short"),
        pytest.param(100_000, id="long", marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
async def test_refunds_that_compete_never_give_back_more_than_was_paid(shop: Any, attempts: int) -> None:
    contest = Contest(shop, seed=20260302)
    while contest.requested < attempts:
        await contest.round(attempts - contest.requested)
    states = await contest.check()
    print(
        f"{contest.requested} requests for {sum(states.values())} refunds of {contest.orders} payments: {dict(states)}"
    )
    assert min(states["succeeded"], states["failed"]) > contest.requested / 30
