"""The types of cases: each is one row with its legs, where their exits lead, what it holds and what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from aftercare_chassis.lifecycle import Lifecycle, TableError

from aftersale_svc.domain.cases.callers import open_to_callers
from aftersale_svc.domain.cases.codes import CaseType, Goods, Money
from aftersale_svc.domain.cases.composition import connected
from aftersale_svc.domain.cases.legs import fast_exchange
from aftersale_svc.domain.cases.legs.cancellation import CANCELLATION
from aftersale_svc.domain.cases.legs.consultation import CONSULTATION, ConsultationExit
from aftersale_svc.domain.cases.legs.exchange import EXCHANGE, ExchangeExit
from aftersale_svc.domain.cases.legs.goods_return import RETURN, ReturnExit
from aftersale_svc.domain.cases.legs.inspection import INSPECTION, REFUND_INSPECTION, InspectionExit, refusable
from aftersale_svc.domain.cases.legs.interruptions import DisputeExit, all_legs
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.legs.parts import PARTS
from aftersale_svc.domain.cases.legs.payments_back import with_payments_back
from aftersale_svc.domain.cases.legs.price_review import PRICE_REVIEW
from aftersale_svc.domain.cases.legs.refund import REFUND, RefundExit
from aftersale_svc.domain.cases.legs.refused_delivery import AGENT_REVIEW, REFUSED_DELIVERY, RefusedDeliveryExit
from aftersale_svc.domain.cases.legs.repair import REPAIR, REPAIR_EXITS, REPAIR_RETURN, RepairExit
from aftersale_svc.domain.cases.legs.reship import RESHIP, ReshipExit
from aftersale_svc.domain.cases.legs.review import REFUND_REVIEW, REVIEW, ReviewExit
from aftersale_svc.domain.cases.manual_reviews.rows import reviewed_by_one
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.type_changes.rows import changeable
from aftersale_svc.domain.deadlines.binding import BINDING
from aftersale_svc.domain.orders.model import Stage

ENDED = frozenset({CaseState.COMPLETED, CaseState.CLOSED, CaseState.CANCELLED})


@dataclass(frozen=True)
class TypeRow:
    """One type of case. It starts with the first of its legs; `exits` has where each exit of a leg leads.

    `goods` and `money` are what it is for, as its events carry it. While it is open it holds the units that it is about (`holds_units`)
    and their share of the money (`holds_money`), so that no other case gets them. It can be opened at these `stages`, with evidence where it
    `needs_evidence`, with words where it `needs_description`. One `before_shipment` is about units that have not left. One that `needs_prices`
    holds what its refund gives back from the decision on. With `by_outbound` the goods come back in the parcel that was sent, with
    `replacement_first` after the replacement, which a merchant has to allow.
    """

    name: str
    legs: tuple[Leg, ...]
    exits: Mapping[Exit, Leg | CaseState]
    goods: Goods
    money: Money
    holds_units: bool = True
    holds_money: bool = True
    stages: frozenset[Stage] = frozenset(Stage)
    needs_evidence: bool = False
    needs_description: bool = False
    needs_prices: bool = False
    before_shipment: bool = False
    by_outbound: bool = False
    replacement_first: bool = False

    @cached_property
    def is_question(self) -> bool:
        """Whether it asks for nothing that other cases could ask for as well."""
        return self.goods is Goods.NONE and self.money is Money.NONE

    def stage(self, stage: Stage) -> Stage:
        """The stage of a case of this type about goods of an order at `stage`."""
        return Stage.PRE_SHIP if self.before_shipment and stage is Stage.IN_TRANSIT else stage

    @cached_property
    def needs_shipped(self) -> bool:
        """Whether it is about units that have left."""
        return self.holds_units and Stage.PRE_SHIP not in self.stages

    @cached_property
    def can_change(self) -> bool:
        """Whether there are other types that hold the same of the order, units that have left and their money."""
        return self.holds_units and self.holds_money and not self.before_shipment

    @cached_property
    def goods_come_back(self) -> bool:
        """Whether the buyer sends the goods to the merchant."""
        return any(leg.name == RETURN.name for leg in self.legs)

    @cached_property
    def lifecycle(self) -> Lifecycle[CaseState, CaseAction]:
        """Its state table, composed of its legs.

        Raises:
            TableError: two legs have the same row, an exit and the legs do not fit together, a row that closes or escalates a case has no
                cause, or what `Lifecycle` finds, such as an unreachable state or one that is nobody's turn.
        """
        return _compose(self)


TYPES: dict[CaseType, TypeRow] = {
    CaseType.RETURN_REFUND: TypeRow(
        name=CaseType.RETURN_REFUND,
        legs=(REFUND_REVIEW, RETURN, REFUND_INSPECTION, REFUND),
        exits={
            ReviewExit.APPROVED: RETURN,
            ReviewExit.REFUND_ORDERED: REFUND,
            ReturnExit.ARRIVED: REFUND_INSPECTION,
            InspectionExit.ACCEPTED: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
            DisputeExit.RETURN_ORDERED: RETURN,
        },
        goods=Goods.RETURN,
        money=Money.REFUND,
        # Before shipment there is nothing that the buyer could send back.
        stages=frozenset({Stage.IN_TRANSIT, Stage.POST_RECEIPT}),
    ),
    CaseType.REFUND_ONLY: TypeRow(
        name=CaseType.REFUND_ONLY,
        legs=(REFUND_REVIEW, REFUND),
        exits={
            ReviewExit.APPROVED: REFUND,
            ReviewExit.REFUND_ORDERED: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
        },
        goods=Goods.KEEP,
        money=Money.REFUND,
    ),
    CaseType.CANCEL_UNSHIPPED: TypeRow(
        name=CaseType.CANCEL_UNSHIPPED,
        legs=(CANCELLATION, REFUND),
        exits={
            ReviewExit.APPROVED: REFUND,
            ReviewExit.REFUND_ORDERED: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
        },
        goods=Goods.KEEP,
        money=Money.REFUND,
        stages=frozenset({Stage.PRE_SHIP}),
        before_shipment=True,
    ),
    CaseType.CONSULT: TypeRow(
        name=CaseType.CONSULT,
        legs=(CONSULTATION,),
        exits={ConsultationExit.RESOLVED: CaseState.COMPLETED},
        goods=Goods.NONE,
        money=Money.NONE,
        holds_units=False,
        holds_money=False,
        needs_description=True,
    ),
    CaseType.RESHIP_PARTS: TypeRow(
        name=CaseType.RESHIP_PARTS,
        legs=(REVIEW, RESHIP, PARTS, REFUND),
        exits={
            ReviewExit.APPROVED: RESHIP,
            ReviewExit.REFUND_ORDERED: REFUND,
            ReshipExit.RECEIVED: CaseState.COMPLETED,
            ReshipExit.NO_REPLACEMENT: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
            DisputeExit.REPLACEMENT_ORDERED: RESHIP,
        },
        goods=Goods.KEEP,
        money=Money.NONE,
        # What has not left yet is shipped with the order.
        stages=frozenset({Stage.IN_TRANSIT, Stage.POST_RECEIPT}),
    ),
    CaseType.PRICE_ADJUST: TypeRow(
        name=CaseType.PRICE_ADJUST,
        legs=(PRICE_REVIEW, REFUND),
        exits={
            ReviewExit.APPROVED: REFUND,
            ReviewExit.REFUND_ORDERED: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
        },
        goods=Goods.NONE,
        money=Money.REFUND,
        # The goods stay with the buyer and can be sent back later; until it is decided, the money is not taken from that.
        holds_units=False,
        holds_money=False,
        needs_evidence=True,
        needs_prices=True,
    ),
    CaseType.REFUSED_DELIVERY: TypeRow(
        name=CaseType.REFUSED_DELIVERY,
        legs=(REFUSED_DELIVERY, AGENT_REVIEW, INSPECTION, REFUND),
        exits={
            RefusedDeliveryExit.BACK: INSPECTION,
            ReviewExit.APPROVED: REFUSED_DELIVERY,
            ReviewExit.REFUND_ORDERED: REFUND,
            InspectionExit.ACCEPTED: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
        },
        goods=Goods.RETURN,
        money=Money.REFUND,
        stages=frozenset({Stage.IN_TRANSIT}),
        by_outbound=True,
    ),
    CaseType.EXCHANGE: TypeRow(
        name=CaseType.EXCHANGE,
        legs=(REVIEW, RETURN, INSPECTION, RESHIP, EXCHANGE, REFUND),
        exits={
            ReviewExit.APPROVED: RETURN,
            ReviewExit.REFUND_ORDERED: REFUND,
            ReturnExit.ARRIVED: INSPECTION,
            InspectionExit.ACCEPTED: RESHIP,
            ReshipExit.RECEIVED: CaseState.COMPLETED,
            ReshipExit.NO_REPLACEMENT: REFUND,
            ExchangeExit.CREDIT_DUE: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
            DisputeExit.RETURN_ORDERED: RETURN,
            DisputeExit.REPLACEMENT_ORDERED: RESHIP,
        },
        goods=Goods.EXCHANGE,
        money=Money.NONE,
        stages=frozenset({Stage.IN_TRANSIT, Stage.POST_RECEIPT}),
    ),
    CaseType.REPAIR: TypeRow(
        name=CaseType.REPAIR,
        legs=(REVIEW, REPAIR_RETURN, REPAIR, RESHIP, REFUND),
        exits={
            ReviewExit.REFUND_ORDERED: REFUND,
            **REPAIR_EXITS,
            RepairExit.REFUND_TAKEN: REFUND,
            ReshipExit.RECEIVED: CaseState.COMPLETED,
            ReshipExit.NO_REPLACEMENT: REFUND,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
        },
        goods=Goods.REPAIR,
        money=Money.NONE,
        stages=frozenset({Stage.POST_RECEIPT}),
    ),
    CaseType.FAST_EXCHANGE: TypeRow(
        name=CaseType.FAST_EXCHANGE,
        legs=(*fast_exchange.LEGS, REFUND),
        exits={
            ReviewExit.REFUND_ORDERED: REFUND,
            InspectionExit.ACCEPTED: REFUND,
            **fast_exchange.EXITS,
            RefundExit.PAID: CaseState.COMPLETED,
            DisputeExit.AWARDED: REFUND,
        },
        goods=Goods.EXCHANGE,
        money=Money.NONE,
        stages=frozenset({Stage.POST_RECEIPT}),
        replacement_first=True,
    ),
}


def _compose(type_: TypeRow) -> Lifecycle[CaseState, CaseAction]:
    if type_.holds_units and not type_.holds_money:
        raise TableError(f"{type_.name} holds units without their money, which the next case about the line would get")
    legs = all_legs(type_.legs, type_.exits)
    table = connected(type_.name, legs, type_.exits)
    for add in (*((changeable,) if type_.can_change else ()), *_OF_ALL_TYPES):
        table = add(table)
    return Lifecycle(
        type_.name,
        initial=legs[0].entry,
        transitions=table,
        timeouts={state: timeout for leg in legs for state, timeout in leg.timeouts.items()},
        ends=ENDED,
        binding=BINDING,
    )


_OF_ALL_TYPES = (refusable, with_payments_back, reviewed_by_one, open_to_callers)
"""What the table of every type has besides the rows of its legs, in the order in which it is added."""
