"""Deposits of merchants: what is booked on them, who sees it, and that claims never take more than is there."""

import asyncio
from typing import Any

import httpx
import pytest
from aftercare_events import DepositEntryBooked
from aftersale_shop import Shop, done
from aftersale_svc.domain.deposits.errors import DepositInsufficient
from aftersale_svc.domain.deposits.model import LESSENING, DepositEntryKind
from aftersale_svc.domain.deposits.policy import balance_after
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_guarantee_claims import DEPOSIT, act, cny, deposited, opened, unpaid

ENTRIES = "/v1/merchants/m-1/deposit-entries"


def admin(shop: Shop) -> httpx.AsyncClient:
    return shop.harness.client("admin", "admin-1")


async def booked(shop: Shop, status: int, **body: Any) -> dict[str, Any]:
    body = {"kind": "paid_in", "amount": cny(1000), "reference": "B-1", **body}
    return done(await admin(shop).post(ENTRIES, json=body), status)


async def balances(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.seller.get("/v1/merchants/m-1/deposits")).json()["data"]
    return [each["balance"] for each in found]


async def test_a_deposit_is_the_sum_of_its_entries_by_currency(shop: Shop) -> None:
    assert await balances(shop) == []
    usd = {"amount": 70, "currency": "USD"}
    for body in (
        {},
        {"kind": "topped_up", "amount": cny(500), "reference": "B-2", "note": "补足"},
        {"kind": "released", "amount": cny(300), "reference": "B-3"},
        {"amount": usd},
    ):
        await booked(shop, 201, **body)
    assert await balances(shop) == [cny(1200), usd]
    page = (await shop.seller.get(ENTRIES, params={"currency": "CNY"})).json()["data"]
    assert [(each["kind"], each["amount"], each["balance"], each["booked_by"]) for each in page] == [
        ("released", cny(300), cny(1200), "admin-1"),
        ("topped_up", cny(500), cny(1500), "admin-1"),
        ("paid_in", cny(1000), cny(1000), "admin-1"),
    ]
    events = await shop.published(DepositEntryBooked)
    assert [(each.kind, each.amount_minor, each.balance_minor) for each in events[:3]] == [
        ("paid_in", 1000, 1000),
        ("topped_up", 500, 1500),
        ("released", 300, 1200),
    ]
    assert len({each.deposit_id for each in events}) == 2
    published = "".join(each.model_dump_json() for each in events)
    assert "B-2" not in published
    assert "补足" not in published


async def test_an_entry_is_booked_once_by_its_reference(shop: Shop) -> None:
    first = await booked(shop, 201)
    assert await booked(shop, 201) == first
    other = await admin(shop).post(ENTRIES, json={"kind": "paid_in", "amount": cny(1001), "reference": "B-1"})
    assert shop.harness.problem(other, 409, "deposit_reference_used")["entry_id"] == first["id"]
    assert await balances(shop) == [cny(1000)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "released", "amount": cny(1), "reference": "B-9"}, 409, "deposit_insufficient"),
        ({"amount": cny(0)}, 422, "validation_failed"),
        ({"kind": "claimed"}, 422, "validation_failed"),
        ({"amount": cny(10**13 + 1)}, 422, None),
    ],
)
async def test_what_makes_no_sense_is_refused(shop: Shop, body: dict[str, Any], status: int, code: str | None) -> None:
    body = {"kind": "paid_in", "amount": cny(1000), "reference": "B-1", **body}
    response = await admin(shop).post(ENTRIES, json=body)
    assert response.status_code == status, response.text
    assert code is None or response.json()["code"] == code
    assert await balances(shop) == []


async def test_administrators_book_and_each_merchant_sees_its_own(shop: Shop) -> None:
    await booked(shop, 201)
    body = {"kind": "paid_in", "amount": cny(1), "reference": "B-2"}
    for client in (shop.seller, shop.agent, shop.arbitrator, shop.buyer):
        shop.harness.problem(await client.post(ENTRIES, json=body), 403, "forbidden")
    rival = shop.harness.client("seller", "seller-2", tenant="m-2")
    for path in ("/v1/merchants/m-1/deposits", ENTRIES):
        shop.harness.problem(await rival.get(path), 404, "not_found")
        assert (await shop.buyer.get(path)).status_code == 403
        assert (await shop.arbitrator.get(path)).status_code == 200


