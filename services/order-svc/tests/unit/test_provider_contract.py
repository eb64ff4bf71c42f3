"""What this service relies on of a payment provider, shown of each: the adapter's real code against the provider's simulator."""

import gzip
import logging
from datetime import datetime, time, timedelta

import httpx
import pytest
from aftercare_simulators.payment.ledger import Status
from aftercare_simulators.payment.methods import Method
from order_svc.domain.payments.model import CallSubject
from order_svc.domain.payments.statements import EntryKind
from order_svc.integrations.payments.alipay import statements as alipay_bill
from order_svc.integrations.payments.port import Outcome
from order_svc.integrations.payments.wechat_pay import statements as wechat_pay_bill
from provider_worlds import NOW, ROTATING, WORLDS, World, refund_of

ALTERATIONS = 2500
ENDED_OR_WAITING = (Outcome.PENDING, Outcome.SUCCEEDED)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param]()


def paid_back(world: World) -> int:
    """What went back, by the provider's own books."""
    return sum(world.provider.ledger.refunded(each.id, Status.SUCCEEDED) for each in world.provider.ledger.payments())


async def test_a_payment_is_made_reported_and_found(world: World) -> None:
    assert (await world.pay()).outcome in ENDED_OR_WAITING
    await world.settled()
    (push,) = world.pushes
    assert (push.verified, push.rejection) == (True, None)
    reported, found = push.content, await world.adapter.find(world.payment)
    assert reported is not None
    assert (reported.subject, reported.subject_id) == (CallSubject.PAYMENT, world.payment.id)
    assert (reported.amount_minor, reported.currency) == (29500, "CNY")
    assert reported.result.outcome is found.outcome is Outcome.SUCCEEDED
    assert reported.result.reference == found.reference
    assert found.reference


async def test_a_payment_that_is_not_made_is_found_as_declined(world: World) -> None:
    world.behave(Method.DECLINED)
    await world.pay()
    await world.settled()
    found = await world.adapter.find(world.payment)
    assert found.outcome is Outcome.DECLINED
    assert found.failure_code


async def test_a_payment_without_a_response_is_found_and_made_once(world: World) -> None:
    world.behave(Method.LOST_RESPONSE)
    for _ in range(2):
        assert (await world.pay()).outcome is Outcome.UNKNOWN
    assert (await world.adapter.find(world.payment)).outcome is Outcome.SUCCEEDED
    assert len(world.provider.ledger.payments()) == 1


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (httpx.ConnectError, Outcome.NOT_SENT),
        (httpx.ReadTimeout, Outcome.UNKNOWN),
        (httpx.Response(500, text="<html>"), Outcome.UNKNOWN),
        (httpx.Response(429, json={}), Outcome.UNKNOWN),
        (httpx.Response(200, text="<html>"), Outcome.UNKNOWN),
        (httpx.Response(200, json={}), Outcome.UNKNOWN),
        (httpx.Response(200, json=[]), Outcome.UNKNOWN),
    ],
    ids=["not reached", "no response", "failure", "too many requests", "no JSON", "empty", "list"],
)
async def test_what_the_network_does_is_an_outcome(
    world: World, failure: type[httpx.TransportError] | httpx.Response, outcome: Outcome
) -> None:
    paid = await world.paid()
    world.break_with(failure)
    assert (await world.pay()).outcome is outcome
    assert (await world.adapter.refund(paid, refund_of(paid, 100))).outcome is outcome
    for found in (await world.adapter.find(paid), await world.adapter.find(paid, refund_of(paid, 100))):
        assert found.outcome is Outcome.UNKNOWN
    world.break_with(None)
    assert (await world.adapter.find(paid)).outcome is Outcome.SUCCEEDED
    assert paid_back(world) == 0


@pytest.mark.parametrize("name", ROTATING)
async def test_a_wrong_configuration_ends_nothing(name: str) -> None:
    world = ROTATING[name]()
    paid = await world.paid()
    world.break_with(httpx.Response(401, json={"code": "SIGN_ERROR"}))
    assert (await world.pay()).outcome is Outcome.UNKNOWN
    assert (await world.adapter.refund(paid, refund_of(paid, 100))).outcome is Outcome.UNKNOWN
    assert (await world.adapter.find(paid)).outcome is Outcome.UNKNOWN


async def test_what_the_provider_does_not_have_is_not_found(world: World) -> None:
    assert (await world.adapter.find(world.payment)).outcome is Outcome.NOT_FOUND
    paid = await world.paid()
    assert (await world.adapter.find(paid, refund_of(paid, 1))).outcome is Outcome.NOT_FOUND


async def test_refunds_go_back_in_parts_until_nothing_is_left(world: World) -> None:
    paid = await world.paid()
    for number, amount in enumerate((19133, 9567, 800)):
        refund = refund_of(paid, amount, f"ref_{number}")
        for _ in range(2):
            assert (await world.adapter.refund(paid, refund)).outcome in ENDED_OR_WAITING
        await world.settled()
        assert (await world.adapter.find(paid, refund)).outcome is Outcome.SUCCEEDED
    assert paid_back(world) == 29500
    refused = await world.adapter.refund(paid, refund_of(paid, 1, "ref_9"))
    assert refused.outcome is Outcome.DECLINED
    assert refused.failure_code


