"""What may be asked for about one line of an order, and why not the rest, as it is shown."""

from collections.abc import Callable
from datetime import datetime

from aftercare_chassis.http.schemas import Out, Time
from aftercare_chassis.refusals import Refusal
from pydantic import Field

from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import CaseType, Reason, Term
from aftersale_svc.domain.cases.terms import Terms
from aftersale_svc.domain.options import LineOptions, Option
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.wording.service_terms import overdue_text


class WhyNotOut(Out):
    """The refusal that a request would get now."""

    code: str
    """The `code` of the refusal, such as `units_in_live_case`."""
    message: BilingualOut
    """Its `detail`, in both languages."""
    cases: list[str] | None = Field(default=None, exclude_if=lambda value: value is None)
    """With `units_in_live_case`: the open cases that hold units of the line; absent else."""

    @classmethod
    def of(cls, refusal: Refusal | None) -> "WhyNotOut | None":
        if refusal is None:
            return None
        message = BilingualOut(zh_cn=refusal.detail("zh-CN"), en=refusal.detail("en"))
        return cls(code=refusal.code, message=message, cases=refusal.facts.get("cases"))


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
    """Which of the reasons that `types` has for this type may be given for this line now, where the time of others is over, or the kind of its
    goods bars them; absent where all may."""
    other_reasons_why_not: WhyNotOut | None = Field(default=None, exclude_if=lambda value: value is None)
    """Why the other reasons may not be given, where the kind of the goods bars them: `final_sale_category`, or `not_late_yet` before the time that was promised; absent else."""
    why_not: WhyNotOut | None = Field(default=None, exclude_if=lambda value: value is None)
    """Why it is not allowed; absent where it is."""

    @classmethod
    def of(cls, option: Option, why_not: WhyNot) -> "OptionOut":
        return cls(
            type=option.type,
            allowed=option.refusal is None,
            selectable_quantity=option.units,
            reasons=None if option.reasons is None else list(option.reasons),
            other_reasons_why_not=why_not(option.others),
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
    """The parcel, as order-svc shows it; a claim on its courier names it, and so does a `refused_delivery` where several have refusable units."""
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
    anomalies: list[str] = Field(default_factory=list)
    """What is wrong with it now, such as `lost`; more codes may come."""
    suggested_reasons: list[Reason] = Field(default_factory=list)
    """The reasons to select beforehand, because of these anomalies; each may be given now with an option that is allowed."""


class OverdueOut(Out):
    """Units of a line that have not left, although the merchant's time to ship them is over."""

    ship_by_at: Time
    """By when they were to leave; where several times were missed, the first."""
    message: BilingualOut
    """The same as a sentence."""

    @classmethod
    def of(cls, since: datetime | None) -> "OverdueOut | None":
        if since is None:
            return None
        text = overdue_text(since)
        return cls(ship_by_at=since, message=BilingualOut(zh_cn=text.zh, en=text.en))


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
    overdue: OverdueOut | None = None
    """What has not left in time; null where nothing is overdue."""
    suggested_reasons: list[Reason] = Field(default_factory=list)
    """The reasons to select beforehand because of that; each may be given now with an option that is allowed. What the anomalies of a parcel
    suggest is with the parcel."""
    window_ends_at: Time | None = None
    """When the window of this line ends: later than that of the order where a case about it was completed last."""
    warranty_ends_at: Time | None = None
    """When the warranty of this line ends, by what was stated with it, else as set; null before the receipt, and where there is none."""

    @classmethod
    def of(cls, line: LineOptions, terms: Terms, shape: Callable[[Option], OptionOut]) -> "LineOptionsOut":
        return cls(
            line_id=line.balance.line_id,
            sku=line.balance.sku,
            quantity=line.balance.quantity,
            selectable_quantity=line.selectable_units,
            options=[shape(option) for option in line.options],
            stages=[StageUnitsOut(stage=stage, quantity=units) for stage, units in line.units_by_stage.items()],
            parcels=[
                LineParcelOut(
                    parcel_id=each.parcel_id,
                    carrier=each.carrier,
                    waybill_no=each.waybill_no,
                    stage=line.stage_of(each),
                    quantity=each.quantity,
                    refusable_quantity=each.refusable_units,
                    anomalies=list(line.anomalies.get(each.parcel_id, ())),
                    suggested_reasons=line.suggested(each),
                )
                for each in line.parcels
            ],
            overdue=OverdueOut.of(line.overdue_since),
            suggested_reasons=line.suggested_reasons,
            window_ends_at=terms.end_of(Term.WINDOW, line.balance.line_id),
            warranty_ends_at=_warranty_end(terms, line.balance.line_id),
        )


def _warranty_end(terms: Terms, line_id: str) -> datetime | None:
    return terms.end_of(Term.WARRANTY, line_id) if terms.days_of(line_id) else None
