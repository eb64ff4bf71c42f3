"""Every state of a dispute and its case that can be reached leads to an end, by the service's own commands."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftercare_files.media import MediaType
from aftersale_svc.commands.disputes import hearings, lab_tests, samples, settlements
from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, Liable, RejectReason
from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.lab_tests import CostAdvance, LabAnswer, LabQuestion, LabTestOrder, SampleLine
from aftersale_svc.domain.disputes.lifecycle import DISPUTE, UNDECIDED
from aftersale_svc.domain.disputes.model import DisputeSide, DisputeState, EvidenceParty, Remedy
from aftersale_svc.domain.disputes.proposals import Terms
from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceState
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.dispute_parts import OPEN_PROPOSAL
from case_graph import explore
from case_walk import DISPUTE as DISPUTE_ID
from case_walk import PEOPLE, Command
from graph_ends import stuck
from memory_transaction import NOW, Snapshot
from offline_walk import PAID_OUTSIDE

SETTINGS = Settings.model_construct(evidence_rounds=1, testing_bodies={"lab-1": "?"})
TEST = LabTestOrder(
    lines=(SampleLine(line_id="line_1", quantity=1),),
    questions=(LabQuestion.USED,),
    testing_body_id="lab-1",
    sender=DisputeSide.BUYER,
    advanced_by=CostAdvance.PLATFORM,
    cost_minor=0,
    currency="CNY",
)


REPORT = EvidenceFile(
    id="ev_1",
    version=1,
    order_id="ord_1",
    case_id=None,
    buyer_id="buyer-1",
    merchant_id="m-1",
    owner_buyer_id=None,
    owner_merchant_id=None,
    uploader_id="agent-1",
    uploader_role="agent",
    kind=EvidenceKind.TEST_REPORT,
    media_type=MediaType.PDF,
    size=1,
    sha256="sha256:1",
    state=EvidenceState.ACCEPTED,
    whose_turn="nobody",
    deadline_at=None,
    created_at=NOW,
    updated_at=NOW,
)


async def report(tx: Any) -> object:
    tx.report = REPORT
    return await lab_tests.report(tx, DISPUTE_ID, evidence_id="ev_1", answers=[(LabQuestion.USED, LabAnswer.NO)])


def propose(remedy: Remedy, amount: int | None = None) -> Command:
    terms = Terms(remedy, Liable.SELLER, amount, "CNY" if amount else None, "?")
    return lambda tx: settlements.propose(tx, DISPUTE_ID, terms=terms)


def answered(accepted: bool) -> Command:
    async def command(tx: Any) -> object:
        proposal = await tx.one(OPEN_PROPOSAL, dispute_id=DISPUTE_ID)
        proposal_id = "none" if proposal is None else proposal.id
        take = settlements.accept if accepted else settlements.decline
        return await take(tx, DISPUTE_ID, proposal_id)

    return command


HEARING: dict[str, Command] = {
    "ask both": lambda tx: hearings.request_evidence(tx, DISPUTE_ID, asked_of=EvidenceParty.BOTH, missing="?"),
    "submit": lambda tx: hearings.submit_evidence(tx, DISPUTE_ID, evidence=[], note="?"),
    "order a test": lambda tx: lab_tests.order(tx, DISPUTE_ID, wanted=TEST),
    "send the sample": lambda tx: samples.send(tx, DISPUTE_ID, carrier="sf", waybill_no="SF1"),
    "correct the sample": lambda tx: samples.correct_waybill(tx, DISPUTE_ID, carrier="sf", waybill_no="SF2"),
    "receive the sample": lambda tx: samples.receive(tx, DISPUTE_ID),
    "lose the sample": lambda tx: lab_tests.lose_sample(tx, DISPUTE_ID),
    "cancel the test": lambda tx: lab_tests.cancel(tx, DISPUTE_ID),
    "report": report,
    "propose a refund": propose(Remedy.REFUND, 100),
    "propose to go on": propose(Remedy.RESUME),
    "accept the proposal": answered(True),
    "decline the proposal": answered(False),
}


ASKING = {DisputeState.AWAIT_EVIDENCE, DisputeState.AWAIT_SAMPLE}
"""The states in which a side has to submit something."""


@pytest.fixture
def rejected(
    a_case: Callable[..., Case], an_order: Callable[..., Order], acting: Callable[..., SystemContext]
) -> Snapshot:
    """A rejected case on all that was ordered."""
    opened = a_case(type=CaseType.REFUND_ONLY, shipping_refund_minor=800)
    case = replace(of(opened).start(opened, acting()), state=CaseState.REJECTED, whose_turn="buyer")
    line = CaseLine(
        case_id=case.id,
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=19133,
        line_units=2,
        line_paid_minor=19133,
        units_before=0,
    )
    [hold] = holds_of([line], TYPES[CaseType.REFUND_ONLY])
    return Snapshot(an_order(), replace(case, reject_reason=RejectReason.REASON_UNTRUE), line, hold)


async def test_every_state_of_a_dispute_leads_to_an_end(rejected: Snapshot) -> None:
    graph, places = await explore(rejected, PEOPLE | PAID_OUTSIDE | HEARING, SETTINGS)
    assert not stuck(graph, places)
    disputes = [each.dispute for each in places.values() if each.dispute is not None]
    of_appeals = {DisputeState.APPEAL_WINDOW, DisputeState.APPEALED}  # `test_appeal_ends` has those
    assert {each.state for each in disputes} == set(DisputeState) - of_appeals, "every state is reached"
    for place, snapshot in places.items():
        dispute = snapshot.dispute
        if dispute is not None:
            assert (snapshot.case.state is CaseState.DISPUTED) == (dispute.state in UNDECIDED), place
            assert dispute.proposed_by is None or dispute.state in UNDECIDED, place
            assert (dispute.state in ASKING) == bool(dispute.awaited), place
            assert dispute.lab_test_id is None or dispute.state in UNDECIDED, place
            assert dispute.state not in DISPUTE.ends or dispute.whose_turn == "nobody", place