async def reserved(shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is on the deposit in CNY, and what of it is reserved."""
    [found] = (await shop.seller.get("/v1/merchants/m-1/deposits")).json()["data"]
    return found["balance"], found["reserved"]


async def test_what_a_claim_is_to_be_paid_is_reserved_and_taken_with_its_payment(shop: Shop) -> None:
    await deposited(shop, 19000)
    claim = await opened(shop, await unpaid(shop), **DEPOSIT)
    path = f"/v1/guarantee-claims/{claim['id']}"
    problem = shop.harness.problem(await shop.seller.post(f"{path}/agree", json={}), 409, "deposit_insufficient")
    assert (problem["available"], problem["amount"]) == (19000, 19133)
    await act(shop, claim["id"], "object", shop.seller)
    shop.harness.problem(await shop.agent.post(f"{path}/approve", json={}), 409, "deposit_insufficient")
    assert await reserved(shop) == (cny(19000), cny(0))
    await deposited(shop, 200, "B-2", "topped_up")
    await act(shop, claim["id"], "approve", shop.agent)
    assert await reserved(shop) == (cny(19200), cny(19133))
    out = {"kind": "released", "amount": cny(68), "reference": "B-3"}
    problem = shop.harness.problem(await admin(shop).post(ENTRIES, json=out), 409, "deposit_insufficient")
    assert problem["available"] == 67
    await booked(shop, 201, **{**out, "amount": cny(67)})
    assert (await act(shop, claim["id"], "record-payment", admin(shop), reference="B-1"))["state"] == "paid"
    assert await reserved(shop) == (cny(0), cny(0))
    [entry] = (await shop.seller.get(ENTRIES, params={"kind": "claimed"})).json()["data"]
    assert (entry["claim_id"], entry["amount"]) == (claim["id"], cny(19133))
    event = await shop.last(DepositEntryBooked)
    assert (event.kind, event.claim_id, event.balance_minor) == ("claimed", claim["id"], 0)


async def test_a_payment_that_failed_reserves_nothing_any_more(shop: Shop) -> None:
    await deposited(shop, 20000)
    claim = await opened(shop, await unpaid(shop), **DEPOSIT)
    await act(shop, claim["id"], "agree", shop.seller)
    assert await reserved(shop) == (cny(20000), cny(19133))
    await act(shop, claim["id"], "record-failure", admin(shop), cause="account_invalid")
    assert await reserved(shop) == (cny(20000), cny(0))
    await booked(shop, 201, kind="released", amount=cny(20000), reference="B-3")


@pytest.mark.parametrize(("on_it", "left"), [(None, []), (100, [0]), (20000, [867])])
async def test_a_payment_that_an_earlier_build_has_approved_is_recorded(
    shop: Shop, on_it: int | None, left: list[int]
) -> None:
    """No build before deposits had balances has looked at one."""
    claim = await opened(shop, await unpaid(shop), **DEPOSIT)
    await act(shop, claim["id"], "object", shop.seller)
    await deposited(shop, 19133)
    await act(shop, claim["id"], "approve", shop.agent)
    pool = shop.harness.runtime.pool
    if on_it is None:
        await pool.execute("DELETE FROM deposit_entries")
        await pool.execute("DELETE FROM merchant_deposits")
    else:
        await pool.execute("UPDATE merchant_deposits SET balance_minor = $1", on_it)
    assert (await act(shop, claim["id"], "record-payment", admin(shop), reference="B-1"))["state"] == "paid"
    assert await balances(shop) == [cny(each) for each in left]


async def test_two_who_book_at_once_open_one_deposit(shop: Shop) -> None:
    bodies = [{"kind": "paid_in", "amount": cny(100), "reference": f"B-{number}"} for number in (1, 2, 2)]
    answers = await asyncio.gather(*(admin(shop).post(ENTRIES, json=body) for body in bodies))
    assert [each.status_code for each in answers] == [201, 201, 201]
    assert await balances(shop) == [cny(200)]


async def test_two_claims_at_once_do_not_get_the_same_money(shop: Shop) -> None:
    await deposited(shop, 10000)
    await shop.delivered()
    claims = []
    for _ in range(2):
        case = await shop.case(1, type_="refund_only")
        await shop.act(shop.seller, case["id"], "approve")
        await shop.refund_fails()
        claims.append((await opened(shop, case["id"], **DEPOSIT))["id"])
    answers = await asyncio.gather(
        *(shop.seller.post(f"/v1/guarantee-claims/{each}/agree", json={}) for each in claims)
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    [agreed] = [each.json()["id"] for each in answers if each.status_code == 200]
    await act(shop, agreed, "record-payment", admin(shop), reference="B-1")
    assert {each["amount"] for each in await balances(shop)} <= {434, 433}


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(st.lists(st.tuples(st.sampled_from(DepositEntryKind), st.integers(1, 1000)), max_size=20), st.integers(0, 2000))
def test_a_balance_is_what_went_in_less_what_went_out_and_never_below_what_is_reserved(
    entries: list[tuple[DepositEntryKind, int]], reserved_minor: int
) -> None:
    balance = 0
    for kind, amount in entries:
        signed = -amount if kind in LESSENING else amount
        if signed < 0 and balance + signed < reserved_minor:
            with pytest.raises(DepositInsufficient) as refused:
                balance_after(balance, kind, amount, "CNY", reserved_minor)
            assert refused.value.facts["available"] == max(0, balance - reserved_minor)
        else:
            assert balance_after(balance, kind, amount, "CNY", reserved_minor) == balance + signed
            balance += signed


async def test_a_deposit_has_a_largest_balance(shop: Shop) -> None:
    await booked(shop, 201, amount=cny(10**13 - 5))
    response = await admin(shop).post(ENTRIES, json={"kind": "paid_in", "amount": cny(6), "reference": "B-2"})
    shop.harness.problem(response, 422, "deposit_too_large")
    assert await balances(shop) == [cny(10**13 - 5)]
