"""Refusals are sentences for people: no code of a state or an action stands in them."""

import re

import pytest
from aftercare_chassis.lifecycle import IllegalTransition
from order_svc.domain import errors, names
from order_svc.domain.intercepts.lifecycle import INTERCEPT
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import OrderState
from order_svc.domain.partners.pushes import PUSH
from order_svc.domain.payments.charge_backs import CHARGE_BACK
from order_svc.domain.payments.lifecycle import PAYMENT, REFUND
from order_svc.domain.payments.statements import DIFFERENCE, DifferenceAction, DifferenceState
from order_svc.domain.recorded_ends import ParcelNotAwaited
from order_svc.domain.tracking import ParcelLeg, ParcelStatus

TABLES = (ORDER, INTERCEPT, PAYMENT, REFUND, CHARGE_BACK, PUSH, DIFFERENCE)


@pytest.fixture(autouse=True)
def _registered() -> None:
    names.register()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_and_action_has_its_names(table: object) -> None:
    codes = {code for pair in table.transitions for code in pair}  # type: ignore[attr-defined]
    for codes_of in {type(code) for code in codes}:
        assert set(codes_of) == names.NAMES[codes_of].keys()
        assert all(zh and en for zh, en in names.NAMES[codes_of].values())


def test_what_is_refused_is_written_in_words() -> None:
    for refusal in (
        errors.NotRefundable(state=OrderState.DELIVERED),
        errors.AfterSaleOpen(action=OrderAction.CHANGE_ADDRESS),
        errors.NotFullyShipped(action=OrderAction.CONFIRM_RECEIPT),
        IllegalTransition(state=OrderState.CREATED, action=OrderAction.SHIP, allowed=[OrderAction.MARK_PAID]),
        IllegalTransition(
            state=DifferenceState.EXPLAINED, action=DifferenceAction.EXPLAIN, allowed=[DifferenceAction.RESOLVE]
        ),
        *(ParcelNotAwaited(leg=leg, parcel_status=status) for leg in ParcelLeg for status in ParcelStatus),
    ):
        assert not re.search("[a-z]", refusal.detail("zh-CN")), refusal.detail("zh-CN")
        assert "_" not in refusal.detail("en")
