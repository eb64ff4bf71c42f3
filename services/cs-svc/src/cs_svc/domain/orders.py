"""The orders and after-sale cases of other services, as far as cs-svc knows them, and references to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cs_svc.domain.errors import CaseOfOtherOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """Our copy of an order: its parties and its state, which is shown and never compared."""

    id: str
    buyer_id: str
    merchant_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """Our copy of an after-sale case: its parties, its state, which is shown and never compared, and whether it has ended."""

    id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    state: str
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRequest:
    """Our copy of why a case was asked for."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGoods:
    """Our copy of what was ordered: the category of the lines, where they have the same one, and the total in minor units; None of an order
    that was copied by an earlier build."""

    id: str
    category: str | None
    total_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTurn:
    """Our copy of who has to act in a case, and until when; both None once nobody has to."""

    id: str
    turn: str | None
    due_at: datetime | None


class RefundProgress(StrEnum):
    """How far the refund of a case is."""

    REQUESTED = "requested"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRefund:
    """Our copy of the last refund of a case, in minor units."""

    id: str
    amount_minor: int
    currency: str
    state: RefundProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a conversation is about, as far as agents are chosen by it: the reason of its case, and the category of its order."""

    reason: str | None
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParcel:
    """Our copy of a parcel: its parties, its courier, and whether its way has ended with a courier that has had it."""

    id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    leg: str
    carrier: str
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReference:
    """What a conversation, complaint, feedback or rating refers to: an order, or one case of it."""

    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str

    @classmethod
    def to_order(cls, order: KnownOrder) -> "OrderReference":
        """The reference to an order as a whole."""
        return cls(order_id=order.id, case_id=None, buyer_id=order.buyer_id, merchant_id=order.merchant_id)

    @classmethod
    def to_case(cls, case: KnownCase, order_id: str | None = None) -> "OrderReference":
        """The reference to a case. `order_id` is the order that was named beside it, if any.

        Raises:
            CaseOfOtherOrder: the case belongs to another order.
        """
        if order_id is not None and order_id != case.order_id:
            raise CaseOfOtherOrder(pointer="/case_id")
        return cls(order_id=case.order_id, case_id=case.id, buyer_id=case.buyer_id, merchant_id=case.merchant_id)

    @property
    def subject_id(self) -> str:
        """The case where there is one, else the order."""
        return self.case_id or self.order_id
