"""Units that were not in the returned parcel are neither owed to the buyer nor kept from other cases."""

from typing import Any

import pytest
from aftercare_events import AfterSaleRejected, ReturnInspected
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimOpened
from aftersale_shop import Shop

EMPTY = {"refuse_reason": "empty_return"}


async def inspected(shop: Shop, **line: Any) -> dict[str, Any]:
    """A return of three units, inspected like this."""
    await shop.delivered()
    case = await shop.arrived(3)
    return await shop.act(shop.seller, case["id"], "inspect", lines=[{"line_id": "line_1", **line}])


def counted(case: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    [line] = case["lines"]
    return line["received"], line["accepted"], line["refused"]


@pytest.mark.parametrize("stated", [{"received": 2}, {"refuse_reason": "empty_return"}])
async def test_a_unit_that_was_not_in_the_parcel_is_not_owed_to_the_buyer(shop: Shop, stated: dict[str, Any]) -> None:
    case = await inspected(shop, accepted=2, **stated)
    assert (case["state"], counted(case), case["refused_goods_claims"]) == ("refunding", (2, 2, 0), [])
    [line] = (await shop.last(ReturnInspected)).lines
    assert (line.received, line.accepted, line.refused) == (2, 2, 0)
    assert not [name for name in await shop.names(case["id"]) if name == "RefusedGoodsReturned"]
    shop.harness.problem(
        await shop.seller.post(
            f"/v1/cases/{case['id']}/return-refused-goods", json={"carrier": "zto", "waybill_no": "73200001"}
        ),
        409,
        "nothing_refused",
    )
    await shop.refund_succeeds()
    not_received = (await shop.get(case["id"]))["explanation"]["not_received"]
    assert not_received["zh_cn"].startswith("商家验收时，退回的包裹中缺少 1 件商品")
    assert not_received["en"].startswith("The merchant has not found 1 unit in the returned parcel")
    again = await shop.case(1)
    assert again["requested"]["amount"] == 28700 - 19133, "the buyer may ask for the unit again"


async def test_only_units_that_were_received_are_refused(shop: Shop) -> None:
    case = await inspected(shop, accepted=1, received=2, refuse_reason="used_or_affects_resale")
    assert counted(case) == (2, 1, 1)
    assert [each["lines"] for each in case["refused_goods_claims"]] == [[{"line_id": "line_1", "quantity": 1}]]
    assert (await shop.last(RefusedGoodsClaimOpened)).claimed_minor == 9567, "one unit, to the minor unit of the line"


async def test_all_units_count_as_received_where_nobody_states_otherwise(shop: Shop) -> None:
    case = await inspected(shop, accepted=1, refuse_reason="parts_missing")
    assert counted(case) == (3, 1, 2)
    assert (await shop.get(case["id"]))["explanation"]["not_received"] is None


@pytest.mark.parametrize("by_line", [True, False])
async def test_nothing_is_owed_of_a_parcel_that_was_empty(shop: Shop, by_line: bool) -> None:
    await shop.delivered()
    case = await shop.arrived(3)
    reason = {"refuse_reason": "empty_return"} if by_line else {}
    lines = [{"line_id": "line_1", "accepted": 0, **reason}]
    body = {"lines": lines} if by_line else {"lines": lines, "reason": "empty_return"}
    rejected = await shop.act(shop.seller, case["id"], "inspect", **body)
    assert (rejected["state"], counted(rejected)) == ("rejected", (0, None, None))
    assert (await shop.last(AfterSaleRejected)).reason == "empty_return"
    assert (await shop.get(case["id"]))["explanation"]["not_received"]["zh_cn"].startswith(
        "商家验收时，退回的包裹中缺少 3 件商品"
    )
    shown = (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()
    assert any(each["action"] == "dispute" and each["allowed"] for each in shown["allowed_actions"])
    closed = await shop.act(shop.buyer, case["id"], "accept")
    assert (closed["state"], closed["refused_goods_claims"]) == ("closed", [])
    decisions = (await shop.agent.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    [facts] = [each["facts"] for each in decisions if each["kind"] == "inspection"]
    assert facts["lines"][0]["received"] == 0


async def test_an_agent_rejects_a_return_of_which_nothing_was_in_the_parcel(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.act(shop.seller, case["id"], "report-return-missing")
    rejected = await shop.act(shop.agent, case["id"], "reject", reason="empty_return")
    assert (rejected["state"], rejected["lines"][0]["received"]) == ("rejected", 0)
    closed = await shop.act(shop.buyer, case["id"], "accept")
    assert closed["refused_goods_claims"] == []


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"accepted": 1, "received": 4}, "received_exceeds_sent", "received"),
        ({"accepted": 3, "received": 2}, "accepted_exceeds_received", "accepted"),
        ({"accepted": 1, "received": 2, "refuse_reason": "empty_return"}, "received_contradicts_reason", "received"),
        ({"accepted": 0, "received": 1}, "received_contradicts_reason", "received"),
    ],
)
async def test_what_is_received_has_to_be_possible(shop: Shop, line: dict[str, Any], code: str, field: str) -> None:
    await shop.delivered()
    case = await shop.arrived(3)
    body = {"lines": [{"line_id": "line_1", **line}], "reason": "empty_return"}
    problem = shop.harness.problem(await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json=body), 422, code)
    assert problem["errors"][0]["pointer"] == f"/lines/0/{field}"
    assert counted(await shop.get(case["id"])) == (None, None, None)


