"""The provider's ledger, read over HTTP from the real simulator, is compared with our rows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing.servers import serve_app
from aftercare_checker import money
from aftercare_simulators.payment import create
from suite_states import state

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="


@dataclass(frozen=True, slots=True)
class Provider:
    """The simulator on a loopback port: it took 1.00 CNY as pay_1, of which it gave 0.40 back."""

    url: str
    http: httpx.AsyncClient
    simulator: Any

    async def post(self, what: str, id_: str, **body: Any) -> None:
        known = {"amount": 100, "currency": "CNY", "callback_url": "http://shop.test/x"}
        made = await self.http.post(
            f"/v1/{what}s", json={f"{what}_id": id_, **known, **body}, headers={"Idempotency-Key": id_}
        )
        assert made.status_code == 201, made.text
        await self.simulator.callbacks.settled()

    async def violations(self, *payments: dict[str, Any]) -> list[str]:
        return (await money.ledger([state(payments=list(payments))], self.url)).violations


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as to_shop:
        app = create(SECRET, client=to_shop, delay=0)
        async with serve_app(app) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
            made = Provider(url, http, app.state.provider)
            await made.post("payment", "pay_1")
            await made.post("refund", "ref_1", payment_id="pay_1", amount=40)
            yield made


def row(**more: Any) -> dict[str, Any]:
    """Our row of pay_1."""
    paid = {"amount_minor": 100, "refunded_minor": 40, "currency": "CNY"}
    return {"id": "pay_1", "provider": "simulator", "state": "succeeded", **paid, **more}


async def test_what_was_given_back_without_the_provider_is_not_expected_there(provider: Provider) -> None:
    outside = {"id": "ref_2", "payment_id": "pay_1", "case_id": "case_1", "state": "succeeded", "outside": "cash"}
    ours = state(payments=[row(refunded_minor=60)], refunds=[{**outside, "amount_minor": 20, "currency": "CNY"}])
    assert (await money.ledger([ours], provider.url)).violations == []


async def test_rows_that_agree_hold(provider: Provider) -> None:
    await provider.post("payment", "pay_2", method="sim_declined")
    declined = row(id="pay_2", state="failed", refunded_minor=0)
    assert await provider.violations(row(), declined) == []


@pytest.mark.parametrize(
    ("changed", "ours"),
    [
        ({"amount_minor": 101}, "(101, 40, 'CNY')"),
        ({"refunded_minor": 39}, "(100, 39, 'CNY')"),
        ({"state": "failed", "refunded_minor": 0}, "(0, 0, 'CNY')"),
        ({"currency": "USD"}, "(100, 40, 'USD')"),
    ],
    ids=["paid", "refunded", "state", "currency"],
)
async def test_a_row_that_differs_is_found(provider: Provider, changed: dict[str, Any], ours: str) -> None:
    [line] = await provider.violations(row(**changed))
    assert line == f"pay_1: our rows {ours}, the provider's ledger (100, 40, 'CNY')"


async def test_a_payment_whose_end_we_do_not_know_yet_may_differ(provider: Provider) -> None:
    assert await provider.violations(row(state="pending", refunded_minor=0)) == []


async def test_money_at_the_provider_alone_is_found_and_a_declined_payment_is_none(provider: Provider) -> None:
    await provider.post("payment", "pay_2", method="sim_declined")
    assert await provider.violations() == ["pay_1: (100, 40, 'CNY') at the provider, and no row"]


async def test_money_in_our_books_alone_is_found(provider: Provider) -> None:
    ours = row(id="pay_9", refunded_minor=0)
    assert await provider.violations(row(), ours) == [
        "pay_9: our rows (100, 0, 'CNY'), the provider's ledger (0, 0, 'CNY')"
    ]
    never_sent = row(id="pay_9", state="failed", refunded_minor=0)
    assert await provider.violations(row(), never_sent) == []


async def test_payments_by_another_provider_are_not_in_this_ledger(provider: Provider) -> None:
    assert await provider.violations(row(), row(id="pay_9", provider="plainpay")) == []
    same_id = await provider.violations(row(provider="plainpay"))
    assert same_id == ["pay_1: (100, 40, 'CNY') at the provider, and no row"], "the simulator has no such row"
