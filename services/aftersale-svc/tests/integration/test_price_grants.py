"""Price protection with the prices that were verified and those who bear it: shown in the case, published, in the refund."""

from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, RefundRequested, digest
from aftersale_shop import HASH, Shop, done
from checked_files import files_of
from test_price_adjustments import asked, cny

LINK = "https://shop.example/kettle"
VERIFIED = {
    "reference_price": cny(9900),
    "checked_price": cny(9700),
    "checked_at": "2026-01-01T00:00:00Z",
    "link": LINK,
}


def share(bearer: str, amount: int) -> dict[str, Any]:
    return {"bearer": bearer, "amount": cny(amount)}


def grant(amount: int = 600, **line: Any) -> dict[str, Any]:
    return {"lines": [{"line_id": "line_1", "amount": cny(amount), **line}], "reason": "reason_untrue"}


async def test_a_verified_price_and_those_who_bear_it_are_shown_published_and_parts_of_the_refund(shop: Shop) -> None:
    await shop.delivered()
    await files_of(shop, HASH)
    case = await asked(shop)
    bearers = [share("merchant", 400), share("creator", 200)]
    body = {**grant(verified=VERIFIED, bearers=bearers), "evidence": [HASH]}
    await shop.act(shop.seller, case["id"], "grant", **body)
    [shown] = (await shop.get(case["id"]))["price_checks"]
    assert (shown["checked_price"], shown["verified_price"], shown["verified_reference_price"]) == (
        *(cny(9600), cny(9700), cny(9900)),
    )
    assert (shown["granted"], shown["link"], shown["bearers"]) == (cny(600), LINK, bearers)
    event = await shop.last(AfterSaleApproved)
    [price] = event.prices or ()
    assert (price.units, price.reference_minor, price.checked_minor, price.granted_minor) == (3, 9900, 9700, 600)
    assert [(each.bearer, each.amount_minor) for each in price.bearers] == [("merchant", 400), ("creator", 200)]
    assert (price.link_hash, event.evidence, event.granted_minor) == (digest(LINK), (HASH,), 600)
    assert LINK not in event.model_dump_json()
    [decision] = done(await shop.agent.get(f"/v1/cases/{case['id']}/decisions"))["data"]
    assert decision["facts"]["granted_minor"] == 600
    [fact] = decision["facts"]["grants"]
    assert (fact["checked_minor"], fact["granted_minor"], [each["bearer"] for each in fact["bearers"]]) == (
        *(9700, 600, ["merchant", "creator"]),
    )
    requested = await shop.last(RefundRequested)
    assert requested.amount_minor == 600
    assert [(each.kind, each.effect, each.amount_minor, each.payer) for each in requested.parts or ()] == [
        ("goods", "added", 600, "merchant"),
        ("cost_share", "beside", 200, "creator"),
    ]


