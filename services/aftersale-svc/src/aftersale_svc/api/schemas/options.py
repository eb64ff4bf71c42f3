"""What may be asked for about the lines of an order, as it is shown."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from aftercare_chassis.http.schemas import Out, Time, example
from aftercare_chassis.refusals import Refusal
from pydantic import Field

from aftersale_svc.api.schemas.reason_groups import ReasonGroupOut, ReasonOut
from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import CaseType, Goods, Reason, Term
from aftersale_svc.domain.cases.policy import evidence_kinds, evidence_need, required_reasons
from aftersale_svc.domain.cases.reasons import GROUPS, REASONS, REASONS_VERSION, selectable_reasons
from aftersale_svc.domain.cases.terms import Terms, term_of
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.options import LineOptions, Option, OrderOptions
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.wording.service_terms import term_text

_DEFECT = {
    "code": "quality_defect",
    "label": {"zh_cn": "质量问题或瑕疵", "en": "A defect or flaw"},
    "liable": "seller",
    "evidence": "advised",
    "evidence_needed": ["photo", "video"],
    "is_warranty": True,
    "since": 1,
    "term": "window",
}
_EXAMPLE = {
    "order_id": "ord_0196a3c85d1c70f4b8e2d4a6c8f0b2d4",
    "stage": "in_transit",
    "terms": [
        {
            "term": "window",
            "ends_at": "2026-03-10T09:00:00Z",
            "is_over": False,
            "message": {
                "zh_cn": "售后申请期限至 2026-03-10 17:00 Asia/Shanghai",
                "en": "The after-sale window: until 2026-03-10 17:00 Asia/Shanghai",
            },
        }
    ],
    "reasons_version": 1,
    "required_evidence": [],
    "types": [
        {
            "type": name,
            "goods": goods,
            "reasons": [
                {
                    "code": "not_as_promised",
                    "label": {"zh_cn": "商品与承诺不符", "en": "Not as promised"},
                    "reasons": [_DEFECT | payer],
                }
            ],
        }
        for name, goods, payer in (
            ("return_refund", "return", {"return_freight_payer": "seller"}),
            ("refund_only", "keep", {}),
        )
    ],
    "lines": [
        {
            "line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37",
            "sku": "KETTLE-1",
            "quantity": 3,
            "selectable_quantity": 2,
            "options": [
                {"type": "return_refund", "allowed": True, "selectable_quantity": 2},
                {"type": "refund_only", "allowed": True, "selectable_quantity": 2},
            ],
            "stages": [{"stage": "pre_ship", "quantity": 1}, {"stage": "in_transit", "quantity": 2}],
            "parcels": [
                {
                    "parcel_id": "parcel_0196a3c85d1e7b2f9a4c6e8d0b1f2a39",
                    "carrier": "zto",
                    "waybill_no": "73000000000001",
                    "stage": "in_transit",
                    "quantity": 2,
                    "refusable_quantity": 2,
                }
            ],
        },
        {
            "line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a38",
            "sku": "CUP-1",
            "quantity": 1,
            "selectable_quantity": 0,
            "options": [
                {
                    "type": name,
                    "allowed": False,
                    "selectable_quantity": 0,
                    "why_not": {
                        "code": "units_in_live_case",
                        "message": {
                            "zh_cn": "这些商品已有进行中的售后单（空闲数量 0）。",
                            "en": "These units are in another case that is not finished (0 are free).",
                        },
                    },
                }
                for name in ("return_refund", "refund_only")
            ],
            "stages": [{"stage": "pre_ship", "quantity": 1}],
            "parcels": [],
        },
    ],
}


class TypeReasonsOut(Out):
    """A type of case, and the reasons for which it may be asked for at this stage."""

    type: CaseType
    """The `type` of the request."""
    goods: Goods
    """What happens to the goods: `return` sends them back first, `keep` does not, `exchange` sends others for them, `repair` the same ones; with `none`
    it is no matter of the case."""
    reasons: list[ReasonGroupOut]
    """Empty where the type cannot be asked for at this stage."""


class WhyNotOut(Out):
    """The refusal that a request would get now."""

    code: str
    """The `code` of the refusal, such as `units_in_live_case`."""
    message: BilingualOut
    """Its `detail`, in both languages."""

    @classmethod
    def of(cls, refusal: Refusal | None) -> "WhyNotOut | None":
        if refusal is None:
            return None
        message = BilingualOut(zh_cn=refusal.detail("zh-CN"), en=refusal.detail("en"))
        return cls(code=refusal.code, message=message)


WhyNot = Callable[[Refusal | None], WhyNotOut | None]
"""`WhyNotOut.of`, which keeps what it has returned: the lines of an order have the same refusals."""


class OptionOut(Out):
    """One type of case, and whether it may be asked for now about units of the line."""

    type: CaseType
    """The `type` of the request; its reasons are in `types`."""
    allowed: bool
    """Whether a request is accepted for up to `selectable_quantity` units, with a reason that `types` has for this type, or one of `reasons` where
    these are there."""
    selectable_quantity: int
    """The most units that a case of this type may be about; 0 where it is not allowed."""
    reasons: list[Reason] | None = Field(default=None, exclude_if=lambda value: value is None)
    """Which of the reasons that `types` has for this type may be given for this line now, where the time of others is over; absent where all
    may."""
    why_not: WhyNotOut | None = Field(default=None, exclude_if=lambda value: value is None)
    """Why it is not allowed; absent where it is."""

    @classmethod
    def of(cls, option: Option, why_not: WhyNot) -> "OptionOut":
        return cls(
            type=option.type,
            allowed=option.refusal is None,
            selectable_quantity=option.units,
            reasons=None if option.reasons is None else list(option.reasons),
            why_not=why_not(option.refusal),
        )


class StageUnitsOut(Out):
    """How many units of a line are at a stage now."""

    stage: Stage
    """Where they are."""
    quantity: int
    """How many of the units that were bought, whatever cases there are about them; not those that were cancelled before they left."""


class LineParcelOut(Out):
    """A parcel to the buyer with units of the line."""

    parcel_id: str
    """The parcel, as order-svc shows it; a claim on its courier names it."""
    carrier: str
    """The code of the courier, such as `zto`."""
    waybill_no: str
    """The courier's number of the parcel."""
    stage: Stage
    """Where it is: `in_transit`, or `post_receipt` once it has arrived."""
    quantity: int
    """How many units of the line are in it."""
    refusable_quantity: int
    """The most units of it that a `refused_delivery` may be about: none once it has arrived, and none that a case waits for."""


