"""Rows to decide about, without a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor, SystemContext
from aftersale_svc.domain.cases.codes import CaseType, Reason, RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Refund
from aftersale_svc.domain.disputes.model import Dispute, DisputeState
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from aftersale_svc.domain.wording import names
from aftersale_svc.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = Settings.model_construct()


@pytest.fixture(autouse=True, scope="session")
def named() -> None:
    """Sentences write codes by their names, as in the service."""
    names.register()


@pytest.fixture
def acting() -> Callable[..., SystemContext]:
    """Who acts now: `acting("buyer")`, or the system."""

    def context(role: str = "system") -> SystemContext:
        return SystemContext(NOW, SETTINGS, Actor("system" if role == "system" else f"{role}-1", role))

    return context


@pytest.fixture
def a_case() -> Callable[..., Case]:
    def case(state: CaseState = CaseState.PENDING_REVIEW, **more: Any) -> Case:
        values: dict[str, Any] = {
            "id": "case_1",
            "version": 1,
            "order_id": "ord_1",
            "payment_id": "pay_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "applicant_id": "buyer-1",
            "type": CaseType.RETURN_REFUND,
            "reason": Reason.QUALITY_DEFECT,
            "stage": Stage.POST_RECEIPT,
            "state": state,
            "whose_turn": "merchant",
            "deadline_at": NOW + timedelta(hours=48),
            "currency": "CNY",
            "requested_minor": 19133,
            "shipping_refund_minor": 0,
            "description": None,
            "evidence": [],
            "pickup_ends_at": NOW,
            "created_at": NOW,
            "updated_at": NOW,
        }
        return Case(**{**values, **more})

    return case


@pytest.fixture
def an_order() -> Callable[..., Order]:
    def order(state: OrderState = OrderState.DELIVERED, **more: Any) -> Order:
        values: dict[str, Any] = {
            "id": "ord_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "state": state,
            "currency": "CNY",
            "shipping_fee_minor": 800,
            "payment_id": None if state is OrderState.CREATED else "pay_1",
        }
        return Order(**{**values, **more})

    return order


@pytest.fixture
def a_dispute() -> Callable[..., Dispute]:
    def dispute(state: DisputeState = DisputeState.PLATFORM_REVIEW, **more: Any) -> Dispute:
        values: dict[str, Any] = {
            "id": "dsp_1",
            "version": 1,
            "case_id": "case_1",
            "order_id": "ord_1",
            "complaint_id": "cmp_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "category": "unfair_rejection",
            "state": state,
            "whose_turn": "platform",
            "deadline_at": None,
            "evidence": [],
            "currency": "CNY",
            "created_at": NOW,
            "updated_at": NOW,
        }
        return Dispute(**{**values, **more})

    return dispute


@pytest.fixture
def a_refund() -> Callable[..., Refund]:
    def refund(state: RefundState = RefundState.REQUESTED, cause: RefundCause = RefundCause.APPROVAL) -> Refund:
        return Refund(
            id="ref_1",
            case_id="case_1",
            state=state,
            cause=cause,
            units_minor=19133,
            freight_minor=0,
            currency="CNY",
            requested_at=NOW,
            ended_at=None if state is RefundState.REQUESTED else NOW,
        )

    return refund


@pytest.fixture
def full(a_case: Callable[..., Case]) -> FullCase:
    """A return of two units that the merchant reviews."""
    line = CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=19133,
        line_units=2,
        line_paid_minor=19133,
        units_before=0,
    )
    return FullCase(case=a_case(deadline_at=NOW + timedelta(hours=48), shipping_refund_minor=800), requested=(line,))
