"""Rows to judge, without any database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SYSTEM, Actor
from aftersale_svc.domain.codes import CaseType, OrderState, Reason, Stage
from aftersale_svc.domain.model import Case, Order, State

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Hours:
    review_hours: float = 48
    manual_review_hours: float = 24
    buyer_ship_hours: float = 168
    return_transit_hours: float = 360
    inspection_hours: float = 240
    rejected_hours: float = 168
    refund_hours: float = 24
    merchant_answer_hours: float = 48
    platform_review_hours: float = 72


@dataclass
class Occasion:
    """What a transaction is to the domain: who, when, how long."""

    actor: Actor = SYSTEM
    now: datetime = NOW
    settings: Any = field(default_factory=Hours)


@pytest.fixture
def on() -> Callable[..., Occasion]:
    def occasion(role: str = "system", now: datetime = NOW) -> Occasion:
        return Occasion(actor=Actor(f"{role}-1", role), now=now)

    return occasion


@pytest.fixture
def a_case() -> Callable[..., Case]:
    def case(state: State = State.PENDING_REVIEW, **more: Any) -> Case:
        facts: dict[str, Any] = {
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
            "deadline_at": NOW,
            "currency": "CNY",
            "requested_minor": 19133,
            "shipping_refund_minor": 0,
            "description": None,
            "evidence": [],
            "created_at": NOW,
            "updated_at": NOW,
        }
        return Case(**{**facts, **more})

    return case


@pytest.fixture
def an_order() -> Callable[..., Order]:
    def order(state: OrderState = OrderState.DELIVERED, **more: Any) -> Order:
        facts: dict[str, Any] = {
            "id": "ord_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "state": state,
            "currency": "CNY",
            "shipping_fee_minor": 800,
            "payment_id": None if state is OrderState.CREATED else "pay_1",
        }
        return Order(**{**facts, **more})

    return order
