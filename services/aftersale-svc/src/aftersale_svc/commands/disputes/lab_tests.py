"""Tests of goods by a testing body: ordered in a dispute, which waits for the sample and then for the report."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import (
    DisputeTestEnded,
    DisputeTestOrdered,
    DisputeTestReported,
    Event,
)
from aftercare_events.catalogue.lab_tests import LabResult
from aftercare_events.catalogue.lab_tests import SampleLine as EventLine
from aftercare_events.catalogue.verdicts import DisputeCost as EventCost

from aftersale_svc.commands import locking
from aftersale_svc.commands.deadlines.timers import dispute_timer
from aftersale_svc.commands.disputes import hearings, verdict_parts
from aftersale_svc.commands.record import DisputeFields, dispute_fields, save_dispute
from aftersale_svc.domain.disputes.facts import DisputeFacts, turn_of
from aftersale_svc.domain.disputes.lab_test_errors import NoReportAwaited
from aftersale_svc.domain.disputes.lab_test_policy import check_order, check_report, name_of
from aftersale_svc.domain.disputes.lab_tests import (
    LAB_TEST,
    LabAnswer,
    LabQuestion,
    LabTest,
    LabTestAction,
    LabTestOrder,
    LabTestState,
)
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.disputes.lab_tests import LAB_TESTS, TESTS_OF_DISPUTE
from aftersale_svc.tables.evidence.evidence import EVIDENCE


class TestFields(DisputeFields):
    """What every event of a test carries."""

    test_id: str
    test_state: str


def test_fields(tx: Transaction[Settings], dispute: Dispute, test: LabTest) -> TestFields:
    """The fields of an event of this test, after the change of both."""
    return TestFields(**dispute_fields(tx, dispute), test_id=test.id, test_state=test.state)


async def of(tx: Transaction[Settings], dispute: Dispute) -> list[LabTest]:
    """The tests of a locked dispute, oldest first."""
    return await tx.all(TESTS_OF_DISPUTE, dispute_id=dispute.id) if dispute.lab_tests else []


async def order(
    tx: Transaction[Settings], dispute_id: str, *, wanted: LabTestOrder, note: str | None = None
) -> Dispute:
    """Order a test as the arbitrator or an administrator; a request for evidence that is open ends with it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AssignedToAnother: see DISPUTE.
        TestingBodyUnknown: see `name_of`.
        LineUnknown, LineTwice, SampleExceedsCase, CurrencyForeign: see `check_order`.
    """
    full, _ = await locking.disputed_case_and_order(tx, dispute_id)
    dispute, facts = await tx.lock(DISPUTES, dispute_id), DisputeFacts.of(tx)
    moved = DISPUTE.apply(dispute, DisputeAction.ORDER_TEST, tx, facts)
    name = name_of(wanted.testing_body_id, tx.settings.testing_bodies)
    check_order(wanted, full.lines, dispute.currency)
    test = _new(tx, dispute, wanted, name)
    awaited = [wanted.sender.value]
    ordered = replace(
        moved,
        awaited=awaited,
        whose_turn=turn_of(awaited),
        lab_test_id=test.id,
        lab_tests=dispute.lab_tests + 1,
        arbitrator_id=tx.actor.id if tx.actor.role == "arbitrator" else dispute.arbitrator_id,
    )
    stopped = await hearings.stop_round(tx, dispute, ordered)
    event = DisputeTestOrdered(
        **test_fields(tx, ordered, test),
        testing_body_id=test.testing_body_id,
        sender=test.sender,
        lines=tuple(EventLine(**line) for line in test.lines),
        questions=tuple(test.questions),
        advanced_by=test.advanced_by,
        cost_minor=test.cost_minor,
        currency=test.currency,
        deadline_at=ordered.deadline_at,
    )
    await tx.insert(LAB_TESTS, test)
    return await save_dispute(tx, ordered, DisputeAction.ORDER_TEST, *stopped, event, note=note)


def _new(tx: Transaction[Settings], dispute: Dispute, wanted: LabTestOrder, name: str) -> LabTest:
    return LabTest(
        id=tx.new_id("test"),
        dispute_id=dispute.id,
        state=LAB_TEST.initial,
        lines=list(wanted.lines),
        questions=[each.value for each in wanted.questions],
        testing_body_id=wanted.testing_body_id,
        testing_body=name,
        sender=wanted.sender,
        advanced_by=wanted.advanced_by,
        cost_minor=wanted.cost_minor,
        currency=wanted.currency,
        ordered_by=tx.actor.id,
        ordered_at=tx.now,
    )


async def report(
    tx: Transaction[Settings],
    dispute_id: str,
    *,
    evidence_id: str,
    answers: Sequence[tuple[LabQuestion, LabAnswer]],
    note: str | None = None,
) -> Dispute:
    """Record the report of the testing body, also after its time. Both sides see the file from then on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, NoReportAwaited: see DISPUTE.
        ReportUnsuitable, AnswersIncomplete: see `check_report`.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.REPORT_TEST, tx, DisputeFacts.of(tx))
    test = await moved_test(tx, dispute, LabTestAction.REPORT)
    uploaded = await tx.find(EVIDENCE, evidence_id)
    file = check_report(dispute, test, uploaded, answers)
    found = {question.value: answer.value for question, answer in answers}
    test = replace(test, report_id=file.id, report_sha256=file.sha256, answers=found, ended_at=tx.now)
    reported = replace(moved, lab_test_id=None, evidence=[*dispute.evidence, file.sha256])
    event = DisputeTestReported(
        **test_fields(tx, reported, test),
        results=tuple(LabResult(question=each, answer=found[each]) for each in test.questions),
        evidence=(file.sha256,),
        deadline_at=reported.deadline_at,
    )
    await tx.upsert(LAB_TESTS, test)
    return await save_dispute(tx, reported, DisputeAction.REPORT_TEST, event, note=note, evidence=[file.sha256])


