"""Our copy of after-sale cases and disputes, and the after-sale state that they give to an order and its lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from order_svc.domain.model import AfterSaleState


class CaseState(StrEnum):
    """The state of a case as far as the order needs it: open, done with its purpose, or ended without it."""

    OPEN = "open"
    DONE = "done"
    ENDED = "ended"


class DisputeState(StrEnum):
    """The state of a dispute as far as the order needs it."""

    OPEN = "open"
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An after-sale case. Events of the case change `state`, events of its dispute change `dispute_state`.

    `keeps_goods` is true where the goods stay where they are; `refunding` while a refund of the case is on its way.
    `case_type` is kept for builds before revision 0009. `not_received` is whether its buyer states that the goods did not arrive; None where
    that is not known.
    """

    id: str
    order_id: str
    case_type: str
    keeps_goods: bool | None
    state: CaseState
    refunding: bool = False
    dispute_id: str | None = None
    dispute_state: DisputeState | None = None
    not_received: bool | None = None


def completed(case: Case, *, keeps_goods: bool) -> Case:
    """The case with `keeps_goods` of its event, where a build before revision 0009 copied it without."""
    return case if case.keeps_goods is not None else replace(case, keeps_goods=keeps_goods)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """Units of one order line that a case is about.

    `held_quantity` counts those kept from shipment, `withdrawn_quantity` those refunded before shipment,
    `refunded_quantity` all that were refunded.
    """

    case_id: str
    line_id: str
    order_id: str
    quantity: int
    held_quantity: int = 0
    withdrawn_quantity: int = 0
    refunded_quantity: int = 0


_SEVERITY = {
    AfterSaleState.NONE: 0,
    AfterSaleState.DONE: 1,
    AfterSaleState.IN_AFTER_SALE: 2,
    AfterSaleState.IN_DISPUTE: 3,
}


def after_sale_state(case: Case) -> AfterSaleState:
    """The after-sale state that one case gives to its lines.

    Events of cases and of disputes come on two topics in any order, hence the two fields. An executed dispute does not end
    the case: the verdict may let it go on.
    """
    if case.dispute_state is DisputeState.OPEN:
        return AfterSaleState.IN_DISPUTE
    if case.state is CaseState.OPEN:
        return AfterSaleState.IN_AFTER_SALE
    done = case.state is CaseState.DONE or case.dispute_state is DisputeState.EXECUTED
    return AfterSaleState.DONE if done else AfterSaleState.NONE


def most_severe(states: Iterable[AfterSaleState]) -> AfterSaleState:
    """The most severe state: a dispute before an open case before a finished case; NONE where there is none."""
    return max(states, key=_SEVERITY.__getitem__, default=AfterSaleState.NONE)


def after_sale_states(cases: Iterable[Case], case_lines: Iterable[CaseLine]) -> Mapping[str, AfterSaleState]:
    """The after-sale state by line id, for the lines that any case is about."""
    by_case = {case.id: after_sale_state(case) for case in cases}
    by_line: dict[str, list[AfterSaleState]] = {}
    for each in case_lines:
        by_line.setdefault(each.line_id, []).append(by_case[each.case_id])
    return {line_id: most_severe(states) for line_id, states in by_line.items()}
