"""Discounts of an order that a return leaves unearned: as the merchant has set, as previewed, named in the refund and given back."""

from typing import Any

from aftercare_events import OrderDiscountsSet, RefundRequested
from aftersale_shop import Shop
from discounted_lines import CUPS, KETTLES
from past_views import PastViews

PART = "discount_recalculated"


def taken(parts: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (part["effect"], part["amount"]["amount"], part["payer"], part["payee"])
        for part in parts
        if part["kind"] == PART
    ]


async def returned(shop: Shop, line_id: str, quantity: int, **more: Any) -> dict[str, Any]:
    """A refund of these units, which is what the preview has said."""
    asked = {"type_": "refund_only", "lines": [{"line_id": line_id, "quantity": quantity}], **more}
    body = {
        "order_id": "ord_1",
        "type": "refund_only",
        "reason": asked.get("reason", "changed_mind"),
        "lines": asked["lines"],
        "description": "漏水",
        "evidence": ["sha256:" + "ab" * 32],
    }
    preview = (await shop.buyer.post("/v1/cases/preview", json=body)).json()
    case = await shop.case(**{"reason": "changed_mind", **asked})
    await shop.act(shop.seller, case["id"], "approve")
    decided = await shop.get(case["id"])
    assert (decided["refund"]["amount"], decided["refund"]["parts"]) == (preview["refund"], preview["parts"])
    await shop.refund_succeeds()
    return decided


async def test_a_return_that_leaves_less_than_the_threshold_pays_for_the_discount(shop: Shop) -> None:
    await shop.setting("order-discounts", on_return="recalculate")
    await shop.delivered(lines=(KETTLES, CUPS))
    first = await returned(shop, "line_1", 1)
    assert first["refund"]["amount"]["amount"] == 9300 - 1400
    assert taken(first["refund"]["parts"]) == [("deducted", 1400, "buyer", "platform")]
    assert [each["kind"] for each in first["settings"]] == ["order_discounts"]
    event = await shop.last(RefundRequested)
    assert event.amount_minor == 7900
    assert [(each.effect, each.amount_minor) for each in event.parts or () if each.kind == PART] == [("deducted", 1400)]
    second = await returned(shop, "line_2", 2)
    assert taken(second["refund"]["parts"]) == [("added", 200, "platform", "buyer")]
    last = await returned(shop, "line_1", 2)
    assert taken(last["refund"]["parts"]) == [("added", 1200, "platform", "buyer")]
    assert sum(each["refund"]["amount"]["amount"] for each in (first, second, last)) == 27900 + 2800


async def test_without_that_setting_and_where_the_seller_is_liable_the_discount_is_kept(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLES, CUPS))
    kept = await returned(shop, "line_1", 1)
    assert (kept["refund"]["amount"]["amount"], taken(kept["refund"]["parts"])) == (9300, [])
    await shop.setting("order-discounts", on_return="recalculate")
    at_fault = await returned(shop, "line_2", 1, reason="quality_defect")
    assert at_fault["refund"]["amount"]["amount"] == 1400


async def test_what_was_taken_is_given_back_after_the_merchant_has_set_to_keep_discounts(shop: Shop) -> None:
    await shop.setting("order-discounts", on_return="recalculate")
    await shop.delivered(lines=(KETTLES, CUPS))
    refunds = [await returned(shop, "line_1", 1)]
    await shop.setting("order-discounts", on_return="keep")
    refunds += [await returned(shop, "line_2", 2), await returned(shop, "line_1", 2)]
    assert [taken(each["refund"]["parts"]) for each in refunds] == [
        [("deducted", 1400, "buyer", "platform")],
        [("added", 200, "platform", "buyer")],
        [("added", 1200, "platform", "buyer")],
    ]
    assert sum(each["refund"]["amount"]["amount"] for each in refunds) == 27900 + 2800


async def test_a_verdict_that_refunds_the_last_units_gives_back_what_was_taken(shop: Shop) -> None:
    await shop.setting("order-discounts", on_return="recalculate")
    await shop.delivered(lines=(KETTLES,), fee=0)
    await returned(shop, "line_1", 1)
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="有使用痕迹", evidence=[])
    body = {"liable": "seller", "remedy": "refund", "grounds": "卖家未能证明"}
    too_much = {**body, "amount": {"amount": 19801, "currency": "CNY"}}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=too_much)
    assert shop.harness.problem(refused, 422, "amount_exceeds_paid")["left"] == 18600 + 1200
    await shop.verdict(dispute_id, 19800)
    assert taken((await shop.get(case_id))["refund"]["parts"]) == [("added", 1200, "platform", "buyer")]


async def test_the_event_of_the_setting_has_the_rule(shop: Shop) -> None:
    await shop.setting("order-discounts", on_return="recalculate")
    event = await shop.last(OrderDiscountsSet)
    assert (event.discounts_version, event.on_return) == (1, "recalculate")


async def test_the_past_shows_what_an_open_case_was_to_give_back(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLES, CUPS))
    case = await shop.case(reason="changed_mind", lines=[{"line_id": "line_2", "quantity": 1}])
    views = PastViews(shop, case["id"])

    async def figure() -> str:
        await views.look()
        return str((await shop.get(case["id"]))["explanation"]["money"]["en"]).split("up to ")[1].split(" CNY")[0]

    whole = await figure()
    await shop.setting("order-discounts", on_return="recalculate")
    recalculated = await figure()
    fees = [{"return_freight": {"amount": 200, "currency": "CNY"}, "restocking_basis_points": 500}]
    await shop.setting("return-fees", fees=fees)
    charged = await figure()
    other = await shop.case(reason="changed_mind", type_="refund_only", lines=[{"line_id": "line_1", "quantity": 1}])
    await shop.act(shop.seller, other["id"], "approve")
    in_flight = await figure()
    await shop.refund_fails()
    refused = await figure()
    await shop.act(shop.agent, other["id"], "refund")
    await shop.refund_succeeds()
    paid = await figure()
    await shop.setting("order-discounts", on_return="keep")
    kept = await figure()
    await views.check()
    assert [whole, recalculated, charged] == ["14.00", "14.00", "11.30"], "enough is kept; 2.70 for the return"
    assert [in_flight, refused, paid, kept] == ["12.30", "11.30", "12.30", "12.30"], "the other refund takes 1.00 of it"