async def cancel(tx: Transaction[Settings], dispute_id: str, *, note: str | None = None) -> Dispute:
    """Cancel the open test as the arbitrator or an administrator; the review goes on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AssignedToAnother: see DISPUTE.
    """
    return await _end(tx, dispute_id, DisputeAction.CANCEL_TEST, LabTestAction.CANCEL, note)


async def lose_sample(tx: Transaction[Settings], dispute_id: str, *, note: str | None = None) -> Dispute:
    """Record that the sample was lost on its way; the review goes on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
    """
    return await _end(tx, dispute_id, DisputeAction.LOSE_SAMPLE, LabTestAction.LOSE, note)


async def _end(
    tx: Transaction[Settings], dispute_id: str, action: DisputeAction, of_test: LabTestAction, note: str | None
) -> Dispute:
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, action, tx, DisputeFacts.of(tx))
    return await _without_report(tx, dispute, moved, action, of_test, note)


@dispute_timer(DisputeAction.END_TEST)
async def end_late(tx: Transaction[Settings], dispute: Dispute, _: object) -> None:
    """Go on with the review of a locked dispute: the sample, or the report, has not come in time."""
    moved = DISPUTE.apply(dispute, DisputeAction.END_TEST, tx)
    await _without_report(tx, dispute, moved, DisputeAction.END_TEST, LabTestAction.MISS, None)


async def _without_report(
    tx: Transaction[Settings],
    dispute: Dispute,
    moved: Dispute,
    action: DisputeAction,
    of_test: LabTestAction,
    note: str | None,
) -> Dispute:
    test = replace(await moved_test(tx, dispute, of_test), ended_at=tx.now)
    # A report that is late may still come.
    awaited = test.id if test.state is LabTestState.REPORT_LATE else None
    ended = replace(moved, awaited=[], lab_test_id=awaited)
    event = DisputeTestEnded(**test_fields(tx, ended, test), against=test.held_against, deadline_at=ended.deadline_at)
    await tx.upsert(LAB_TESTS, test)
    return await save_dispute(tx, ended, action, event, note=note)


async def end_with(tx: Transaction[Settings], dispute: Dispute) -> tuple[Event, ...]:
    """Cancel the open test of a dispute that both sides or the buyer end now, and enter what its tests have cost, for who has
    advanced it. The events, which precede that of the end."""
    tests, events = await of(tx, dispute), list[Event]()
    for place, test in enumerate(tests):
        if LAB_TEST.permits(test, LabTestAction.CANCEL, SystemContext.of(tx).actor):
            tests[place] = replace(LAB_TEST.apply(test, LabTestAction.CANCEL, SystemContext.of(tx)), ended_at=tx.now)
            await tx.upsert(LAB_TESTS, tests[place])
            events.append(DisputeTestEnded(**test_fields(tx, dispute, tests[place])))
    await verdict_parts.enter_costs(tx, dispute, [each.cost for each in tests if each.cost is not None])
    return tuple(events)


async def enter_costs_of_appeal(tx: Transaction[Settings], dispute: Dispute) -> tuple[EventCost, ...]:
    """Enter what the tests that an appeal has waited for have cost, for who has advanced it: the verdict stays. For its event."""
    given_at = dispute.decided_at or tx.now
    costs = [each.cost for each in await of(tx, dispute) if each.ordered_at >= given_at and each.cost is not None]
    return verdict_parts.published(await verdict_parts.enter_costs(tx, dispute, costs))


async def moved_test(tx: Transaction[Settings], dispute: Dispute, action: LabTestAction) -> LabTest:
    """The awaited test of a locked dispute after this action. Raises: NoReportAwaited."""
    return LAB_TEST.apply(await awaited_test(tx, dispute), action, SystemContext.of(tx))


async def awaited_test(tx: Transaction[Settings], dispute: Dispute) -> LabTest:
    """The test of a locked dispute whose report is awaited. Raises: NoReportAwaited."""
    if dispute.lab_test_id is None:
        raise NoReportAwaited()
    return await tx.get(LAB_TESTS, dispute.lab_test_id)
