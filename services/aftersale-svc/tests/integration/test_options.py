"""What may be asked for about an order: an option is allowed exactly if a request for it is accepted."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from aftercare_events import ParcelStatusChanged
from aftersale_shop import CUP, KETTLE, Shop
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.reasons import REASONS_VERSION

READERS = {"buyer", "seller", "agent", "arbitrator", "admin"}
ROLES = ("buyer", "seller", "agent", "arbitrator", "admin", "supplier", "courier")


async def options(shop: Shop, order_id: str = "ord_1") -> dict[str, Any]:
    response = await shop.buyer.get(f"/v1/orders/{order_id}/after-sale-options")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_what_a_buyer_may_ask_for_after_the_receipt(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE, CUP))
    ends = shop.clock.now() + timedelta(days=7)
    await shop.received(ends)
    await shop.case(2)
    shown = await options(shop)
    assert (shown["order_id"], shown["stage"], shown["reasons_version"]) == ("ord_1", "post_receipt", REASONS_VERSION)
    assert shown["window_ends_at"].startswith(ends.strftime("%Y-%m-%dT%H:%M:%S"))
    assert [(line["sku"], line["quantity"], line["selectable_quantity"]) for line in shown["lines"]] == [
        ("KETTLE-1", 3, 1),
        ("CUP-1", 2, 2),
    ]
    allowed = [{option["type"] for option in line["options"] if option["allowed"]} for line in shown["lines"]]
    assert allowed == [set(CaseType) - {"cancel_unshipped", "refused_delivery", "fast_exchange"}] * 2
    assert [each["type"] for each in shown["types"]] == list(CaseType)
    [defect] = [
        reason
        for group in shown["types"][0]["reasons"]
        for reason in group["reasons"]
        if reason["code"] == "quality_defect"
    ]
    assert defect == {
        "code": "quality_defect",
        "label": {"zh_cn": "质量问题或瑕疵", "en": "A defect or flaw"},
        "liable": "seller",
        "return_freight_payer": "seller",
        "evidence": "advised",
        "evidence_needed": ["photo", "video"],
        "is_warranty": True,
        "since": 1,
        "term": "window",
    }


async def test_why_not_is_the_refusal_that_a_request_gets(shop: Shop) -> None:
    await shop.paid()
    [line] = (await options(shop))["lines"]
    returns, refund, *_ = line["options"]
    for language, name in (("zh-CN", "zh_cn"), ("en", "en")):
        shop.buyer.headers["Accept-Language"] = language
        problem = shop.harness.problem(await shop.ask(1), 409, "stage_unsuitable")
        assert (returns["allowed"], returns["why_not"]["code"]) == (False, problem["code"])
        assert returns["why_not"]["message"][name] == problem["detail"]
    assert refund == {"type": "refund_only", "allowed": True, "selectable_quantity": 3}
    assert line["selectable_quantity"] == 3


async def test_the_open_cases_that_hold_the_units_are_named_to_all_who_may_ask(shop: Shop) -> None:
    await shop.delivered()
    ended = await shop.case(1)
    await shop.act(shop.buyer, ended["id"], "cancel")
    holding = sorted([(await shop.case(units))["id"] for units in (1, 2)])
    for client in (shop.buyer, shop.seller, shop.agent):
        shown = (await client.get("/v1/orders/ord_1/after-sale-options")).json()
        [why_not] = [each["why_not"] for each in shown["lines"][0]["options"] if each["type"] == "return_refund"]
        assert (why_not["code"], why_not["cases"]) == ("units_in_live_case", holding)
        assert all(case_id in text for case_id in holding for text in why_not["message"].values())


async def parcel(shop: Shop, number: int, units: int) -> None:
    """A parcel with so many kettles of `ord_1` leaves under a waybill of its own."""
    leaves = shop.parcel_leaves({KETTLE.line_id: units}, parcel_id=f"par_{number}")
    await shop.harness.consume(leaves.model_copy(update={"waybill_no": f"7300{number}"}))


async def arrives(shop: Shop, number: int) -> None:
    event = ParcelStatusChanged(
        **shop._order("ord_1", "system", "delivered"),
        parcel_id=f"par_{number}",
        leg="outbound",
        carrier="zto",
        waybill_no=f"7300{number}",
        status="delivered",
        previous_status="in_transit",
        terminal=True,
        occurred_at=shop.clock.now(),
    )
    await shop.harness.consume(event)


async def test_a_line_in_several_parcels_is_refused_parcel_by_parcel(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"quantity": 6}),))
    for number, units in ((1, 2), (2, 2), (3, 1)):
        await parcel(shop, number, units)
    await arrives(shop, 1)
    [line] = (await options(shop))["lines"]
    assert {each["stage"]: each["quantity"] for each in line["stages"]} == {
        "pre_ship": 1,
        "in_transit": 3,
        "post_receipt": 2,
    }
    assert [(each["parcel_id"], each["stage"], each["refusable_quantity"]) for each in line["parcels"]] == [
        ("par_3", "in_transit", 1),
        ("par_2", "in_transit", 2),
        ("par_1", "post_receipt", 0),
    ]
    refusable = {each["type"]: each["selectable_quantity"] for each in line["options"]}["refused_delivery"]
    at_door = {"type_": "refused_delivery", "reason": "refused_at_door"}
    too_many = await shop.ask(lines=[{"line_id": KETTLE.line_id, "quantity": refusable + 1}], **at_door)
    shop.harness.problem(too_many, 409, "units_in_no_parcel")
    taken = await shop.ask(lines=[{"line_id": KETTLE.line_id, "quantity": refusable}], **at_door)
    assert taken.json()["return_parcel"]["waybill_no"] == "73002"
    [line] = (await options(shop))["lines"]
    assert [each["refusable_quantity"] for each in line["parcels"]] == [1, 0, 0]


async def test_who_sees_the_options_of_an_order(shop: Shop) -> None:
    await shop.delivered()
    path = "/v1/orders/ord_1/after-sale-options"
    for role in ROLES:
        client = shop.harness.client(role, f"{role}-1", tenant="m-1" if role == "seller" else None)
        assert (await client.get(path)).status_code == (200 if role in READERS else 404), role
    for foreign in (
        shop.harness.client("buyer", "buyer-2"),
        shop.harness.client("seller", "seller-2", tenant="m-2"),
    ):
        shop.harness.problem(await foreign.get(path), 404, "order_unknown")
    shop.harness.problem(await shop.harness.client().get(path), 401, "token_missing")


async def test_an_order_that_is_not_known_as_paid(shop: Shop) -> None:
    await shop.created()
    for order_id in ("ord_1", "ord_9"):
        response = await shop.buyer.get(f"/v1/orders/{order_id}/after-sale-options")
        shop.harness.problem(response, 404, "order_unknown")
        assert response.headers["retry-after"] == "1"


# Options and requests decide alike


@dataclass(frozen=True)
class Asked:
    """A request that a client can make of what it was shown."""

    order_id: str
    line_id: str
    type: str
    reason: str
    quantity: int


async def accepted(shop: Shop, asked: Asked) -> tuple[bool, str | None]:
    """Whether the request is accepted, and the code of its refusal. An accepted case is withdrawn again."""
    lines: list[dict[str, Any]] = [{"line_id": asked.line_id, "quantity": asked.quantity}]
    if asked.type == "price_adjust":
        lines[0] |= {
            name: {"amount": n, "currency": "CNY"} for name, n in (("reference_price", 2), ("checked_price", 1))
        }
    response = await shop.ask(order_id=asked.order_id, type_=asked.type, reason=asked.reason, lines=lines)
    if response.status_code != 201:
        return False, response.json()["code"]
    await shop.act(shop.buyer, response.json()["id"], "cancel")
    return True, None


async def generated(shop: Shop, chance: Random, order_id: str) -> None:
    """An order at some stage, with cases that ended somehow, and a window that may be over."""
    lines = tuple(
        KETTLE.model_copy(update={"line_id": f"{order_id}_{n}", "quantity": chance.randint(1, 3)}) for n in range(2)
    )
    stage = chance.choice([shop.paid, shop.shipped, shop.shipped, shop.delivered, shop.delivered])
    if stage == shop.shipped and chance.random() < 0.7:
        await shop.paid(order_id, lines)
        await shop.leaves({lines[0].line_id: 1}, order_id, f"par_{order_id}")
    else:
        await stage(order_id, lines)
    if stage == shop.delivered and chance.random() < 0.5:
        await shop.received(shop.clock.now() + timedelta(hours=1), order_id)
    for _ in range(chance.randint(0, 4)):
        await some_case(shop, chance, order_id, chance.choice(lines).line_id)
    if chance.random() < 0.3:
        for _ in range(5):
            await some_case(shop, chance, order_id, lines[0].line_id, "reject")
    end = chance.choice(["", "", "", "window", "complete", "cancel"])
    if end == "window":
        await shop.received(shop.clock.now(), order_id)
    elif end == "complete":
        await shop.completed(order_id)
    elif end == "cancel":
        await shop.cancelled(order_id)


async def some_case(shop: Shop, chance: Random, order_id: str, line_id: str, becomes: str | None = None) -> None:
    asked = await shop.ask(order_id=order_id, type_="refund_only", lines=[{"line_id": line_id, "quantity": 1}])
    if asked.status_code != 201:
        return
    case_id = asked.json()["id"]
    match becomes or chance.choice(["stays", "cancel", "reject", "refunding", "refunded"]):
        case "cancel":
            await shop.act(shop.buyer, case_id, "cancel")
        case "reject":
            await shop.act(shop.seller, case_id, "reject", reason="no_defect_found")
            await shop.act(shop.buyer, case_id, "accept")
        case "refunding":
            await shop.act(shop.seller, case_id, "approve")
        case "refunded":
            await shop.act(shop.seller, case_id, "approve")
            await shop.refund_succeeds()


@pytest.mark.parametrize("seed", range(8))
async def test_an_option_is_allowed_exactly_if_a_request_for_it_is_accepted(shop: Shop, seed: int) -> None:
    chance, reasons_asked = Random(seed), Random(seed)  # two, so that the orders are those of the test below
    for number in range(3):
        order_id = f"ord_{number}"
        await generated(shop, chance, order_id)
        shown = await options(shop, order_id)
        offered = {
            each["type"]: [reason["code"] for group in each["reasons"] for reason in group["reasons"]]
            for each in shown["types"]
        }
        for line in shown["lines"]:
            for option in line["options"]:
                type_, allowed, units = option["type"], option["allowed"], option["selectable_quantity"]
                reasons = option.get("reasons", offered[type_])
                # Which reasons suit it matters of what is allowed; else two that do, and any.
                some = reasons_asked.sample(reasons, min(2, len(reasons)))
                any_ = reasons_asked.sample(list(Reason), 9 if allowed else 1)
                for reason in dict.fromkeys([*some, *any_]):
                    asked = Asked(order_id, line["line_id"], type_, reason, max(1, units))
                    got, code = await accepted(shop, asked)
                    assert got == (allowed and reason in reasons), (asked, code, shown)
                    in_time = reason in reasons or reason not in offered[type_]
                    if not allowed and in_time and code != "reason_unsuitable":
                        assert code == option["why_not"]["code"], (asked, shown)
                more = Asked(order_id, line["line_id"], type_, "quality_defect", units + 1)
                assert not (await accepted(shop, more))[0], (more, shown)


async def test_the_generated_orders_have_options_of_every_kind(shop: Shop) -> None:
    """Otherwise the test above could compare little."""
    seen: set[str | None] = set()
    for seed in range(8):
        chance = Random(seed)
        for number in range(3):
            await generated(shop, chance, f"ord_{seed}_{number}")
            shown = await options(shop, f"ord_{seed}_{number}")
            seen |= {option.get("why_not", {}).get("code") for line in shown["lines"] for option in line["options"]}
    assert seen == {
        None,
        "stage_unsuitable",
        "units_in_live_case",
        "units_shipped",
        "units_not_sent",
        "units_in_no_parcel",
        "quantity_exceeds_remaining",
        "reapplied_too_often",
        "window_passed",
        "fast_exchange_not_allowed",
        "order_cancelled",
    }