class LineOptionsOut(Out):
    """A line of the order, and each type of case for it."""

    line_id: str
    """The line of the order, as order-svc shows it."""
    sku: str
    """The merchant's article number."""
    quantity: int
    """How many units were bought."""
    selectable_quantity: int
    """The most units that a new case may take: those in no open case that were not refunded. 0 where no option is allowed that
    takes any; a question (`consult`) takes none, and may be about all."""
    options: list[OptionOut]
    """Each type of case once."""
    stages: list[StageUnitsOut]
    """Where the units are that were bought: several stages where they were sent in several parcels."""
    parcels: list[LineParcelOut]
    """The parcels that they were sent in, newest first. All units of a `refused_delivery` are in one of them."""
    window_ends_at: Time | None = None
    """When the window of this line ends: later than that of the order where a case about it was completed last."""
    warranty_ends_at: Time | None = None
    """When the warranty of this line ends, by what was stated with it, else as set; null before the receipt, and where there is none."""

    @classmethod
    def of(cls, line: LineOptions, terms: Terms, why_not: WhyNot) -> "LineOptionsOut":
        return cls(
            line_id=line.balance.line_id,
            sku=line.balance.sku,
            quantity=line.balance.quantity,
            selectable_quantity=line.selectable_units,
            options=[OptionOut.of(option, why_not) for option in line.options],
            stages=[StageUnitsOut(stage=stage, quantity=units) for stage, units in line.units_by_stage.items()],
            parcels=[
                LineParcelOut(
                    parcel_id=each.parcel_id,
                    carrier=each.carrier,
                    waybill_no=each.waybill_no,
                    stage=line.stage_of(each),
                    quantity=each.quantity,
                    refusable_quantity=each.refusable_units,
                )
                for each in line.parcels
            ],
            window_ends_at=terms.end_of(Term.WINDOW, line.balance.line_id),
            warranty_ends_at=_warranty_end(terms, line.balance.line_id),
        )


def _warranty_end(terms: Terms, line_id: str) -> datetime | None:
    return terms.end_of(Term.WARRANTY, line_id) if terms.days_of(line_id) else None


class TermOut(Out):
    """A term in which something can be asked for once the goods were received."""

    term: Term
    """Identifies the term; each reason names its own."""
    ends_at: Time | None = None
    """When it ends; null where it has no end, or has not begun."""
    is_over: bool
    """Whether nothing can be asked for in it any more."""
    message: BilingualOut
    """The same as people read it."""

    @classmethod
    def of(cls, terms: Terms, term: Term) -> "TermOut":
        message = BilingualOut.of(term_text(terms, term))
        return cls(term=term, ends_at=terms.end_of(term), is_over=terms.is_over(term), message=message)


class OrderOptionsOut(Out):
    """What may be asked for now about each line of an order, and why not the rest."""

    model_config = example(**_EXAMPLE)

    order_id: str
    """The order."""
    stage: Stage | None = None
    """Where the goods are; null for a cancelled order, about which nothing can be asked for."""
    window_ends_at: Time | None = None
    """When the after-sale window ends; null as long as the end is not set, which the receipt does."""
    terms: list[TermOut]
    """Until when something can be asked for: in the window, and by reasons that have terms of their own."""
    reasons_version: int
    """The version of the table of reasons; it increases with every change of the table."""
    required_evidence: list[Reason]
    """The reasons for which the merchant refuses a request without evidence; for each other one with `evidence_needed` it is advised."""
    types: list[TypeReasonsOut]
    """Every type of case once, with its reasons; they are the same for all lines that allow the type."""
    lines: list[LineOptionsOut]
    """Every line of the order, in its order."""

    @classmethod
    def of(cls, found: OrderOptions) -> "OrderOptionsOut":
        why_not = cache(WhyNotOut.of)
        return cls(
            order_id=found.order.id,
            stage=found.stage,
            window_ends_at=found.order.window_ends_at,
            terms=[TermOut.of(found.terms, term) for term in Term],
            reasons_version=REASONS_VERSION,
            required_evidence=[Reason(each) for each in required_reasons(found.order)],
            types=[_type(name, found.stage) for name in TYPES],
            lines=[LineOptionsOut.of(line, found.terms, why_not) for line in found.lines],
        )


@cache
def _type(name: CaseType, stage: Stage | None) -> TypeReasonsOut:
    # Cached: it depends on nothing else, and has some fifty objects.
    row = TYPES[name]
    of_case = None if stage is None else row.stage(stage)
    reasons = selectable_reasons(name, of_case) if of_case is not None and of_case in row.stages else []
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
