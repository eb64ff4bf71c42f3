"""Payments that are authorised first, at the providers that offer it: the adapter's real code against the provider's simulator."""

from dataclasses import replace

import pytest
from aftercare_simulators.payment.ledger import Status
from aftercare_simulators.payment.methods import Method
from order_svc.domain.payments.limits import authorised_until
from order_svc.domain.payments.model import Payment, PaymentState
from order_svc.domain.payments.statements import EntryKind
from order_svc.integrations.payments.port import Outcome
from provider_worlds import NOW, WORLDS, World, refund_of

OFFERED = ("simulator", "stripe", "stripe-browser", "alipay")
AT_ONCE = [name for name in WORLDS if name not in OFFERED]


@pytest.fixture(params=OFFERED)
def world(request: pytest.FixtureRequest) -> World:
    made = WORLDS[request.param]()
    made.payment = replace(made.payment, authorised_minor=made.payment.amount_minor)
    return made


async def authorised(world: World) -> Payment:
    """The payment, authorised and reported."""
    await world.pay()
    await world.settled()
    found = await world.adapter.find(world.payment)
    assert found.outcome is Outcome.AUTHORISED
    world.pushes.clear()
    return replace(world.payment, state=PaymentState.AUTHORISED, provider_reference=found.reference)


def held_after_decline(world: World) -> Status:
    """Alipay's adapter unfreezes what it does not capture: it has no end of its own."""
    return Status.DECLINED if world.payment.provider == "alipay" else Status.AUTHORISED


def captured(world: World) -> list[tuple[Status, int]]:
    return [(each.status, each.amount) for each in world.provider.ledger.payments()]


async def test_an_authorised_payment_is_reported_and_moves_no_money(world: World) -> None:
    await world.pay()
    await world.settled()
    (push,) = world.pushes
    assert push.content is not None
    assert (push.content.result.outcome, push.content.amount_minor) == (Outcome.AUTHORISED, 29500)
    assert await world.adapter.statement(NOW.date()) == []


@pytest.mark.parametrize("minor", [29500, 12000, 1])
async def test_a_captured_amount_is_what_was_paid(world: World, minor: int) -> None:
    held = await authorised(world)
    asked = replace(held, amount_minor=minor)
    for _ in range(2):
        result = await world.adapter.capture(asked)
        assert (result.outcome, result.captured_minor) == (Outcome.SUCCEEDED, minor)
    await world.settled()
    (push,) = world.pushes
    assert push.content is not None
    assert (push.content.result.outcome, push.content.amount_minor) == (Outcome.SUCCEEDED, minor)
    found = await world.adapter.find(asked)
    assert (found.outcome, found.captured_minor) == (Outcome.SUCCEEDED, minor)
    entries = await world.adapter.statement(NOW.date())
    assert entries is not None
    assert [(each.kind, each.amount_minor) for each in entries] == [(EntryKind.PAYMENT, minor)]
    assert (await world.adapter.refund(asked, refund_of(asked, minor))).outcome in (Outcome.PENDING, Outcome.SUCCEEDED)
    await world.settled()
    assert (await world.adapter.refund(asked, refund_of(asked, 1, "ref_2"))).outcome is Outcome.DECLINED


async def test_no_more_is_captured_than_was_authorised(world: World) -> None:
    held = await authorised(world)
    result = await world.adapter.capture(replace(held, amount_minor=29501))
    assert result.outcome in (Outcome.DECLINED, Outcome.AUTHORISED)
    assert captured(world) == [(held_after_decline(world), 29500)]


async def test_a_capture_without_a_response_is_found(world: World) -> None:
    held = replace(await authorised(world), amount_minor=12000)
    world.behave(Method.LOST_RESPONSE)
    assert (await world.adapter.capture(held)).outcome is Outcome.UNKNOWN
    assert (await world.adapter.find(held)).captured_minor == 12000
    assert captured(world) == [(Status.SUCCEEDED, 12000)]


async def test_a_capture_that_is_declined_takes_nothing(world: World) -> None:
    held = await authorised(world)
    world.behave(Method.DECLINED)
    result = await world.adapter.capture(held)
    assert result.outcome is Outcome.DECLINED
    assert result.failure_code
    assert captured(world) == [(held_after_decline(world), 29500)]


async def test_an_authorised_payment_is_released(world: World) -> None:
    held = await authorised(world)
    for _ in range(2):
        assert (await world.adapter.close(held)).outcome is Outcome.DECLINED
    assert (await world.adapter.capture(held)).outcome is Outcome.DECLINED
    assert captured(world) == [(Status.DECLINED, 29500)]


async def test_a_captured_payment_is_not_released(world: World) -> None:
    held = await authorised(world)
    await world.adapter.capture(replace(held, amount_minor=12000))
    closed = await world.adapter.close(held)
    assert (closed.outcome, closed.captured_minor) == (Outcome.SUCCEEDED, 12000)


@pytest.mark.parametrize("name", AT_ONCE)
async def test_providers_that_take_payments_at_once_authorise_nothing(name: str) -> None:
    world = WORLDS[name]()
    assert authorised_until(world.payment.provider, NOW) is None
    assert (await world.adapter.capture(world.payment)).outcome is Outcome.DECLINED
    assert captured(world) == []
