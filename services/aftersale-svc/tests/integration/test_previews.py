"""A preview is what the case and its refund become, to the minor unit, and it changes nothing."""

from random import Random
from typing import Any

import httpx
import pytest
from aftercare_events import LineDiscount
from aftersale_shop import CUP, HASH, KETTLE, Shop
from aftersale_svc.domain.cases.codes import CaseType, Money, Reason
from aftersale_svc.domain.cases.types import TYPES
from checked_files import files_of


def wanted(order_id: str = "ord_1", **more: Any) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "type": "refund_only",
        "reason": "quality_defect",
        "description": "漏水",
        "lines": [{"line_id": "line_1", "quantity": 2}],
        "evidence": [HASH],
        **more,
    }


async def preview(shop: Shop, body: dict[str, Any]) -> httpx.Response:
    return await shop.buyer.post("/v1/cases/preview", json=body)


async def shown(shop: Shop, body: dict[str, Any]) -> dict[str, Any]:
    response = await preview(shop, body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def rows(shop: Shop) -> list[int]:
    tables = ("cases", "case_lines", "holds", "case_timeline", "refunds", "outbox", "idempotency_key")
    return [await shop.harness.runtime.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


async def test_two_of_three_units_and_then_the_last_with_the_freight(shop: Shop) -> None:
    await shop.delivered()
    before = await rows(shop)
    first = await shown(shop, wanted())
    assert await rows(shop) == before
    assert (first["stage"], first["requested"], first["refund"]) == ("post_receipt", cny(19133), cny(19133))
    assert first["lines"] == [{"line_id": "line_1", "sku": "KETTLE-1", "quantity": 2, "requested": cny(19133)}]
    case = await shop.case(2, type_="refund_only")
    one = wanted(lines=[{"line_id": "line_1", "quantity": 1}])
    open_ = await shown(shop, one)
    # Only the other case, were it refunded first, would let this one carry the freight.
    assert (open_["requested"], open_["shipping_refund"], open_["refund"]) == (cny(9567), cny(800), cny(9567))
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_succeeds()
    last = await shown(shop, one)
    assert (last["requested"], last["shipping_refund"], last["refund"]) == (cny(9567), cny(800), cny(10367))


async def test_who_may_preview(shop: Shop) -> None:
    await shop.delivered()
    for client in (shop.buyer, shop.seller, shop.agent):
        assert (await client.post("/v1/cases/preview", json=wanted())).status_code == 200
    for foreign in (shop.harness.client("buyer", "buyer-2"), shop.harness.client("seller", "s-2", tenant="m-2")):
        response = await foreign.post("/v1/cases/preview", json=wanted())
        shop.harness.problem(response, 404, "order_unknown")
        assert response.headers["retry-after"] == "1"
    shop.harness.problem(await shop.arbitrator.post("/v1/cases/preview", json=wanted()), 403, "forbidden")


@pytest.mark.parametrize(
    "more",
    [
        {"order_id": "ord_9"},
        {"lines": [{"line_id": "line_9", "quantity": 1}]},
        {"lines": [{"line_id": "line_1", "quantity": 1}] * 2},
        {"lines": [{"line_id": "line_1", "quantity": 4}]},
        {"lines": [{"line_id": "line_1", "quantity": 3}]},
        {"type": "return_refund"},
        {"reason": "lost_in_transit"},
        {"type": "unheard_of"},
    ],
)
async def test_a_request_that_would_be_refused_is_refused_alike(shop: Shop, more: dict[str, Any]) -> None:
    await shop.paid()
    await shop.case(1, type_="refund_only")
    before = await rows(shop)
    body = wanted(**more)
    previewed, asked = await preview(shop, body), await shop.buyer.post("/v1/cases", json=body)
    changing = {"trace_id", "instance"}
    assert previewed.status_code == asked.status_code >= 400
    assert {k: v for k, v in previewed.json().items() if k not in changing} == {
        k: v for k, v in asked.json().items() if k not in changing
    }
    assert await rows(shop) == before


async def some_history(shop: Shop, chance: Random, order_id: str, line_ids: list[str]) -> None:
    for _ in range(chance.randint(0, 3)):
        lines = [{"line_id": chance.choice(line_ids), "quantity": chance.randint(1, 2)}]
        asked = await shop.ask(order_id=order_id, type_="refund_only", lines=lines)
        if asked.status_code != 201:
            continue
        case_id = asked.json()["id"]
        match chance.choice(["stays", "cancel", "refunded", "refunded"]):
            case "cancel":
                await shop.act(shop.buyer, case_id, "cancel")
            case "refunded":
                await shop.act(shop.seller, case_id, "approve")
                await shop.refund_succeeds()


REFUNDED = {name for name, type_ in TYPES.items() if type_.money is Money.REFUND}
"""The types that give money back where they are granted as they were asked for."""


def stated(chance: Random) -> dict[str, Any]:
    """Tax and discounts of a line, or neither."""
    if chance.random() < 0.3:
        return {}
    coupon = LineDiscount(kind="coupon", funder="platform", amount_minor=chance.randint(0, 999))
    return {"tax_minor": chance.randint(0, 3000), "discounts": (coupon,)}


CURRENCIES = ("CNY", "JPY", "KWD")
"""With two, no and three digits behind the point."""


@pytest.fixture
async def with_fees(shop: Shop) -> Shop:
    """A shop whose merchant has fees for returns in each currency, and sends goods first."""
    fees = [
        {"return_freight": {"amount": 1200, "currency": each}, "restocking_basis_points": 555} for each in CURRENCIES
    ]
    await shop.setting("return-fees", fees=fees)
    await shop.setting("fast-exchange", allowed=True)
    return shop


@pytest.mark.parametrize("seed", range(6))
async def test_preview_case_and_refund_are_the_same(with_fees: Shop, seed: int) -> None:
    shop, chance = with_fees, Random(seed)
    shop.currency = CURRENCIES[seed % len(CURRENCIES)]
    for number in range(4):
        order_id = f"ord_{number}"
        lines = tuple(
            each.model_copy(update={"line_id": f"{order_id}_{n}", "quantity": chance.randint(1, 4), **stated(chance)})
            for n, each in enumerate((KETTLE, CUP))
        )
        stage = chance.choice([shop.paid, shop.shipped, shop.delivered])
        await stage(order_id, lines)
        await files_of(shop, HASH, order_id=order_id)
        line_ids = [line.line_id for line in lines]
        await some_history(shop, chance, order_id, line_ids)
        for _ in range(4):
            some = chance.sample(line_ids, chance.randint(1, 2))
            asked = [{"line_id": line_id, "quantity": chance.randint(1, 3)} for line_id in some]
            type_, reason = chance.choice(list(CaseType)), chance.choice(list(Reason))
            if type_ is CaseType.PRICE_ADJUST:
                asked = [each | prices(shop, chance) for each in asked]
            await compared(shop, wanted(order_id, type=type_, reason=reason, lines=asked))


def prices(shop: Shop, chance: Random) -> dict[str, Any]:
    """A price elsewhere, and a higher one."""
    checked = chance.randint(1, 3000)
    amounts = {"reference_price": checked + chance.randint(1, 3000), "checked_price": checked}
    return {name: {"amount": amount, "currency": shop.currency} for name, amount in amounts.items()}


async def compared(shop: Shop, body: dict[str, Any]) -> None:
    previewed, asked = await preview(shop, body), await shop.buyer.post("/v1/cases", json=body)
    if asked.status_code != 201:
        assert (previewed.status_code, previewed.json()["code"]) == (asked.status_code, asked.json()["code"])
        return
    expected, case = previewed.json(), asked.json()
    for name in ("order_id", "type", "reason", "stage", "requested", "shipping_refund"):
        assert expected[name] == case[name], name
    assert [(each["line_id"], each["requested"]) for each in expected["lines"]] == [
        (each["line_id"], each["requested"]) for each in case["lines"]
    ]
    assert expected["refund"]["currency"] == case["requested"]["currency"] == shop.currency
    if case["type"] not in REFUNDED:
        assert (expected["refund"]["amount"], expected["parts"]) == (0, [])
        return
    request = await refunded(shop, case)
    assert request.amount_minor == expected["refund"]["amount"]
    done = await shop.get(case["id"])
    assert done["refunded"] == expected["refund"]
    assert done["refund"]["parts"] == expected["parts"]


async def refunded(shop: Shop, case: dict[str, Any]) -> Any:
    """The case as it was asked for, refunded at once."""
    if case["type"] == CaseType.RETURN_REFUND:
        await shop.approve(case["id"])
        waybill_no = f"SF{case['id'][-12:]}"
        await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no=waybill_no)
    elif case["type"] != CaseType.REFUSED_DELIVERY:
        await shop.act(shop.seller, case["id"], "approve")
        return await shop.refund_succeeds()
    await shop.act(shop.seller, case["id"], "receive")
    accepted = [{"line_id": each["line_id"], "accepted": each["quantity"]} for each in case["lines"]]
    await shop.act(shop.seller, case["id"], "inspect", lines=accepted)
    return await shop.refund_succeeds()
