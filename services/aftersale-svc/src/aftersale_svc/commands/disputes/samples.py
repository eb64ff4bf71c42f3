"""Samples of goods on their way to a testing body: sent under a waybill, which may be corrected, and received."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import DisputeSampleReceived, DisputeSampleSent

from aftersale_svc.commands.disputes import lab_tests
from aftersale_svc.commands.goods import waybills
from aftersale_svc.commands.record import save_dispute
from aftersale_svc.domain.cases.errors import WaybillUnchanged
from aftersale_svc.domain.cases.waybills import Receiver
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lab_tests import LabTest, LabTestAction
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.disputes.lab_tests import LAB_TESTS


async def send(
    tx: Transaction[Settings], dispute_id: str, *, carrier: str, waybill_no: str, note: str | None = None
) -> Dispute:
    """Name the parcel with which the sample goes to the testing body, as the side that has to send it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed, SampleOfOtherSide: see DISPUTE.
        WaybillInUse: see `waybills.check`.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.SEND_SAMPLE, tx, DisputeFacts.of(tx))
    await waybills.check(tx, dispute, carrier, waybill_no, Receiver.TESTING_BODY)
    test = await lab_tests.moved_test(tx, dispute, LabTestAction.SEND)
    sent = replace(moved, awaited=[], sample_from=test.sender)
    test = replace(test, carrier=carrier, waybill_no=waybill_no, sent_at=tx.now)
    event = _sent(tx, sent, test)
    await tx.upsert(LAB_TESTS, test)
    return await save_dispute(tx, sent, DisputeAction.SEND_SAMPLE, event, note=note)


async def correct_waybill(
    tx: Transaction[Settings], dispute_id: str, *, carrier: str, waybill_no: str, note: str | None = None
) -> Dispute:
    """Replace the waybill of a sample that has not arrived, as the side that has sent it; the deadline stays.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, SampleOfOtherSide: see DISPUTE.
        NoReportAwaited: no test is open.
        WaybillUnchanged: it is the waybill that the sample has.
        WaybillInUse: see `waybills.check`.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    corrected = DISPUTE.apply(dispute, DisputeAction.CORRECT_SAMPLE_WAYBILL, tx, DisputeFacts.of(tx))
    before = await lab_tests.awaited_test(tx, dispute)
    if (carrier, waybill_no) == (before.carrier, before.waybill_no):
        raise WaybillUnchanged(pointer="/waybill_no", waybill_no=waybill_no)
    await waybills.check(tx, dispute, carrier, waybill_no, Receiver.TESTING_BODY)
    test = replace(before, carrier=carrier, waybill_no=waybill_no)
    event = _sent(tx, corrected, test, before)
    await tx.upsert(LAB_TESTS, test)
    return await save_dispute(tx, corrected, DisputeAction.CORRECT_SAMPLE_WAYBILL, event, note=note)


def _sent(
    tx: Transaction[Settings], dispute: Dispute, test: LabTest, before: LabTest | None = None
) -> DisputeSampleSent:
    return DisputeSampleSent(
        **lab_tests.test_fields(tx, dispute, test),
        by=test.sender,
        carrier=test.carrier or "",
        waybill_no=test.waybill_no or "",
        previous_carrier=before and before.carrier,
        previous_waybill_no=before and before.waybill_no,
        deadline_at=dispute.deadline_at,
    )


async def receive(tx: Transaction[Settings], dispute_id: str, *, note: str | None = None) -> Dispute:
    """Record that the testing body has the sample, also where nobody has named its parcel.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.RECEIVE_SAMPLE, tx, DisputeFacts.of(tx))
    test = replace(await lab_tests.moved_test(tx, dispute, LabTestAction.RECEIVE), received_at=tx.now)
    received = replace(moved, awaited=[])
    event = DisputeSampleReceived(**lab_tests.test_fields(tx, received, test), deadline_at=received.deadline_at)
    await tx.upsert(LAB_TESTS, test)
    return await save_dispute(tx, received, DisputeAction.RECEIVE_SAMPLE, event, note=note)
