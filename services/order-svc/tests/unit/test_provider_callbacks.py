"""The callbacks of each payment provider: verified on their raw bytes, and refused where anything is not as the provider sent it."""

from collections.abc import Mapping
from contextlib import suppress
from random import Random

import pytest
from aftercare_simulators.payment.methods import Method
from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.payments.port import Outcome
from provider_worlds import WORLDS, World, refund_of

ALTERATIONS = 2500
ENDED_OR_WAITING = (Outcome.PENDING, Outcome.SUCCEEDED)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param]()


async def test_duplicate_callbacks_report_the_same(world: World) -> None:
    world.behave(Method.DUPLICATE_CALLBACK)
    await world.pay()
    await world.settled()
    assert len(world.pushes) == 3
    first, second, third = world.pushes
    assert first.push_id == second.push_id
    assert first.content == third.content
    assert first.content is not None


async def test_a_callback_that_was_changed_or_is_old_is_not_verified(world: World) -> None:
    await world.pay()
    await world.settled()
    [(raw, headers)] = world.sent
    assert world.examined(raw, headers).verified
    changed = world.examined(raw.replace(b"1", b"2", 1), headers).rejection
    assert changed is not None
    assert changed.code == "signature_invalid"
    bare = world.examined(raw, {}).rejection if world.adapter.signature_headers else None
    assert bare is None or bare.code == "signature_missing"
    old = world.examined(raw, headers, late=2 * 24 * 3600).rejection
    assert old is not None
    assert old.code == "timestamp_out_of_tolerance"


def altered(chance: Random, raw: bytes, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """The callback with one byte changed, left out or added, in the body or in a header that proves it."""

    def change(text: bytes) -> bytes:
        at, byte = chance.randrange(len(text)), bytes([chance.randrange(33, 127)])
        return chance.choice(
            (text[:at] + byte + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + byte + text[at:])
        )

    if headers and chance.random() < 0.5:
        name = chance.choice(sorted(headers))
        return raw, {**headers, name: change(headers[name].encode()).decode()}
    return change(raw), dict(headers)


async def test_no_altered_callback_reports_anything_else(world: World) -> None:
    await world.pay()
    await world.settled()
    [(raw, sent)], [original] = world.sent, world.pushes
    headers, chance = {name: sent[name] for name in world.adapter.signature_headers}, Random(1)
    accepted = 0
    for _ in range(ALTERATIONS):
        push = world.examined(*altered(chance, raw, headers))
        # Some changes leave the content as it is, such as %2f in the place of %2F.
        assert not push.verified or push.content == original.content
        accepted += push.verified
    assert accepted < ALTERATIONS / 20


async def test_a_callback_for_another_address_is_not_verified(world: World) -> None:
    await world.pay()
    await world.settled()
    [(raw, headers)] = world.sent
    for name, make in WORLDS.items():
        other = make()
        if other.payment.provider != world.payment.provider:
            assert not other.examined(raw, headers).verified, name


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b"{", b"\xff\xfe", b'{"type":1}', b"a=%00&sign=%ff", b"[" * 5000],
    ids=["empty", "list", "null", "cut", "no text", "number", "form", "nested"],
)
async def test_what_is_no_callback_is_never_accepted(world: World, raw: bytes) -> None:
    await world.pay()
    await world.settled()
    [(_, headers)] = world.sent
    assert not world.examined(raw, headers).verified
    assert not world.examined(raw, dict.fromkeys(world.adapter.signature_headers, "\x00é=1,t=²,v1=")).verified
    with suppress(ValueError):
        assert world.adapter.parse(raw) is None


async def test_a_callback_that_is_refused_is_sent_again(world: World) -> None:
    if world.payment.provider == "simulator":
        pytest.skip("its secret is never replaced")
    world.use_unknown_key()
    await world.pay()
    await world.settled()
    (delivery,) = world.provider.callbacks.deliveries
    assert (delivery.tries, delivery.delivered) == (3, False)
    assert {push.verified for push in world.pushes} == {False}


@pytest.mark.parametrize("name", ["simulator", "stripe"])
async def test_a_refund_that_comes_back_is_reported_as_declined(name: str) -> None:
    world = WORLDS[name]()
    paid = await world.paid()
    await world.adapter.refund(paid, refund_of(paid, 9000))
    await world.settled()
    [payment] = world.provider.ledger.payments()
    [refund] = world.provider.ledger.refunds(payment.id)
    for _ in range(2):
        world.provider.reverse(refund.id)
    await world.settled()
    made, back = (push.content for push in world.pushes)
    assert made is not None
    assert back is not None
    assert (made.result.outcome, back.result.outcome) == (Outcome.SUCCEEDED, Outcome.DECLINED)
    assert (back.subject, back.subject_id, back.amount_minor) == (CallSubject.REFUND, made.subject_id, 9000)
    assert (await world.adapter.find(paid, refund_of(paid, 9000))).outcome is Outcome.DECLINED
