"""Tests of goods by a testing body that a dispute waits for, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.disputes import DisputeEvent
from aftercare_events.catalogue.hearings import DisputeSide
from aftercare_events.event import EventPart
from aftercare_events.fields import (
    Carrier,
    Code,
    Currency,
    DeadlineAt,
    Id,
    LineId,
    Minor,
    PreviousCarrier,
    PreviousWaybillNo,
    Quantity,
    WaybillNo,
)
from aftercare_events.vocabulary import Vocabulary, one_of


class LabTestState(Vocabulary):
    """The states of a test."""

    SAMPLE_AWAITED = "sample_awaited", "one side has to send the sample"
    SAMPLE_SENT = "sample_sent", "the sample is on its way to the testing body"
    AT_LAB = "at_lab", "the testing body has the sample"
    REPORTED = "reported", "ended: there is a report"
    SAMPLE_LATE = "sample_late", "ended: no sample was sent in time, which counts against who should have sent it"
    SAMPLE_LOST = "sample_lost", "ended: the sample has not arrived"
    REPORT_LATE = "report_late", "ended: there was no report in time; it may still follow"
    CANCELLED = "cancelled", "ended by the platform, or with the dispute"


class LabQuestion(Vocabulary):
    """What the testing body is asked about the goods."""

    DEFECTIVE = "defective", "whether they have a defect"
    GENUINE = "genuine", "whether they are genuine"
    USED = "used", "whether they were used"
    DAMAGED_IN_TRANSIT = "damaged_in_transit", "whether they were damaged on their way"


class LabAnswer(Vocabulary):
    """What a report says to a question."""

    YES = "yes", "yes"
    NO = "no", "no"
    INCONCLUSIVE = "inconclusive", "the testing body cannot tell"


class CostAdvance(Vocabulary):
    """Who advances the cost of a test."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"
    PLATFORM = "platform", "the platform"


class SampleLine(EventPart):
    """Units of a line that are tested."""

    line_id: LineId
    quantity: Annotated[Quantity, Field(description="how many units")]


class LabResult(EventPart):
    """What the report says to one question."""

    question: Annotated[Code, one_of(LabQuestion, "what was asked")]
    answer: Annotated[Code, one_of(LabAnswer, "what the report says")]


class DisputeTestEvent(DisputeEvent):
    """What every event of a test carries."""

    test_id: Annotated[Id, Field(description="the test")]
    test_state: Annotated[Code, one_of(LabTestState, "the state of the test after this event")]


class DisputeTestOrdered(DisputeTestEvent):
    """The platform ordered a test; one side has to send the sample in time."""

    matter: Code = "dispute_test_order"
    testing_body_id: Annotated[Id, Field(description="the testing body")]
    sender: Annotated[Code, one_of(DisputeSide, "the side that has to send the sample")]
    lines: Annotated[tuple[SampleLine, ...], Field(description="the units that are tested")]
    questions: Annotated[tuple[Code, ...], Field(description="what is asked about them: codes of LabQuestion")]
    advanced_by: Annotated[Code, one_of(CostAdvance, "who advances the cost; a verdict decides who bears it")]
    cost_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class DisputeSampleSent(DisputeTestEvent):
    """The sample is on its way to the testing body, or the waybill of its parcel was corrected."""

    matter: Code = "dispute_sample_shipment"
    by: Annotated[Code, one_of(DisputeSide, "the side that sent it")]
    carrier: Carrier
    waybill_no: WaybillNo
    previous_carrier: PreviousCarrier = None
    previous_waybill_no: PreviousWaybillNo = None
    deadline_at: DeadlineAt = None


class DisputeSampleReceived(DisputeTestEvent):
    """The testing body has the sample, and has to report in time."""

    matter: Code = "dispute_sample_receipt"
    deadline_at: DeadlineAt = None


class DisputeTestReported(DisputeTestEvent):
    """There is a report, by its hash in `evidence`; the platform reviews the dispute again."""

    matter: Code = "dispute_test_report"
    results: Annotated[tuple[LabResult, ...], Field(description="what the report says, in the order of the questions")]
    deadline_at: DeadlineAt = None


class DisputeTestEnded(DisputeTestEvent):
    """The test ended without a report."""

    matter: Code = "dispute_test_end"
    against: Annotated[
        Code | None, one_of(DisputeSide, "the side against which it counts that no sample was sent; absent: no side")
    ] = None
    deadline_at: DeadlineAt = None
