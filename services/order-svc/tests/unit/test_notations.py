"""How Stripe writes the amounts of currencies: a test for each kind, with the adapter's real code against its simulator."""

from dataclasses import replace

import httpx
import pytest
from aftercare_chassis.currencies import EXPONENTS
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.model import Amount
from order_svc.domain.payments.limits import payment_refusal, refund_limit
from order_svc.domain.payments.notations import STRIPE
from order_svc.integrations.payments.port import Outcome
from provider_worlds import NOW, StripeWorld, refund_of

# As docs.stripe.com/currencies lists them.
ZERO_DECIMAL = {
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
}
THREE_DECIMAL = {"BHD", "JOD", "KWD", "OMR", "TND"}
WRITTEN_WITH_TWO = {"ISK", "UGX"}

KINDS = [
    ("two decimals", "USD", 12_34, 12_34),
    ("no decimals", "JPY", 500, 500),
    ("no decimals", "KRW", 1, 1),
    ("no decimals there, two by ISO 4217", "MGA", 500_00, 500),
    ("no decimals, written with two", "ISK", 5, 5_00),
    ("no decimals, written with two", "UGX", 5, 5_00),
    ("two decimals, none in payouts", "HUF", 10_45, 10_45),
    ("two decimals, none in payouts", "TWD", 800_45, 800_45),
    ("three decimals, the last one 0", "KWD", 5_120, 5_120),
    ("three decimals, the last one 0", "TND", 10, 10),
]


@pytest.mark.parametrize(("currency", "minor", "written"), [kind[1:] for kind in KINDS])
async def test_an_amount_is_written_as_stripe_does_and_read_back(currency: str, minor: int, written: int) -> None:
    world = StripeWorld()
    world.payment = replace(world.payment, amount_minor=minor, currency=currency)
    paid = await world.paid()
    [charged] = world.provider.ledger.payments()
    assert (charged.amount, charged.currency) == (written, currency)
    assert (await world.adapter.refund(paid, refund_of(paid, minor))).outcome is Outcome.SUCCEEDED
    await world.settled()
    assert world.provider.ledger.refunds(charged.id)[0].amount == written
    [push] = world.pushes
    assert push.content is not None
    assert (push.content.amount_minor, push.content.currency) == (minor, currency)
    entries = await world.adapter.statement(NOW.date())
    assert entries is not None
    assert [(entry.amount_minor, entry.currency) for entry in entries] == [(minor, currency)] * 2


@pytest.mark.parametrize(("currency", "minor", "step"), [("KWD", 5_124, 10), ("TND", 1, 10), ("MGA", 500_50, 100)])
async def test_what_stripe_cannot_write_is_refused_before_it_is_called(currency: str, minor: int, step: int) -> None:
    refused = payment_refusal("stripe", Amount(minor, currency))
    assert refused is not None
    assert (refused.code, refused.facts["step_minor"]) == ("amount_not_divisible", step)
    world = StripeWorld()
    world.payment = replace(world.payment, amount_minor=step * 1000, currency=currency)
    paid = await world.paid()
    assert refund_limit(paid, [], NOW, minor) == "amount_not_divisible"
    assert refund_limit(paid, [], NOW, step) is None


@pytest.mark.parametrize("currency", ["IQD", "LYD", "CLF", "XDR"])
def test_a_currency_that_stripe_does_not_charge_is_refused(currency: str) -> None:
    refused = payment_refusal("stripe", Amount(1000, currency))
    assert refused is not None
    assert refused.code == "currency_not_taken"


@pytest.mark.parametrize(("currency", "most"), [("USD", 99_999_999), ("ISK", 999_999), ("MGA", 9_999_999_900)])
def test_stripe_takes_eight_digits_of_its_own_units(currency: str, most: int) -> None:
    step = STRIPE[currency].step
    assert payment_refusal("stripe", Amount(most, currency)) is None
    refused = payment_refusal("stripe", Amount(most + step, currency))
    assert refused is not None
    assert (refused.code, refused.facts["most_minor"]) == ("amount_not_taken", most)


@pytest.mark.parametrize("currency", sorted(STRIPE))
def test_every_currency_has_the_decimals_that_stripe_states(currency: str) -> None:
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    if currency in WRITTEN_WITH_TWO:
        decimals = 2
    one = 10 ** EXPONENTS[currency]
    assert STRIPE[currency].written(one) == 10**decimals
    assert (STRIPE[currency].step == 10) is (currency in THREE_DECIMAL)


@given(st.sampled_from(sorted(STRIPE)), st.integers(0, 10**8))
def test_what_is_written_is_read_back_exactly(currency: str, units: int) -> None:
    notation = STRIPE[currency]
    minor = units * notation.step
    assert notation.read(notation.written(minor)) == minor


@pytest.mark.parametrize(("currency", "amount"), [("kwd", 5124), ("isk", 550), ("ugx", 1)])
async def test_the_simulator_refuses_what_stripe_does(currency: str, amount: int) -> None:
    world = StripeWorld()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app), base_url="http://stripe") as client:
        response = await client.post(
            "/v1/payment_intents",
            data={"amount": str(amount), "currency": currency},
            headers={"Authorization": "Bearer sk_test", "Idempotency-Key": "k"},
        )
    assert response.status_code == 400
