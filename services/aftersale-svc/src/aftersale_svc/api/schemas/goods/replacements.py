"""What is sent to the routes of replacements, and replacements as they are shown."""

from aftercare_chassis.http.schemas import In, Out, Time, example
from aftercare_events.waybills import CarrierInput, WaybillInput

from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.cases.replacements.model import Replacement


class ShipReplacementIn(In):
    """The parcel that brings the replacement to the buyer."""

    model_config = example(carrier="zto", waybill_no="73100000000001")

    carrier: CarrierInput
    waybill_no: WaybillInput


class CorrectReplacementWaybillIn(In):
    """The parcel that brings the replacement to the buyer, in place of the one named before."""

    model_config = example(carrier="zto", waybill_no="73100000000002")

    carrier: CarrierInput
    waybill_no: WaybillInput


class ReportAnomalyIn(NoteIn):
    """What is wrong with the replacement."""

    model_config = example(anomaly="damaged", note="外壳破裂。")

    anomaly: ReplacementAnomaly
    """An agent decides what follows."""


class ReplacementOut(Out):
    """What the merchant sends to the buyer."""

    carrier: str | None = None
    """The code of the courier, such as `zto`; null until the replacement is sent."""
    waybill_no: str | None = None
    """The courier's number of the parcel; null until the replacement is sent."""
    shipped_at: Time | None = None
    """When the merchant recorded that it was sent; null before."""
    delivered_at: Time | None = None
    """When it arrived, as the courier reported; null before."""
    refund_offered_at: Time | None = None
    """Since when the buyer may take the money instead, because the replacement is late; null where it is not."""
    anomaly: ReplacementAnomaly | None = None
    """What the buyer reported of it; null where nothing was."""

    @classmethod
    def of(cls, replacement: Replacement | None) -> "ReplacementOut | None":
        """The replacement; None where none was decided."""
        return None if replacement is None else cls.model_validate(replacement)
