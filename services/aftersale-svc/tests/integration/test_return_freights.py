"""The freight of a return that the buyer has paid: stated with proof, accepted, owed, paid outside the suite, and never twice."""

from typing import Any

import httpx
import pytest
from aftercare_events import RefundRequested, ReturnFreightOwed, ReturnFreightReimbursed, ReturnShipped
from aftersale_shop import HASH, Shop, done
from aftersale_svc.domain.work_lists import OwedBeside
from checked_files import files_of
from owed_lists import cases_owed


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def ready(shop: Shop, **more: Any) -> str:
    """A case whose goods can be sent, at a merchant that reimburses up to 20.00; its id."""
    await shop.setting("return-freight-limits", shop.seller, limits=[cny(2000)])
    await shop.delivered()
    await files_of(shop, HASH)
    case = await shop.case(2, **more)
    await shop.approve(case["id"])
    return str(case["id"])


async def send(shop: Shop, case_id: str, waybill_no: str = "SF1001", **more: Any) -> httpx.Response:
    freight = {"amount": cny(1500), "evidence": [HASH], **more}
    body = {"carrier": "sf", "waybill_no": waybill_no, "return_freight": freight}
    return await shop.buyer.post(f"/v1/cases/{case_id}/ship", json=body)


async def inspected(shop: Shop, case_id: str, accepted: int = 2, **more: Any) -> dict[str, Any]:
    await shop.parcel("SF1001")
    return await shop.inspect(case_id, accepted, **more)


async def record(shop: Shop, case_id: str, amount: int, client: httpx.AsyncClient | None = None) -> httpx.Response:
    body = {"amount": cny(amount), "reference": "转账 11"}
    return await (client or shop.seller).post(f"/v1/cases/{case_id}/record-return-freight", json=body)


def part_of(refund: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (part["kind"], part["effect"], part["amount"]["amount"], part["due"]["amount"], part["payer"], part["payee"])
        for part in refund["parts"]
        if "freight" in part["kind"]
    ]


async def test_it_is_owed_with_the_inspection_and_paid_besides_the_refund(shop: Shop) -> None:
    await shop.setting("return-fees", fees=[{"return_freight": cny(1200)}])
    case_id = await ready(shop)
    shipped = done(await send(shop, case_id))
    assert (shipped["return_freight"]["stated"], shipped["return_freight"]["to_pay"]) == (cny(1500), cny(0))
    event = await shop.last(ReturnShipped)
    assert (event.freight_minor, event.currency) == (1500, "CNY")
    shop.harness.problem(await record(shop, case_id, 1500), 409, "no_return_freight_owed")
    case = await inspected(shop, case_id, return_freight=cny(1400))
    assert case["refund"]["amount"] == cny(19133), "the refund is what was paid for the goods"
    assert part_of(case["refund"]) == [("return_freight_reimbursed", "beside", 1400, 1500, "merchant", "buyer")]
    assert case["return_freight"]["to_pay"] == cny(1400)
    assert (await shop.get(case_id))["explanation"]["money"]["en"].endswith(
        "the merchant also owes 14.00 CNY that the buyer has paid for sending the goods back"
    )
    owed = await shop.last(ReturnFreightOwed)
    assert (owed.stated_minor, owed.accepted_minor, owed.owed_minor) == (1500, 1400, 1400)
    assert (await shop.last(RefundRequested)).amount_minor == 19133
    await shop.refund_succeeds()
    shop.harness.problem(await record(shop, case_id, 1500), 422, "return_freight_inexact")
    assert (await record(shop, case_id, 1400, shop.buyer)).status_code == 403
    paid = done(await record(shop, case_id, 1400))
    assert (paid["state"], paid["return_freight"]["to_pay"], paid["return_freight"]["reference"]) == (
        *("completed", cny(0), "转账 11"),
    )
    assert (await shop.get(case_id))["explanation"]["money"]["zh_cn"].endswith("商家已报销退货运费 14.00 CNY")
    assert "转账" not in (await shop.last(ReturnFreightReimbursed)).model_dump_json()
    shop.harness.problem(await record(shop, case_id, 1400), 409, "no_return_freight_owed")


