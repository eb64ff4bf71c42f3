"""Tests of goods by a testing body, as they are sent and shown."""

from collections.abc import Mapping
from typing import Annotated

from aftercare_chassis.http.schemas import EachOnce, Id, In, Money, Out, Text, Time, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from aftersale_svc.domain.disputes.lab_tests import (
    CostAdvance,
    LabAnswer,
    LabQuestion,
    LabTest,
    LabTestOrder,
    LabTestState,
    SampleLine,
)
from aftersale_svc.domain.disputes.model import DisputeSide


class SampleLineIn(In):
    """Units of one line of the case that are tested."""

    line_id: Id
    """A line of the case."""
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    """How many units; at most those of the case."""


class LabTestIn(In):
    """What is tested, by whom, who sends the sample and who advances the cost."""

    model_config = example(
        lines=[{"line_id": "line_0196a3c85d1c70f4b8e2d4a6c8f0b2d4", "quantity": 1}],
        questions=["defective", "used"],
        testing_body_id="lab-1",
        sample_from="merchant",
        advanced_by="platform",
        cost={"amount": 30000, "currency": "CNY"},
    )

    lines: Annotated[list[SampleLineIn], Field(min_length=1, max_length=100)]
    """The units that are tested."""
    questions: Annotated[list[LabQuestion], Field(min_length=1, max_length=10), EachOnce()]
    """What is asked about them; each question once."""
    testing_body_id: Id
    """The testing body: `GET /v1/testing-bodies`."""
    sample_from: DisputeSide
    """The side that has the goods and sends them in."""
    advanced_by: CostAdvance
    """Who pays the testing body at first. A verdict decides who bears the cost."""
    cost: Money
    """What the test costs."""
    note: Text | None = None
    """For the timeline; both sides can read it."""

    def order(self) -> LabTestOrder:
        """What is ordered, as commands take it."""
        return LabTestOrder(
            lines=tuple(SampleLine(line_id=each.line_id, quantity=each.quantity) for each in self.lines),
            questions=tuple(self.questions),
            testing_body_id=self.testing_body_id,
            sender=self.sample_from,
            advanced_by=self.advanced_by,
            cost_minor=self.cost.amount,
            currency=self.cost.currency,
        )


class SampleIn(In):
    """The parcel that brings the sample to the testing body."""

    model_config = example(carrier="sf", waybill_no="SF1000000000003")

    carrier: CarrierInput
    waybill_no: WaybillInput
    note: Text | None = None
    """For the timeline; both sides can read it."""


class LabResultIn(In):
    """What the report says to one question."""

    question: LabQuestion
    """One of those that were asked."""
    answer: LabAnswer
    """What the report says."""


class LabReportIn(In):
    """The report of the testing body."""

    model_config = example(
        evidence_id="ev_0196a3c85d1c70f4b8e2d4a6c8f0b2d4",
        answers=[{"question": "defective", "answer": "yes"}, {"question": "used", "answer": "inconclusive"}],
    )

    evidence_id: Id
    """The file: announced for the order or the case with the kind `test_report`, uploaded, and accepted."""
    answers: Annotated[list[LabResultIn], Field(min_length=1, max_length=10)]
    """The answer to each question that was asked."""
    note: Text | None = None
    """For the timeline; both sides can read it."""

    def found(self) -> list[tuple[LabQuestion, LabAnswer]]:
        """The answers as commands take them."""
        return [(each.question, each.answer) for each in self.answers]


class TestingBodyOut(Out):
    """A testing body that the platform works with."""

    id: str
    """Identifies it."""
    name: str
    """Its name."""


class TestingBodiesOut(Out):
    """The testing bodies."""

    data: list[TestingBodyOut]
    """By their ids."""

    @classmethod
    def of(cls, bodies: Mapping[str, str]) -> "TestingBodiesOut":
        return cls(data=[TestingBodyOut(id=each, name=bodies[each]) for each in sorted(bodies)])


class SampleLineOut(Out):
    """Units of one line that are tested."""

    line_id: str
    """The line."""
    quantity: int
    """How many units."""


class LabResultOut(Out):
    """A question, and what the report says to it."""

    question: LabQuestion
    """What was asked."""
    answer: LabAnswer | None = None
    """What the report says; null where there is none."""


class LabTestOut(Out):
    """A test that was ordered in the dispute, and what has become of it."""

    id: str
    """Identifies the test: `test_…`."""
    state: LabTestState
    """How far it is. After `report_late` a report may still follow."""
    lines: list[SampleLineOut]
    """The units that are tested."""
    results: list[LabResultOut]
    """What was asked, and what the report says."""
    testing_body_id: str
    """The testing body."""
    testing_body: str
    """Its name."""
    sample_from: DisputeSide
    """The side that has to send the sample."""
    held_against: DisputeSide | None = None
    """The side that should have sent the sample, and did not in time; null otherwise."""
    advanced_by: CostAdvance
    """Who has advanced the cost."""
    cost: Money
    """What the test costs."""
    ordered_at: Time
    """When it was ordered."""
    carrier: str | None = None
    """The courier of the sample; null while nobody has named one."""
    waybill_no: str | None = None
    """The number of its parcel."""
    sent_at: Time | None = None
    """When it was sent."""
    received_at: Time | None = None
    """When the testing body had it."""
    report_id: str | None = None
    """The evidence file with the report; null where there is none."""
    report_sha256: str | None = None
    """The hash of the report."""
    ended_at: Time | None = None
    """When the test ended; null while it is open."""

    @classmethod
    def of(cls, row: LabTest) -> "LabTestOut":
        answers = row.answers or {}
        found = [{"question": LabQuestion(each), "answer": answers.get(each)} for each in row.questions]
        return cls(
            id=row.id,
            state=row.state,
            lines=[SampleLineOut(**line) for line in row.lines],
            results=[LabResultOut.model_validate(each) for each in found],
            testing_body_id=row.testing_body_id,
            testing_body=row.testing_body,
            sample_from=row.sender,
            held_against=row.held_against,
            advanced_by=row.advanced_by,
            cost=Money.of(row.cost_minor, row.currency),
            ordered_at=row.ordered_at,
            carrier=row.carrier,
            waybill_no=row.waybill_no,
            sent_at=row.sent_at,
            received_at=row.received_at,
            report_id=row.report_id,
            report_sha256=row.report_sha256,
            ended_at=row.ended_at,
        )
