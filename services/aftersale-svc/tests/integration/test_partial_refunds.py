"""Refunds that fail after a part of them went back: that part is refunded for ever, whatever becomes of the case."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import AfterSaleRequested, OrderPayment, RefundFailed, RefundRequested
from aftersale_shop import CUP, HASH, KETTLE, Shop
from aftersale_svc import main
from checked_files import files_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

LINES = (KETTLE.model_copy(update={"tax_minor": 3302}), CUP.model_copy(update={"tax_minor": 345}))
FEE = 800
TOTAL = sum(line.paid_minor for line in LINES) + FEE
PAYMENTS = tuple(
    OrderPayment(payment_id=id_, provider="simulator", method="sim_success", amount_minor=minor)
    for id_, minor in (("pay_a", 20000), ("pay_ord_1", TOTAL - 20000))
)
GIVEN = """
SELECT line_id, least(sum(minor), 2000000)::int AS minor FROM (
    SELECT l.line_id, CASE h.state WHEN 'released' THEN l.returned_minor ELSE greatest(h.amount_minor, l.returned_minor) END AS minor
    FROM case_lines l JOIN holds h USING (case_id, line_id)
) lines GROUP BY line_id
"""
TAX = """
SELECT line_id, sum(minor)::int AS minor FROM (
    SELECT p.line_id, p.amount_minor AS minor FROM refund_parts p JOIN refunds r ON r.id = p.refund_id
     WHERE p.kind = 'tax' AND r.state = 'succeeded'
    UNION ALL SELECT l.line_id, l.returned_tax_minor FROM case_lines l JOIN cases c ON c.id = l.case_id WHERE c.state = 'closed'
) taxes GROUP BY line_id
"""
FREIGHT = """
SELECT coalesce(sum(CASE state WHEN 'completed' THEN shipping_refund_minor ELSE returned_freight_minor END), 0)::int FROM cases
"""


async def received(shop: Shop) -> None:
    """An order of three kettles and two cups that was paid in two payments and has arrived."""
    await shop.created(lines=LINES, fee=FEE)
    await shop.payment(lines=LINES, fee=FEE, payments=PAYMENTS)  # type: ignore[arg-type]  # one more field of the event
    await shop.leaves({line.line_id: line.quantity for line in LINES})
    await shop.arrives()
    await files_of(shop, HASH)


async def refunding(shop: Shop, *wanted: tuple[str, int]) -> str:
    """A case about these units whose refund is on its way; its id."""
    lines = [{"line_id": line_id, "quantity": units} for line_id, units in wanted]
    case_id = str((await shop.case(lines=lines, type_="refund_only"))["id"])
    await shop.act(shop.seller, case_id, "approve")
    return case_id


async def fails(shop: Shop, back_minor: int) -> None:
    request = await shop.last(RefundRequested)
    facts = {"failure_code": "payment_closed", "succeeded_minor": back_minor}
    await shop.harness.consume(RefundFailed(**shop._refund(request, "failed"), **facts))


async def given_by_line(shop: Shop, query: str = GIVEN) -> dict[str, int]:
    return {row["line_id"]: row["minor"] for row in await shop.harness.runtime.pool.fetch(query)}


async def test_the_money_that_is_back_is_named_beside_the_rest(shop: Shop) -> None:
    await received(shop)
    case_id = await refunding(shop, ("line_1", 3))
    await fails(shop, 9500)
    money = (await shop.get(case_id))["explanation"]["money"]
    assert money["en"] == "95.00 CNY went back; the refund of 192.00 CNY was refused; an agent has to decide"
    await shop.act(shop.agent, case_id, "refund")
    money = (await shop.get(case_id))["explanation"]["money"]
    assert money["zh_cn"] == "已退款 95.00 CNY；已决定退款 192.00 CNY，以支付渠道到账为准"
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["explanation"]["money"]["en"] == "287.00 CNY went back"


async def closed(shop: Shop, back_minor: int, *wanted: tuple[str, int]) -> str:
    """A case that was closed after this much of its refund went back."""
    case_id = await refunding(shop, *wanted)
    await fails(shop, back_minor)
    await shop.act(shop.agent, case_id, "close", note="渠道关闭")
    return case_id


async def test_a_later_case_has_what_is_left_of_the_money(shop: Shop) -> None:
    await received(shop)
    case_id = await closed(shop, 9500, ("line_1", 3))
    case = await shop.get(case_id)
    assert (case["refunded"]["amount"], case["refund"]["given_back"]["amount"]) == (9500, 9500)
    assert "95.00" in case["explanation"]["money"]["en"]
    body = {"order_id": "ord_1", "type": "refund_only", "lines": [{"line_id": "line_1", "quantity": 3}]}
    previewed = (await shop.buyer.post("/v1/cases/preview", json={**body, "reason": "quality_defect"})).json()
    assert previewed["refund"]["amount"] == 28700 - 9500
    await refunding(shop, ("line_1", 3))
    assert (await shop.last(RefundRequested)).amount_minor == 28700 - 9500


async def test_units_of_which_all_is_back_are_refunded(shop: Shop) -> None:
    await received(shop)
    await closed(shop, 3000, ("line_2", 2))
    lines = [{"line_id": "line_2", "quantity": 1}]
    problem = shop.harness.problem(await shop.ask(type_="refund_only", lines=lines), 422, "quantity_exceeds_remaining")
    assert problem["remaining"] == 0


async def test_the_freight_goes_back_once(shop: Shop) -> None:
    await received(shop)
    await closed(shop, TOTAL - 500, ("line_1", 3), ("line_2", 2))
    assert await given_by_line(shop) == {"line_1": 28700, "line_2": 3000}
    assert await shop.harness.runtime.pool.fetchval(FREIGHT) == FEE - 500


async def test_a_closed_case_that_is_disputed_is_paid_the_rest(shop: Shop) -> None:
    await received(shop)
    await closed(shop, 9500, ("line_1", 3))
    case_id = (await shop.last(AfterSaleRequested)).case_id
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="已退一部分", evidence=[])
    await shop.verdict(dispute["id"], 28700)
    assert (await shop.last(RefundRequested)).amount_minor == 28700 - 9500
    await shop.refund_succeeds()
    assert await given_by_line(shop) == {"line_1": 28700}
    assert (await shop.get(case_id))["refunded"]["amount"] == 28700


async def test_a_verdict_that_awards_less_than_is_back_is_executed(shop: Shop) -> None:
    await received(shop)
    case_id = await closed(shop, 9500, ("line_1", 3))
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="已退一部分", evidence=[])
    await shop.verdict(dispute["id"], 5000)
    assert (await shop.last(RefundRequested)).amount_minor == 0
    await shop.refund_succeeds()
    found = (await shop.agent.get(f"/v1/disputes/{dispute['id']}")).json()
    assert (found["state"], found["refunded"]["amount"]) == ("executed", 5000)
    assert (await shop.get(case_id))["refunded"]["amount"] == 9500
    assert await shop.harness.parked() == []


class History:
    """Cases about random units, whose refunds end as chance has it; then all that is left of the order goes back."""

    def __init__(self, shop: Shop, draw: Random) -> None:
        self.shop, self.draw, self.back_minor = shop, draw, 0

    async def run(self) -> None:
        await received(self.shop)
        for _ in range(self.draw.randrange(1, 4)):
            wanted = [(line.line_id, self.draw.randrange(line.quantity + 1)) for line in LINES]
            if await self.asked([each for each in wanted if each[1]]):
                await self.ends(lasts=self.draw.random() < 0.3)
                await self.check()
        for units in ((3, 2), (2, 2), (1, 2), (3, 1), (2, 1), (1, 1), (3, 0), (2, 0), (1, 0), (0, 2), (0, 1)):
            wanted = zip(("line_1", "line_2"), units, strict=True)
            if await self.asked([each for each in wanted if each[1]]):
                await self.ends(lasts=True)
                await self.check()
        assert await given_by_line(self.shop) == {line.line_id: line.paid_minor for line in LINES}
        assert await given_by_line(self.shop, TAX) == {line.line_id: line.tax_minor for line in LINES}

    async def asked(self, wanted: list[tuple[str, int]]) -> bool:
        """Whether there are still so many units for a case, whose refund is on its way then."""
        if not wanted:
            return False
        lines = [{"line_id": line_id, "quantity": units} for line_id, units in wanted]
        answer = await self.shop.ask(type_="refund_only", lines=lines)
        if answer.status_code == 201:
            self.case_id = answer.json()["id"]
            await self.shop.act(self.shop.seller, self.case_id, "approve")
        return answer.status_code == 201

    async def ends(self, *, lasts: bool) -> None:
        """The refund is tried until it has succeeded, in parts, or the case is closed; `lasts`: it is not closed."""
        for _ in range(self.draw.randrange(4)):
            asked = (await self.shop.last(RefundRequested)).amount_minor
            if not asked:
                break  # order-svc lets a refund of nothing succeed at once
            part = self.draw.choice((0, self.draw.randrange(asked), asked - 1))
            await fails(self.shop, part)
            self.back_minor += part
            await self.check()
            way = self.draw.random()
            if way < 0.3 and not lasts:
                await self.shop.act(self.shop.agent, self.case_id, "close", note="渠道关闭")
                return
            if way < 0.5:
                self.back_minor += asked - part
                stated = {"method": "bank_transfer", "reference": "转账 1", "evidence": [HASH]}
                await self.shop.act(self.shop.seller, self.case_id, "state-offline-refund", **stated)
                await self.shop.act(self.shop.buyer, self.case_id, "confirm-offline-refund")
                return
            await self.shop.act(self.shop.agent, self.case_id, "refund")
        self.back_minor += (await self.shop.refund_succeeds()).amount_minor

    async def check(self) -> None:
        """No line has given back more than was paid for it, and lines and freight have given back what the buyer has."""
        by_line = await given_by_line(self.shop)
        assert all(by_line.get(line.line_id, 0) <= line.paid_minor for line in LINES), by_line
        case = await self.shop.get(self.case_id)
        if case["state"] in ("completed", "closed"):
            freight = await self.shop.harness.runtime.pool.fetchval(FREIGHT)
            assert sum(by_line.values()) + freight == self.back_minor
        assert self.back_minor <= TOTAL
        assert await self.shop.harness.parked() == []


@pytest.fixture
def history(postgres_url: str) -> Iterator[Any]:
    """Runs a history on a service of its own."""
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        shop = Shop(runner.run(stack.enter_async_context(Harness.start(main.service, postgres_url))))

        async def run(draw: Random) -> None:
            await shop.harness.reset()
            await History(shop, draw).run()

        yield lambda draw: runner.run(run(draw))
        runner.run(stack.aclose())


def test_no_line_gives_back_more_than_was_paid_for_it(history: Any) -> None:
    # A seed has no smaller one.
    @settings(phases=[Phase.generate], derandomize=True, max_examples=12, deadline=None, database=None)
    @given(st.randoms(use_true_random=True))
    def any_history(draw: Random) -> None:
        history(draw)

    any_history()
