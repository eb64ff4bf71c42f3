"""Tests of goods by a testing body 检测: ordered in a dispute, which waits for the sample and then for the report."""

from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from fastapi import APIRouter

from aftersale_svc.api.disputes.disputes import NOT_TO_DECIDE
from aftersale_svc.api.parameters import DisputeId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.disputes.disputes import DisputeOut
from aftersale_svc.api.schemas.disputes.lab_tests import (
    LabReportIn,
    LabTestIn,
    SampleIn,
    TestingBodiesOut,
)
from aftersale_svc.api.steps import step
from aftersale_svc.commands.disputes import lab_tests, samples
from aftersale_svc.domain.cases.errors import LineTwice, LineUnknown, WaybillInUse, WaybillUnchanged
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.disputes.errors import PartyCannotDecide
from aftersale_svc.domain.disputes.lab_test_errors import (
    AnswersIncomplete,
    NoReportAwaited,
    ReportUnsuitable,
    SampleExceedsCase,
    SampleOfOtherSide,
    TestingBodyUnknown,
)
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
bodies = APIRouter(prefix="/v1/testing-bodies", tags=["disputes"], route_class=ApiRoute)
NO_NOTE = NoteIn()
_READERS = [require_role("buyer", "seller", "agent", "arbitrator", "admin")]


@bodies.get("", operation_id="listTestingBodies", dependencies=_READERS)
async def list_testing_bodies(reader: Read[Settings]) -> TestingBodiesOut:
    """List the testing bodies that the platform works with."""
    return TestingBodiesOut.of(reader.settings.testing_bodies)


@router.post(
    "/{dispute_id}/order-test",
    **step(
        [DISPUTE],
        DisputeAction.ORDER_TEST,
        "orderDisputeTest",
        *NOT_TO_DECIDE,
        TestingBodyUnknown,
        LineUnknown,
        LineTwice,
        SampleExceedsCase,
        CurrencyForeign,
    ),
)
async def order_test(dispute_id: DisputeId, body: LabTestIn, tx: Tx[Settings]) -> DisputeOut:
    """Order a test as the arbitrator or an administrator, in a review or in an appeal. The dispute waits for the sample and then for
    the report; a request for evidence that is open ends."""
    return DisputeOut.of(await lab_tests.order(tx, dispute_id, wanted=body.order(), note=body.note), tx)


@router.post(
    "/{dispute_id}/send-sample",
    **step([DISPUTE], DisputeAction.SEND_SAMPLE, "sendDisputeSample", SampleOfOtherSide, WaybillInUse),
)
async def send_sample(dispute_id: DisputeId, body: SampleIn, tx: Tx[Settings]) -> DisputeOut:
    """Name the parcel with the sample, as the side that has to send it. At its deadline the test ends, which counts against it."""
    sent = await samples.send(tx, dispute_id, carrier=body.carrier, waybill_no=body.waybill_no, note=body.note)
    return DisputeOut.of(sent, tx)


@router.post(
    "/{dispute_id}/correct-sample-waybill",
    **step(
        [DISPUTE],
        DisputeAction.CORRECT_SAMPLE_WAYBILL,
        "correctDisputeSampleWaybill",
        SampleOfOtherSide,
        NoReportAwaited,
        WaybillUnchanged,
        WaybillInUse,
    ),
)
async def correct_sample_waybill(dispute_id: DisputeId, body: SampleIn, tx: Tx[Settings]) -> DisputeOut:
    """Replace a wrong waybill of the sample, as the side that has sent it. Possible until the testing body has the sample."""
    corrected = await samples.correct_waybill(
        tx, dispute_id, carrier=body.carrier, waybill_no=body.waybill_no, note=body.note
    )
    return DisputeOut.of(corrected, tx)


@router.post(
    "/{dispute_id}/receive-sample",
    **step([DISPUTE], DisputeAction.RECEIVE_SAMPLE, "receiveDisputeSample", PartyCannotDecide),
)
async def receive_sample(dispute_id: DisputeId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> DisputeOut:
    """Record that the testing body has the sample, also where nobody has named its parcel."""
    return DisputeOut.of(await samples.receive(tx, dispute_id, note=body.note), tx)


@router.post(
    "/{dispute_id}/lose-sample", **step([DISPUTE], DisputeAction.LOSE_SAMPLE, "loseDisputeSample", PartyCannotDecide)
)
async def lose_sample(dispute_id: DisputeId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> DisputeOut:
    """Record that the sample was lost on its way. The review goes on."""
    return DisputeOut.of(await lab_tests.lose_sample(tx, dispute_id, note=body.note), tx)


@router.post(
    "/{dispute_id}/report-test",
    **step(
        [DISPUTE],
        DisputeAction.REPORT_TEST,
        "reportDisputeTest",
        PartyCannotDecide,
        NoReportAwaited,
        ReportUnsuitable,
        AnswersIncomplete,
    ),
)
async def report_test(dispute_id: DisputeId, body: LabReportIn, tx: Tx[Settings]) -> DisputeOut:
    """Record the report of the testing body: an evidence file of the kind `test_report`, and its answer to each question. Both
    sides see it. A report that is late may still be recorded before the verdict."""
    reported = await lab_tests.report(
        tx, dispute_id, evidence_id=body.evidence_id, answers=body.found(), note=body.note
    )
    return DisputeOut.of(reported, tx)


@router.post(
    "/{dispute_id}/cancel-test", **step([DISPUTE], DisputeAction.CANCEL_TEST, "cancelDisputeTest", *NOT_TO_DECIDE)
)
async def cancel_test(dispute_id: DisputeId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> DisputeOut:
    """Cancel the open test as the arbitrator or an administrator. The review goes on, and a verdict is possible."""
    return DisputeOut.of(await lab_tests.cancel(tx, dispute_id, note=body.note), tx)
