"""The types of cases and their reasons, as they may be asked for at a stage of an order."""

from functools import cache

from aftercare_chassis.http.schemas import Out

from aftersale_svc.api.schemas.cases.reason_groups import ReasonGroupOut, ReasonOut
from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import CaseType, Goods, Reason
from aftersale_svc.domain.cases.policy import evidence_kinds, evidence_need
from aftersale_svc.domain.cases.reasons import GROUPS, REASONS, selectable_reasons
from aftersale_svc.domain.cases.terms import term_of
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.orders.model import Stage


class TypeReasonsOut(Out):
    """A type of case, and the reasons for which it may be asked for at this stage."""

    type: CaseType
    """The `type` of the request."""
    goods: Goods
    """What happens to the goods: `return` sends them back first, `keep` does not, `exchange` sends others for them, `repair` the same ones; with `none`
    it is no matter of the case."""
    reasons: list[ReasonGroupOut]
    """Empty where the type cannot be asked for at this stage."""


@cache
def type_reasons(name: CaseType, stage: Stage | None, by_buyer: bool) -> TypeReasonsOut:
    """The type with the reasons that may be chosen at the stage, by the buyer or by others; none where it is None."""
    # Cached: it depends on nothing else, and has some fifty objects.
    row = TYPES[name]
    of_case = None if stage is None else row.stage(stage)
    if of_case is None or of_case not in row.stages:
        return TypeReasonsOut(type=name, goods=row.goods, reasons=[])
    reasons = selectable_reasons(name, of_case, by_buyer=by_buyer)
    return TypeReasonsOut(type=name, goods=row.goods, reasons=_groups(name, reasons))


def _groups(name: CaseType, reasons: list[Reason]) -> list[ReasonGroupOut]:
    by_group = {group: [each for each in reasons if REASONS[each].group is group] for group in GROUPS}
    return [
        ReasonGroupOut(
            code=group, label=BilingualOut.of(GROUPS[group]), reasons=[_reason(name, each) for each in members]
        )
        for group, members in by_group.items()
        if members
    ]


def _reason(name: CaseType, reason: Reason) -> ReasonOut:
    row, type_ = REASONS[reason], TYPES[name]
    return ReasonOut(
        code=reason,
        label=BilingualOut.of(row.label),
        liable=row.liable,
        return_freight_payer=row.freight_payer if type_.goods in (Goods.RETURN, Goods.EXCHANGE, Goods.REPAIR) else None,
        evidence=evidence_need(type_, reason),
        evidence_needed=list(evidence_kinds(type_, reason)),
        is_warranty=row.is_warranty,
        since=row.since,
        term=term_of(type_, reason),
    )
