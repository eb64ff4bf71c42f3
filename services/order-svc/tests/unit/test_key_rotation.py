"""A provider replaces its key while payments are made: no callback or answer of it is refused, and none of anybody else is accepted."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from order_svc.domain.payments.model import Payment
from order_svc.integrations.payments.port import Outcome
from order_svc.integrations.pushes import examine
from provider_worlds import NEXT_SECRET, ROTATING, SECRET, StripeWorld, World

PAYMENTS, AT_A_TIME = 90, 4
BEGINS, ENDS = PAYMENTS // 3, 2 * PAYMENTS // 3
"""The payments before which the provider begins to use its next key, and has stopped using the first one."""


def payments_of(world: World) -> list[Payment]:
    return [replace(world.payment, id=f"pay_{number:032x}") for number in range(PAYMENTS)]


async def rotate_at(world: World, number: int) -> None:
    if number == BEGINS and isinstance(world, StripeWorld):
        world.app.state.secrets = [SECRET, NEXT_SECRET]  # Stripe signs with both for a day
    elif number == (ENDS if isinstance(world, StripeWorld) else BEGINS):
        await world.rotate()


async def make(world: World) -> list[Outcome]:
    """Make all payments, some at the same time, while the key is replaced; what each query reports."""
    waiting: Iterator[tuple[int, Payment]] = iter(enumerate(payments_of(world)))
    found: list[Outcome] = []

    async def buy() -> None:
        for number, payment in waiting:
            await rotate_at(world, number)
            paid = await world.pay(payment)
            result = await world.adapter.find(replace(payment, provider_reference=paid.reference))
            found.append(result.outcome)
            if number % AT_A_TIME == 0:
                await world.settled()  # the others go on meanwhile

    await asyncio.gather(*(buy() for _ in range(AT_A_TIME)))
    await world.settled()
    return found


@pytest.fixture(params=list(ROTATING))
def name(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


async def test_what_the_provider_signs_is_accepted_throughout(name: str) -> None:
    world = ROTATING[name]()
    found = await make(world)
    assert len(found) == PAYMENTS
    assert set(found) <= {Outcome.PENDING, Outcome.SUCCEEDED, Outcome.NOT_FOUND}
    assert Outcome.UNKNOWN not in found
    assert {push.rejection for push in world.pushes} == {None}
    reported = {push.content.subject_id for push in world.pushes if push.content is not None}
    assert reported == {payment.id for payment in payments_of(world)}


async def test_what_others_sign_is_refused_throughout(name: str) -> None:
    world, forger = ROTATING[name](), ROTATING[name]()
    forger.use_unknown_key()
    await make(world)
    for payment in payments_of(forger):
        await forger.pay(payment)
    await forger.settled()
    assert len(forger.sent) >= PAYMENTS
    for raw, headers in forger.sent:
        assert not world.examined(raw, headers).verified
    for (raw, _), (_, headers) in zip(world.sent, world.sent[1:], strict=False):
        is_signed_inside = not world.adapter.signature_headers  # a callback of Alipay has its signature in the body
        assert is_signed_inside or not world.examined(raw, headers).verified


async def test_the_first_key_is_of_no_use_once_the_shop_has_dropped_it(name: str) -> None:
    world = ROTATING[name]()
    await make(world)
    dropped = world.secrets[1:]
    verified = [examine(world.adapter, *sent, dropped, world.now).verified for sent in world.sent]
    assert verified.count(False) >= AT_A_TIME
    assert all(verified[-(PAYMENTS - ENDS - AT_A_TIME) :])
    assert not any(examine(world.adapter, *sent, (), world.now).verified for sent in world.sent)
