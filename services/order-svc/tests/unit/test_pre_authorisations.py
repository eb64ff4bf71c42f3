"""Alipay's pre-authorisations beside what all providers that authorise have in common: contracts, codes that wait, notifications."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from aftercare_simulators.payment.ledger import Status
from aftercare_simulators.payment.methods import Method
from order_svc.domain.payments.model import Payment, PaymentState
from order_svc.integrations.payments.alipay import Alipay, AlipayAccount
from order_svc.integrations.payments.port import Outcome, ProviderNotification
from provider_worlds import SHOP, AlipayWorld, keys

HELD = {"rest_amount": "295.00", "total_pay_amount": "0.00"}
UNFROZEN = {"rest_amount": "0.00", "total_pay_amount": "0.00"}
CAPTURED = {"rest_amount": "0.00", "total_pay_amount": "120.00"}


@pytest.fixture
def world() -> AlipayWorld:
    made = AlipayWorld()
    made.payment = replace(made.payment, authorised_minor=made.payment.amount_minor)
    return made


async def waiting(world: AlipayWorld) -> Payment:
    """The payment, whose code the buyer has not scanned."""
    world.behave(Method.UNPAID)
    asked = await world.pay()
    world.behave(None)
    assert asked.checkout is not None
    return replace(world.payment, checkout=asked.checkout)


async def test_a_merchant_without_the_contract_authorises_nothing(world: AlipayWorld) -> None:
    account = AlipayAccount(
        app_id=world.account.app_id, private_key=keys("merchant").private, public_keys=[keys("alipay 1").public]
    )
    adapter = Alipay(world.client(), url="http://alipay/gateway.do", callback_url=SHOP, account=account)
    assert (adapter.authorises, world.adapter.authorises) == (False, True)


async def authorised(world: AlipayWorld) -> Payment:
    await world.pay()
    await world.settled()
    world.pushes.clear()
    return replace(world.payment, state=PaymentState.CAPTURING, amount_minor=12000)


@pytest.mark.parametrize("failure", ["refused", "lost"])
async def test_a_declined_capture_whose_amount_stays_frozen_is_tried_again(world: AlipayWorld, failure: str) -> None:
    held = await authorised(world)
    world.behave(Method.DECLINED)
    world.app.state.unfreezes = failure
    assert (await world.adapter.capture(held)).outcome is Outcome.UNKNOWN
    found = await world.adapter.find(held)
    if failure == "lost":  # it was unfrozen: the capture had been declined
        assert (found.outcome, found.failure_code) == (Outcome.DECLINED, "declined")
        return
    assert found.outcome is Outcome.AUTHORISED
    world.app.state.unfreezes = None
    result = await world.adapter.capture(held)
    assert (result.outcome, result.failure_code) == (Outcome.DECLINED, "ACQ.BUYER_BALANCE_NOT_ENOUGH")
    await world.settled()
    assert [push.content for push in world.pushes] == [None], "what we unfreeze is no report"


async def test_a_code_that_nobody_has_scanned_waits_and_is_given_up(world: AlipayWorld) -> None:
    payment = await waiting(world)
    assert (await world.adapter.find(payment)).outcome is Outcome.PENDING
    assert (await world.adapter.close(payment)).outcome is Outcome.NOT_FOUND


async def test_what_a_buyer_freezes_of_a_payment_that_was_given_up_is_reported_and_unfrozen(world: AlipayWorld) -> None:
    payment = await waiting(world)
    await world.adapter.close(payment)
    for operation in world.provider.ledger.pending():
        await world.provider.complete(operation)
    (push,) = world.pushes
    assert push.content is not None
    assert push.content.result.outcome is Outcome.AUTHORISED
    held = replace(payment, provider_reference=push.content.result.reference)
    assert (await world.adapter.close(held)).outcome is Outcome.DECLINED
    assert [each.status for each in world.provider.ledger.payments()] == [Status.DECLINED]


async def test_a_buyer_who_is_refused_authorises_nothing(world: AlipayWorld) -> None:
    world.behave(Method.DECLINED)
    await world.pay()
    await world.settled()
    found = await world.adapter.find(world.payment)
    assert (found.outcome, found.failure_code) == (Outcome.DECLINED, "CLOSED")


@pytest.mark.parametrize(
    ("kind", "status", "amounts", "outcome"),
    [
        ("fund_auth_freeze", "SUCCESS", HELD, Outcome.AUTHORISED),
        ("fund_auth_freeze", "INIT", UNFROZEN, None),
        ("fund_auth_unfreeze", "SUCCESS", UNFROZEN, Outcome.DECLINED),
        ("fund_auth_unfreeze", "SUCCESS", HELD, None),
        ("fund_auth_unfreeze", "SUCCESS", CAPTURED, None),
    ],
    ids=["frozen", "not yet", "unfrozen", "unfrozen in part", "the rest unfrozen"],
)
def test_a_notification_reports_what_has_become_of_the_whole(
    world: AlipayWorld, kind: str, status: str, amounts: dict[str, str], outcome: Outcome | None
) -> None:
    names = {"out_order_no": world.payment.id, "out_request_no": "R1", "auth_no": "A1"}
    form = {**names, "notify_type": kind, "status": status, "total_freeze_amount": "295.00", **amounts}
    reported = world.adapter.parse(urlencode(form).encode())
    if outcome is None:
        assert reported is None
        return
    assert isinstance(reported, ProviderNotification)
    assert (reported.subject_id, reported.result.outcome, reported.amount_minor) == (world.payment.id, outcome, 29500)


@pytest.mark.parametrize("changes", [{"total_freeze_amount": "much"}, {"auth_no": "\n"}, {"rest_amount": "1.001"}])
def test_a_notification_that_cannot_be_read_names_the_field(world: AlipayWorld, changes: dict[str, str]) -> None:
    names = {"out_order_no": "pay_1", "out_request_no": "R1", "auth_no": "A1"}
    form = {
        **names,
        "status": "SUCCESS",
        "total_freeze_amount": "1.00",
        "notify_type": "fund_auth_unfreeze",
        **UNFROZEN,
        **changes,
    }
    with pytest.raises(ValueError, match=r"auth_no|no amount in yuan"):
        world.adapter.parse(urlencode(form).encode())