async def test_the_case_shows_why_less_was_granted(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    await shop.act(shop.seller, case["id"], "grant", **{**grant(verified=VERIFIED), "reason": "difference_smaller"})
    shown = await shop.get(case["id"])
    assert [each["reduction_reason"] for each in shown["price_checks"]] == ["difference_smaller"]
    assert shown["explanation"]["why"] == {
        "zh_cn": "核定金额少于申请金额，原因：核实的差价小于申请金额",
        "en": "Less was granted than was asked for, because the prices differ by less than was claimed",
    }
    assert (await shop.last(AfterSaleApproved)).reduction_reason == "difference_smaller"
    other = await shop.case(1)
    refused = await shop.seller.post(f"/v1/cases/{other['id']}/reject", json={"reason": "difference_smaller"})
    problem = shop.harness.problem(refused, 409, "reject_reason_unsuitable")
    assert "difference_smaller" not in problem["allowed"], "it is about prices"


async def test_each_bears_its_share_of_a_replaced_verdict_once(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    await shop.act(shop.seller, case["id"], "grant", **grant(bearers=[share("merchant", 100), share("creator", 500)]))
    await shop.refund_fails()
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 600)
    await shop.refund_succeeds()
    await shop.rule(dispute["id"], "appeal", shop.buyer, grounds="?")
    award = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": cny(900)}
    await shop.rule(dispute["id"], "replace-verdict", shop.harness.client("arbitrator", "arb-2"), **award)
    await shop.refund_succeeds()
    paid = (await shop.published(RefundRequested))[1:]
    assert [each.amount_minor for each in paid] == [600, 300]
    shares = [[each.amount_minor for each in event.parts or () if each.kind == "cost_share"] for event in paid]
    assert shares == [[500], [250]]
    [shown] = (await shop.get(case["id"]))["price_checks"]
    assert shown["bearers"] == [share("merchant", 150), share("creator", 750)]


async def test_prices_that_differ_by_more_than_was_asked_for_are_granted_as_asked(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    lower = {**VERIFIED, "checked_price": cny(9500)}
    body = {"lines": [{"line_id": "line_1", "amount": cny(900), "verified": lower}]}
    await shop.act(shop.seller, case["id"], "grant", **body)
    assert (await shop.last(RefundRequested)).amount_minor == 900


async def test_an_agent_names_what_the_platform_bears_of_all_that_was_asked_for(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    await shop.act(shop.seller, case["id"], "escalate")
    body = {"lines": [{"line_id": "line_1", "amount": cny(900), "bearers": [share("platform", 900)]}]}
    await shop.act(shop.agent, case["id"], "grant", **body)
    event = await shop.last(AfterSaleApproved)
    assert (event.granted_minor, event.reduction_reason) == (900, None)
    await shop.refund_succeeds()
    back = await shop.case(3, type_="refund_only")
    assert back["requested"] == cny(27800)


async def test_an_approval_is_borne_by_the_merchant(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    assert case["price_checks"][0]["bearers"] == []
    await shop.act(shop.seller, case["id"], "approve")
    assert (await shop.get(case["id"]))["price_checks"][0]["bearers"] == [share("merchant", 900)]
    assert [each.kind for each in (await shop.last(RefundRequested)).parts or ()] == ["goods"]


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (grant(599, verified=VERIFIED), 422, "grant_not_difference", "/lines/0/amount"),
        (
            grant(verified={**VERIFIED, "checked_price": cny(9900)}),
            *(422, "price_not_lower", "/lines/0/verified/checked_price"),
        ),
        (
            grant(verified={**VERIFIED, "checked_at": "2090-01-01T00:00:00Z"}),
            *(422, "price_checked_later", "/lines/0/verified/checked_at"),
        ),
        (
            grant(verified={**VERIFIED, "checked_price": {"amount": 1, "currency": "USD"}}),
            *(422, "price_currency_mismatch", "/lines/0/verified/checked_price"),
        ),
        (grant(verified={**VERIFIED, "link": "kettle"}), 422, "validation_failed", "/lines/0/verified/link"),
        (grant(bearers=[share("merchant", 599)]), 422, "shares_do_not_add_up", "/lines/0/bearers"),
        (
            grant(bearers=[share("merchant", 600), share("creator", 0)]),
            *(422, "shares_do_not_add_up", "/lines/0/bearers/1/amount"),
        ),
        (grant(bearers=[share("merchant", 300)] * 2), 422, "bearer_repeated", "/lines/0/bearers/1/bearer"),
        (grant(bearers=[share("platform", 600)]), 409, "platform_share_by_agent", "/lines/0/bearers/0/bearer"),
        (grant(bearers=[share("courier", 600)]), 422, "validation_failed", "/lines/0/bearers/0/bearer"),
        ({"lines": grant()["lines"]}, 422, "reduction_unexplained", "/reason"),
    ],
)
async def test_what_does_not_fit_is_refused(
    shop: Shop, body: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    await shop.delivered()
    case = await asked(shop)
    response = await shop.seller.post(f"/v1/cases/{case['id']}/grant", json=body)
    problem = shop.harness.problem(response, status, code)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]  # type: ignore[index,attr-defined]
    assert (await shop.get(case["id"]))["state"] == "pending_review"