async def test_a_refund_of_more_than_was_paid_is_declined(world: World) -> None:
    paid = await world.paid()
    assert (await world.adapter.refund(paid, refund_of(paid, 29501))).outcome is Outcome.DECLINED
    assert paid_back(world) == 0


async def test_a_refund_without_a_response_is_found(world: World) -> None:
    paid = await world.paid()
    world.behave(Method.REFUND_LOST_RESPONSE)
    refund = refund_of(paid, 29500)
    assert (await world.adapter.refund(paid, refund)).outcome is Outcome.UNKNOWN
    assert (await world.adapter.find(paid, refund)).outcome is Outcome.SUCCEEDED
    assert paid_back(world) == 29500


async def test_a_refund_that_is_declined(world: World) -> None:
    paid = await world.paid()
    world.behave(Method.REFUND_DECLINED)
    refund = refund_of(paid, 100)
    first = await world.adapter.refund(paid, refund)
    assert first.outcome in (Outcome.PENDING, Outcome.DECLINED)
    await world.settled()
    found = await world.adapter.find(paid, refund)
    assert found.outcome is Outcome.DECLINED or (first.outcome, found.outcome) == (Outcome.DECLINED, Outcome.NOT_FOUND)
    assert paid_back(world) == 0


async def test_a_payment_that_the_buyer_does_not_make_is_given_up(world: World) -> None:
    if world.payment.provider == "simulator":
        pytest.skip("this provider ends every payment by itself")
    world.behave(Method.UNPAID)
    first = await world.pay()
    assert first.outcome is Outcome.PENDING
    closed = await world.adapter.close(world.payment)
    await world.settled()
    # Alipay has no trade before its code is scanned.
    assert closed.outcome is (Outcome.NOT_FOUND if world.payment.provider == "alipay" else Outcome.DECLINED)
    assert (await world.adapter.find(world.payment)).outcome is closed.outcome


async def test_a_payment_that_was_made_is_not_given_up(world: World) -> None:
    paid = await world.paid()
    assert (await world.adapter.close(paid)).outcome is Outcome.SUCCEEDED
    assert (await world.adapter.find(paid)).outcome is Outcome.SUCCEEDED


async def test_what_the_provider_does_not_have_is_not_given_up(world: World) -> None:
    assert (await world.adapter.close(world.payment)).outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("name", ROTATING)
async def test_the_provider_replaces_its_key(name: str) -> None:
    world = ROTATING[name]()
    paid = await world.paid()
    await world.rotate()
    refund = refund_of(paid, 100)
    assert (await world.adapter.refund(paid, refund)).outcome in ENDED_OR_WAITING
    await world.settled()
    assert (await world.adapter.find(paid, refund)).outcome is Outcome.SUCCEEDED
    assert {push.verified for push in world.pushes} <= {True}


async def test_the_statement_of_a_day_has_what_was_paid_and_paid_back(world: World) -> None:
    paid = await world.paid()
    for number, amount in enumerate((19133, 1)):
        await world.adapter.refund(paid, refund_of(paid, amount, f"ref_{number}"))
        await world.settled()
    entries = await world.adapter.statement(NOW.date())
    assert entries is not None
    assert [(e.kind, e.subject_id, e.amount_minor, e.currency) for e in entries] == [
        (EntryKind.PAYMENT, paid.id, 29500, "CNY"),
        (EntryKind.REFUND, "ref_0", 19133, "CNY"),
        (EntryKind.REFUND, "ref_1", 1, "CNY"),
    ]
    assert all(entry.reference for entry in entries)
    assert await world.adapter.statement(NOW.date() - timedelta(days=1)) == []


async def test_a_day_in_the_providers_time_zone_ends_at_its_midnight(world: World) -> None:
    zone = world.adapter.statement_zone
    midnight = datetime.combine(NOW.date(), time(), zone)
    world.now = midnight - timedelta(seconds=1)
    await world.paid()
    before, after = NOW.date() - timedelta(days=1), NOW.date()
    assert [len(await world.adapter.statement(day) or ()) for day in (before, after)] == [1, 0]


@pytest.mark.parametrize(
    "failure",
    [httpx.ReadTimeout, httpx.Response(500), httpx.Response(200, text="<html>"), httpx.Response(200, json={})],
    ids=["no response", "failure", "no JSON", "empty"],
)
async def test_without_a_statement_nothing_is_compared(
    world: World, failure: type[httpx.TransportError] | httpx.Response
) -> None:
    await world.paid()
    world.break_with(failure)
    assert await world.adapter.statement(NOW.date()) is None


@pytest.mark.parametrize("packed", [b"", b"PK", b"\x1f\x8b", b"<html>", gzip.compress(b"x", mtime=0)])
def test_a_bill_that_is_another_file_is_refused(packed: bytes) -> None:
    announced = wechat_pay_bill.Announcement(hash_type="SHA1", hash_value="00", download_url="http://x")
    with pytest.raises(ValueError, match=r"."):
        wechat_pay_bill.entries(packed, announced)
    with pytest.raises(ValueError, match=r"."):
        alipay_bill.entries(packed)


async def test_nothing_that_is_sent_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    paid = await world.paid()
    await world.adapter.refund(paid, refund_of(paid, 100))
    secrets = {"sk_test", "29500", world.payer_id or "sk_test"}
    logged = [record.getMessage() for record in caplog.records]
    assert [message for message in logged if any(secret in message for secret in secrets)] == []
