"""A case with the rows of its legs, and the facts that its guards judge."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import BY_VERDICT, CaseType, CloseCause, RefundState
from aftersale_svc.domain.cases.deposit_covers.model import DepositCover, DepositOfCase
from aftersale_svc.domain.cases.exchanges.model import RefusedGoods
from aftersale_svc.domain.cases.holders import Holder
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Inspection, Refund, Return
from aftersale_svc.domain.cases.money_holds.model import MoneyHold
from aftersale_svc.domain.cases.offers.model import Offer, OfferState
from aftersale_svc.domain.cases.offline_refunds.model import OfflineRefund
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.cases.repairs.model import Repair
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.cases.return_freights.model import ReturnFreight
from aftersale_svc.domain.cases.shares import positive
from aftersale_svc.domain.cases.stops import Stop
from aftersale_svc.domain.orders.model import Order, OrderState

R = TypeVar("R")
PLATFORM = frozenset({"agent", "arbitrator"})  # the roles of the platform that take part in cases


@dataclass(frozen=True, kw_only=True)
class FullCase:
    """A case, its lines as they were requested, and the rows that its legs keep, by their class.

    Where these were read: `stop` is what a disputed case waits for, `rejected_times` how often a line of a rejected one was, `disputes_left`
    how many disputes the buyer may still open, `held_by` which other cases have the units of a closed one by now. `has_neighbours`, of a locked case: others of its order wait for money; `has_returned_parcels`: some parcel of its order came back to the merchant (None of a new case: not read). `anomalies`: of its parcels. `overdue`: by when units of its lines were to leave (ISO 8601), where that was missed. `received_since`: since when the buyer has the goods, as far as it is known.
    """

    case: Case
    requested: tuple[CaseLine, ...] = ()
    # Any: each leg has a class of its own, which is the key.
    legs: Mapping[type[Any], tuple[Any, ...]] = field(default_factory=dict)
    stop: Stop | None = None
    has_neighbours: bool = False
    has_returned_parcels: bool | None = None
    rejected_times: int | None = None
    disputes_left: int | None = None
    held_by: tuple[Holder, ...] | None = None
    anomalies: tuple[dict[str, Any], ...] = ()
    overdue: Mapping[str, str] = field(default_factory=dict)
    received_since: datetime | None = None

    def rows_of(self, kind: type[R]) -> tuple[R, ...]:
        """The rows of this class."""
        return self.legs.get(kind, ())

    def keeping(self, *rows: object) -> "FullCase":
        """The case with these rows, which are of one class, in place of those that it had."""
        return replace(self, legs={**self.legs, type(rows[0]): rows}) if rows else self

    @cached_property
    def lines(self) -> tuple[CaseLine, ...]:
        """Its lines, with what an inspection found of each, or what was granted of its price."""
        found = {each.line_id: each for each in self.rows_of(Inspection)}
        received = {each["line_id"]: each["quantity"] for each in self.return_.received or ()}
        granted = {each.line_id: each.granted_minor for each in self.rows_of(PriceCheck)}
        lines = (_inspected(each, received.get(each.line_id), found.get(each.line_id)) for each in self.requested)
        return tuple(replace(line, accepted_minor=granted[line.line_id]) if granted else line for line in lines)

    def inspected(self, lines: Sequence[CaseLine]) -> "FullCase":
        """The case with what these lines have of an inspection."""
        return self.receiving(lines).keeping(
            *(
                Inspection(
                    case_id=line.case_id,
                    line_id=line.line_id,
                    accepted=line.refund_units,
                    accepted_minor=line.refund_minor,
                    grade=line.grade,
                    refuse_reason=line.refuse_reason,
                    photos=line.photos,
                )
                for line in lines
                if line.accepted is not None
            )
        )

    def receiving(self, lines: Sequence[CaseLine]) -> "FullCase":
        """The case with what these lines say of the contents of its parcel; nobody says so of a case without a return."""
        short = [
            {"line_id": each.line_id, "quantity": each.received_units}
            for each in lines
            if each.received_units < each.quantity
        ]
        if (short or None) == self.return_.received or not self.rows_of(Return):
            return self
        return self.keeping(replace(self.return_, received=short or None))

    @cached_property
    def return_(self) -> Return:
        """Its return; empty where nothing was sent back."""
        return next(iter(self.rows_of(Return)), Return(case_id=self.case.id))

    @property
    def return_freight(self) -> ReturnFreight | None:
        """What the buyer states to have paid for the return; None where nothing was stated."""
        return next(iter(self.rows_of(ReturnFreight)), None)

    @property
    def pickup(self) -> Pickup | None:
        """The pickup booked last; None where none was."""
        return next(iter(self.rows_of(Pickup)), None)

    @property
    def replacement(self) -> Replacement | None:
        """What the merchant sends to the buyer; None where that was not decided, or is owed no more."""
        return next((each for each in self.rows_of(Replacement) if each.returned_at is None), None)

    @property
    def repair(self) -> Repair | None:
        """What the merchant says of the repair; None before, and where a verdict has ordered something else than a repair."""
        return next(iter(self.rows_of(Repair)), None) if self.case.type is CaseType.REPAIR else None

    @property
    def money_hold(self) -> MoneyHold | None:
        """What is held for a replacement that is sent first; None where the buyer has not agreed to that."""
        return next(iter(self.rows_of(MoneyHold)), None)

    @property
    def is_hold_agreed(self) -> bool:
        """Whether the buyer has agreed to what is held, or was claimed; a hold that was released has to be agreed to again."""
        return self.money_hold is not None and self.money_hold.released_at is None

    @property
    def has_refused_goods(self) -> bool:
        """Whether the merchant has goods that go back to the buyer."""
        return bool(self.refused_units)

    @cached_property
    def refused_units(self) -> dict[str, int]:
        """The units that the merchant has and that go back to the buyer, by line: what was refused, or all of them where the case was
        closed without money or other goods for them, but for those that were sent back, or that nobody waits for any more.

        Empty where the merchant keeps them: a verdict has refunded them, their money went back with the order, or the buyer keeps a replacement.
        """
        owed = self.rows_of(OwedGoods)
        if self.rows_of(RefusedGoods) and not owed:
            return {}  # an earlier build has recorded the parcel alone
        gone = Counter[str]()
        for each in owed:
            gone.update(each.units if each.is_gone else {})
        return positive({line_id: units - gone[line_id] for line_id, units in self._refused.items()})

    def owing(self, goods: OwedGoods) -> "FullCase":
        """The case with this claim to refused goods, in place of what it knew of it."""
        return self.keeping(*(each for each in self.rows_of(OwedGoods) if each.id != goods.id), goods)

    @property
    def owed_goods(self) -> OwedGoods | None:
        """The refused goods that the merchant is to send; None where there are none."""
        return next((each for each in self.rows_of(OwedGoods) if each.waits_for_dispatch), None)

    @property
    def _refused(self) -> dict[str, int]:
        """The units that the merchant has had and that are the buyer's, by line, wherever they are."""
        if self.return_.delivered_at is None or self.case.close_cause is CloseCause.ORDER_CANCELLED:
            return {}
        by_verdict = self.refund is not None and self.refund.cause in BY_VERDICT
        if self._ended_for_nothing:
            return positive({line.line_id: line.received_units - line.returned_units for line in self.lines})
        if by_verdict or (self._is_replaced and self.money_hold is not None and self.money_hold.claimed_at is None):
            return {}
        inspected = bool(self.rows_of(Inspection))
        if not inspected and self.case.reject_reason is None:
            return {}
        return positive({each.line_id: each.refused_units if inspected else each.received_units for each in self.lines})

    @property
    def _ended_for_nothing(self) -> bool:
        """Whether what has arrived is all the buyer's: the case has ended with nothing for it, or a hold that was claimed has paid for it."""
        if self.case.state is CaseState.COMPLETED:
            claimed = self.money_hold is not None and self.money_hold.claimed_at is not None
            return claimed and not self.rows_of(Inspection)
        paid = self.is_refunded or self.deposit.paid_minor or self._is_replaced
        return self.case.state in (CaseState.CLOSED, CaseState.CANCELLED) and not paid

    @property
    def not_received(self) -> dict[str, int]:
        """The units that an inspection did not find in the parcel, by line: the merchant owes neither them nor their money."""
        return positive({line.line_id: line.quantity - line.received_units for line in self.lines})

    @property
    def _is_replaced(self) -> bool:
        """Whether goods were sent to the buyer."""
        return self.replacement is not None and self.replacement.shipped_at is not None

    @property
    def charge(self) -> Charge | None:
        """What the buyer has to pay; None where nothing was named."""
        return next(iter(self.rows_of(Charge)), None)

    @property
    def refund(self) -> Refund | None:
        """The refund decided last."""
        return next(iter(self.rows_of(Refund)), None)

    @cached_property
    def deposit(self) -> DepositOfCase:
        """What the merchant's deposit pays in the place of its refunds."""
        return DepositOfCase(self.rows_of(DepositCover), self.refund)

    @property
    def cover(self) -> DepositCover | None:
        """The claim on the deposit that bars another refund; None where there is none."""
        return self.deposit.cover

    @property
    def offline_refund(self) -> OfflineRefund | None:
        """What was stated last of a refund outside the payment provider; None where nothing was."""
        return next(iter(self.rows_of(OfflineRefund)), None)

    @property
    def settings(self) -> list[dict[str, Any]]:
        """What its merchant has set that it was decided by, as `used` has it."""
        last = () if self.refund is None else self.refund.settings or ()
        return [*(self.case.settings or ()), *(self.return_.settings or ()), *last]

    @property
    def offer(self) -> Offer | None:
        """The offer made last."""
        return max(self.rows_of(Offer), key=lambda offer: offer.number, default=None)

    @property
    def open_offer(self) -> Offer | None:
        """The offer that waits for an answer."""
        return self.offer if self.offer is not None and self.offer.state is OfferState.OPEN else None

    @property
    def is_refunded(self) -> bool:
        """Whether a refund of it was paid; the amount may be zero, as for a gift."""
        return self.case.paid_before_minor > 0 or self._last_is_paid

    @property
    def _last_is_paid(self) -> bool:
        return self.refund is not None and self.refund.state is RefundState.SUCCEEDED

    @property
    def refunded_minor(self) -> int:
        """What is back with the buyer by refunds, in minor units, be it by one that has failed after a part of it."""
        return self.paid_minor + self.deposit.refunded_in_part_minor

    @property
    def paid_minor(self) -> int:
        """What its refunds that have succeeded gave back, in minor units."""
        return self.case.paid_before_minor + (self.refund.back_minor if self.refund and self._last_is_paid else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the guards judge besides the row of the case. `order` is None where the command has not read it. `in_dispute_window`: the time to dispute
    a closed case is not over. `by_platform`: who acts belongs to the platform. `units_cancelled`: its order has cancelled units that it is about. `overdue`: the time of the merchant or of an agent has passed. `actor` is who acts, where that is judged, and `now` when.
    """

    full: FullCase
    order: Order | None = None
    in_dispute_window: bool = False
    by_platform: bool = False
    overdue: bool = False
    units_cancelled: bool = False
    actor: Actor | None = None
    now: datetime | None = None

    @property
    def order_cancelled(self) -> bool:
        """Whether the order is known to be cancelled."""
        return self.order is not None and self.order.state is OrderState.CANCELLED


def facts_for(full: FullCase, actor: Actor, now: datetime | None = None) -> CaseFacts:
    """What is known of a case that is shown to this actor, or in which it acts."""
    return CaseFacts(full=full, by_platform=actor.role in PLATFORM, actor=actor, now=now)


def _inspected(line: CaseLine, received: int | None, found: Inspection | None) -> CaseLine:
    if found is None:
        return line if received == line.received else replace(line, received=received)
    return replace(
        line,
        received=received,
        accepted=found.accepted,
        accepted_minor=found.accepted_minor,
        grade=found.grade,
        refuse_reason=found.refuse_reason,
        photos=found.photos,
    )