async def test_the_case_is_shown_as_it_was_before_its_inspection(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(3)
    before = shop.clock.now()
    shop.clock.advance(hours=1)
    lines = [{"line_id": "line_1", "accepted": 2, "received": 2}]
    await shop.act(shop.seller, case["id"], "inspect", lines=lines)
    now = (await shop.agent.get(f"/v1/cases/{case['id']}", params={"as_of": shop.clock.now().isoformat()})).json()
    then = (await shop.agent.get(f"/v1/cases/{case['id']}", params={"as_of": before.isoformat()})).json()
    assert (counted(then), counted(now)) == ((None, None, None), (2, 2, 0))


@pytest.mark.parametrize(
    ("received", "cause", "claimed"),
    [
        (2, "lost", 9567),
        (2, "not_received", 9567),
        (2, "damaged", 19133),
        (3, "lost", 28700),
        (0, "lost", 28700),
    ],
)
async def test_of_a_parcel_that_came_short_the_missing_units_are_claimed(
    shop: Shop, received: int, cause: str, claimed: int
) -> None:
    case = await inspected(shop, accepted=received, received=received, **({} if received else EMPTY))
    claim = await claimed_of(shop, case["id"], cause)
    assert (claim["value"]["amount"], claim["claimed"]["amount"]) == (28700, claimed)


async def test_what_is_claimed_for_missing_units_leaves_the_rest_of_the_parcel(shop: Shop) -> None:
    case = await inspected(shop, accepted=2, received=2)
    lost = await claimed_of(shop, case["id"], "lost")
    filed = await shop.seller.post(f"/v1/courier-claims/{lost['id']}/file", json={"reference": "LP-1"})
    assert filed.json()["claimed"]["amount"] == 9567
    body = {"cause": "damaged", "leg": "return", "amount": {"amount": 19134, "currency": "CNY"}}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/courier-claims", json=body)
    shop.harness.problem(refused, 409, "parcel_claimed")
    assert (await claimed_of(shop, case["id"], "damaged"))["claimed"]["amount"] == 19133


async def claimed_of(shop: Shop, case_id: str, cause: str) -> dict[str, Any]:
    """A claim on the courier of the return that names no amount."""
    opened = await shop.seller.post(f"/v1/cases/{case_id}/courier-claims", json={"cause": cause, "leg": "return"})
    assert opened.status_code == 201, opened.text
    found: dict[str, Any] = opened.json()
    return found
