"""What may be asked for about the lines of an order, as it is shown."""

from functools import cache, partial

from aftercare_chassis.http.schemas import Out, Time, example

from aftersale_svc.api.schemas.cases.line_options import LineOptionsOut, OptionOut, WhyNotOut
from aftersale_svc.api.schemas.cases.type_reasons import TypeReasonsOut, type_reasons
from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import Reason, Term
from aftersale_svc.domain.cases.policy import required_reasons
from aftersale_svc.domain.cases.reasons import REASONS_VERSION
from aftersale_svc.domain.cases.terms import Terms
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.options import OrderOptions
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
                            "zh_cn": "这些商品已有进行中的售后单（case_0196a3c85d1e7b2f9a4c6e8d0b1f2a40；空闲数量 0）。",
                            "en": "These units are in another case that is not finished (case_0196a3c85d1e7b2f9a4c6e8d0b1f2a40; 0 are free).",
                        },
                        "cases": ["case_0196a3c85d1e7b2f9a4c6e8d0b1f2a40"],
                    },
                }
                for name in ("return_refund", "refund_only")
            ],
            "stages": [{"stage": "pre_ship", "quantity": 1}],
            "parcels": [],
        },
    ],
}


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
        # Most lines of an order have the same options; to build those takes longer than anything else here.
        option = cache(partial(OptionOut.of, why_not=cache(WhyNotOut.of)))
        return cls(
            order_id=found.order.id,
            stage=found.stage,
            window_ends_at=found.order.window_ends_at,
            terms=[TermOut.of(found.terms, term) for term in Term],
            reasons_version=REASONS_VERSION,
            required_evidence=[Reason(each) for each in required_reasons(found.order)],
            types=[type_reasons(name, found.stage, found.terms.by_buyer) for name in TYPES],
            lines=[LineOptionsOut.of(line, found.terms, option) for line in found.lines],
        )