async def test_what_nobody_adjusts_is_accepted_as_it_was_stated(shop: Shop) -> None:
    case_id = await ready(shop)
    done(await send(shop, case_id))
    await shop.parcel("SF1001")
    shop.clock.advance(hours=11 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["return_freight"]["to_pay"] == cny(1500)


async def test_an_insurance_pays_first_and_nothing_is_paid_twice(shop: Shop) -> None:
    await shop.setting("freight-insurance", limits=[cny(1000)])
    case_id = await ready(shop)
    done(await send(shop, case_id))
    case = await inspected(shop, case_id)
    assert (case["return_freight"]["insured"], case["return_freight"]["to_pay"]) == (cny(1000), cny(500))
    assert part_of(case["refund"]) == [("return_freight_reimbursed", "beside", 500, 1500, "merchant", "buyer")]
    path = f"/v1/cases/{case_id}/guarantee-claims"
    claim = {"kind": "freight_insurance", "amount": cny(1001)}
    shop.harness.problem(await shop.buyer.post(path, json=claim), 422, "exceeds_guarantee")
    assert (await shop.buyer.post(path, json={**claim, "amount": cny(1000)})).status_code == 201


async def test_an_insurance_from_later_on_does_not_pay_what_the_merchant_does(shop: Shop) -> None:
    case_id = await ready(shop)
    done(await send(shop, case_id))
    await shop.setting("freight-insurance", limits=[cny(1000)])
    await inspected(shop, case_id)
    claim = {"kind": "freight_insurance", "amount": cny(100)}
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=claim)
    shop.harness.problem(refused, 409, "return_freight_not_insured")


async def test_a_freight_that_is_insured_wholly_is_settled(shop: Shop) -> None:
    await shop.setting("freight-insurance", limits=[cny(2000)])
    case_id = await ready(shop)
    done(await send(shop, case_id))
    case = await inspected(shop, case_id)
    assert case["return_freight"]["to_pay"] == cny(0)
    assert await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY) == []
    shop.harness.problem(await record(shop, case_id, 0), 409, "no_return_freight_owed")


async def test_nothing_is_owed_for_goods_that_were_refused(shop: Shop) -> None:
    case_id = await ready(shop)
    done(await send(shop, case_id))
    case = await inspected(shop, case_id, 0, reason="used_or_affects_resale")
    assert (case["state"], case["return_freight"]["to_pay"]) == ("rejected", cny(0))
    assert await shop.published(ReturnFreightOwed) == []


@pytest.mark.parametrize(
    ("more", "freight", "status", "code"),
    [
        ({"reason": "changed_mind"}, {}, 409, "return_freight_not_reimbursed"),
        ({}, {"amount": cny(2001)}, 422, "return_freight_exceeds_limit"),
        ({}, {"amount": {"amount": 1, "currency": "USD"}}, 422, "currency_mismatch"),
        ({}, {"amount": cny(0)}, 422, "validation_failed"),
        ({}, {"evidence": []}, 422, "validation_failed"),
        ({}, {"evidence": ["sha256:" + "cd" * 32]}, 422, "evidence_unusable"),
    ],
)
async def test_what_is_not_reimbursed_is_refused_and_nothing_is_sent(
    shop: Shop, more: dict[str, Any], freight: dict[str, Any], status: int, code: str
) -> None:
    case_id = await ready(shop, **more)
    shop.harness.problem(await send(shop, case_id, **freight), status, code)
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"


async def test_more_than_was_stated_is_not_accepted(shop: Shop) -> None:
    case_id = await ready(shop)
    done(await send(shop, case_id))
    await shop.parcel("SF1001")
    lines = [{"line_id": "line_1", "accepted": 2}]
    body = {"lines": lines, "return_freight": cny(1501)}
    refused = await shop.seller.post(f"/v1/cases/{case_id}/inspect", json=body)
    problem = shop.harness.problem(refused, 422, "accepted_freight_exceeds_stated")
    assert (problem["most"], problem["errors"][0]["pointer"]) == (1500, "/return_freight/amount")  # type: ignore[index]


async def test_it_is_listed_until_it_is_paid(shop: Shop) -> None:
    older, newer = await ready(shop), str((await shop.case(1))["id"])
    await shop.approve(newer)
    for case_id, waybill_no, units in ((newer, "SF1002", 1), (older, "SF1001", 2)):
        done(await send(shop, case_id, waybill_no))
        assert older not in await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY), "it is stated, and not yet owed"
        await shop.parcel(waybill_no)
        await shop.inspect(case_id, units)
    assert await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY) == [older, newer], "the oldest first"
    assert await cases_owed(shop, OwedBeside.DEBT_OWED) == []
    others = {"return_freight_to_pay": False}
    assert (await shop.agent.get("/v1/cases", params=others)).json()["data"] == []
    done(await record(shop, older, 1500))
    assert await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY) == [newer]
