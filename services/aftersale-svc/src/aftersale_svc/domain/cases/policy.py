"""Decisions about a case besides its state table."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, EvidenceNeed, Reason
from aftersale_svc.domain.cases.errors import (
    DescriptionMissing,
    EvidenceRequired,
    QuestionOpen,
    ReasonNotReached,
    ReasonUnsuitable,
    StageNotReached,
    StageUnsuitable,
)
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.money_holds.errors import FastExchangeNotAllowed
from aftersale_svc.domain.cases.price_grants.errors import PriceNotLower, PricesMissing, PricesUnused
from aftersale_svc.domain.cases.reasons import REASONS, is_selectable, selectable_reasons, suits
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.terms import OWN, term_of
from aftersale_svc.domain.cases.types import ENDED, TYPES, TypeRow
from aftersale_svc.domain.currencies import PriceCurrencyForeign, check_currency
from aftersale_svc.domain.merchant_settings.model import SettingKind, used
from aftersale_svc.domain.orders.model import Order, Stage

_LATER = {
    Stage.PRE_SHIP: frozenset({Stage.IN_TRANSIT, Stage.POST_RECEIPT}),
    Stage.IN_TRANSIT: frozenset({Stage.POST_RECEIPT}),
    Stage.POST_RECEIPT: frozenset[Stage](),
}

PRICE_PROOF = (EvidenceKind.PHOTO, EvidenceKind.DOCUMENT)
"""What shows another price."""


def check_needs(type_: TypeRow, order: Order, stage: Stage, request: Request, *, by_buyer: bool = False) -> None:
    """Refuse a request for goods of the order at this stage that does not meet what its type and its reason need.

    Raises:
        StageUnsuitable, StageNotReached: see `check_stage`.
        ReasonUnsuitable, ReasonNotReached: see `check_reason`.
        EvidenceRequired: the type or the reason needs evidence and there is none.
        DescriptionMissing: the type needs words and there are none.
        PricesMissing, PricesUnused, PriceNotLower, PriceCurrencyForeign: see `_check_prices`.
    """
    check_stage(type_, order, stage)
    check_reason(type_, order, stage, request.reason, by_buyer=by_buyer)
    if evidence_need(type_, request.reason, required_reasons(order)) is EvidenceNeed.REQUIRED and not request.evidence:
        raise EvidenceRequired(pointer="/evidence")
    if type_.needs_description and not request.description:
        raise DescriptionMissing(pointer="/description")
    _check_prices(type_, order, request)


def _check_prices(type_: TypeRow, order: Order, request: Request) -> None:
    for place, wanted in enumerate(request.lines):
        prices, pointer = wanted.prices, f"/lines/{place}/checked_price"
        if prices is None:
            if type_.needs_prices:
                raise PricesMissing(pointer=pointer)
            if wanted.lone_price is not None:
                raise PricesUnused(pointer=f"/lines/{place}/{wanted.lone_price}")
            continue
        if not type_.needs_prices:
            raise PricesUnused(pointer=pointer)
        for currency in prices.currencies:
            check_currency(currency, order.currency, pointer, PriceCurrencyForeign)
        if prices.checked_minor >= prices.reference_minor:
            raise PriceNotLower(pointer=pointer)


def check_stage(type_: TypeRow, order: Order, stage: Stage, *, among: Collection[CaseType] = TYPES) -> None:
    """Refuse a type of case that is not for goods of the order at this stage. `among` are the types that may be named instead.

    Raises:
        StageUnsuitable: the type is not for goods at this stage.
        StageNotReached: nor is it, but it is at a later one; the events of the order may still be on their way.
    """
    if type_.stage(stage) in type_.stages:
        return
    allowed = types_at(stage, among)
    if type_.stages & _LATER[stage]:
        raise StageNotReached(pointer="/type", awaits=order.id, stage=stage, allowed=allowed)
    raise StageUnsuitable(pointer="/type", stage=stage, allowed=allowed)


def types_at(stage: Stage, among: Collection[CaseType] = TYPES) -> list[CaseType]:
    """The types that are for goods at this stage, without those that a merchant has to allow."""
    rows = [(name, row) for name, row in TYPES.items() if name in among and not row.replacement_first]
    return [name for name, row in rows if row.stage(stage) in row.stages]


def check_reason(
    type_: TypeRow,
    order: Order,
    stage: Stage,
    reason: Reason,
    *,
    pointer: str = "/reason",
    by_buyer: bool = False,
) -> None:
    """Refuse a reason that a request of this type cannot give for goods of the order at this stage. `pointer` is the field
    of the body that the refusal is about.

    Raises:
        ReasonUnsuitable: the reason does not suit the type, cannot be true at this stage, or is not the buyer's to give (`by_buyer`).
        ReasonNotReached: it cannot, but at a later one; the events of the order may still be on their way.
    """
    if is_selectable(reason, type_.name, type_.stage(stage), by_buyer=by_buyer):
        return
    allowed = selectable_reasons(type_.name, type_.stage(stage), by_buyer=by_buyer)
    later = REASONS[reason].stages & _LATER[type_.stage(stage)] & type_.stages
    if later and suits(type_.name, reason):
        raise ReasonNotReached(pointer=pointer, awaits=order.id, stage=stage, allowed=allowed)
    raise ReasonUnsuitable(pointer=pointer, stage=stage, allowed=allowed)


def check_permission(type_: TypeRow, order: Order, *, among: Collection[CaseType] = TYPES) -> None:
    """Refuse a type that sends goods before others are back, where the merchant does not do that. `among` as for `check_stage`.

    Raises:
        FastExchangeNotAllowed: it is not.
    """
    permission = order.setting(SettingKind.FAST_EXCHANGE)
    if type_.replacement_first and not (permission is not None and permission.content["allowed"]):
        allowed = [name for name in among if all(name in types_at(stage) for stage in type_.stages)]
        raise FastExchangeNotAllowed(pointer="/type", allowed=allowed)


def check_question(type_: TypeRow, order: Order, line_ids: Sequence[str]) -> None:
    """Refuse a second open question about a line. Raises: QuestionOpen, with the case in which to ask on."""
    for place, line_id in enumerate(line_ids):
        if type_.is_question and (known := (order.questions or {}).get(line_id)) is not None:
            raise QuestionOpen(pointer=f"/lines/{place}/line_id", case_id=known)


def permitted(case: Case, order: Order) -> Case:
    """The case with the versions of the settings that permit it: see `check_permission` and `terms.check_term`."""
    type_ = TYPES[case.type]
    fast = used(order.setting(SettingKind.FAST_EXCHANGE)) if type_.replacement_first else None
    terms = used(order.setting(SettingKind.SERVICE_TERMS)) if term_of(type_, case.reason) in OWN else None
    return replace(case, settings=[*(fast or ()), *(terms or ())] or None)


def evidence_kinds(type_: TypeRow, reason: Reason) -> tuple[EvidenceKind, ...]:
    """The kinds of files one of which a request of this type and for this reason needs; none where it needs no evidence."""
    return PRICE_PROOF if type_.needs_evidence else REASONS[reason].evidence_kinds


def evidence_need(type_: TypeRow, reason: Reason, required: Collection[str] = ()) -> EvidenceNeed:
    """Whether a request of this type and for this reason comes with evidence, where it is `required` for these reasons besides."""
    if type_.needs_evidence or reason in required:
        return EvidenceNeed.REQUIRED
    return REASONS[reason].evidence


def required_reasons(order: Order) -> list[str]:
    """The reasons for which the merchant of the order, else the platform, requires evidence."""
    setting = order.setting(SettingKind.REQUIRED_EVIDENCE)
    return [] if setting is None else list(setting.content["reasons"])


def in_dispute_window(case: Case, now: datetime, window_hours: float) -> bool:
    """Whether a case that was closed may still be disputed now, as far as the time goes."""
    return now <= dispute_window_end(case, window_hours)


def dispute_window_end(case: Case, window_hours: float) -> datetime:
    """Until when a case that was closed may be disputed."""
    return (case.ended_at or case.updated_at) + timedelta(hours=window_hours)


def with_end(before: Case, after: Case, now: datetime) -> Case:
    """The case that has changed its state, with when it ended. One that a dispute has stopped when it was closed, and that is closed
    again without a verdict, ended when it was closed first: a complaint that is withdrawn gives no time for another."""
    if after.state not in ENDED:
        return after
    resumed = before.frozen_state is after.state and before.close_cause is after.close_cause
    return after if resumed and before.ended_at is not None else replace(after, ended_at=now)
