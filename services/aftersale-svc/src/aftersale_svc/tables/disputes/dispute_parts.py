"""What belongs to a dispute besides its row: requests for evidence, proposals of a settlement."""

from aftercare_chassis.database.columns import minor, one_of, text, texts, timestamp
from aftercare_chassis.database.joint import Joint
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, bindparam, null, select, update
from sqlalchemy import text as sql

from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.model import DisputeSide, EvidenceParty, Remedy
from aftersale_svc.domain.disputes.parts import DisputeParts
from aftersale_svc.domain.disputes.proposals import PROPOSAL, Proposal, ProposalAction, ProposalState
from aftersale_svc.tables.disputes.appeals import APPEALS_OF_DISPUTE, ENTRIES_OF_DISPUTE
from aftersale_svc.tables.disputes.verdicts import COSTS_OF_DISPUTE, SANCTIONS_OF_DISPUTE
from aftersale_svc.tables.money.debts import DEBTS_OF_DISPUTE
from aftersale_svc.tables.schema import metadata

evidence_rounds = Table(
    "evidence_rounds",
    metadata,
    Column("dispute_id", Text, ForeignKey("disputes.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *one_of("asked_of", EvidenceParty),
    text("missing"),
    text("asked_by"),
    timestamp("asked_at"),
    timestamp("deadline_at"),
    texts("submitted"),
    timestamp("ended_at", null=True),
)

settlement_proposals = Table(
    "settlement_proposals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dispute_id", Text, ForeignKey("disputes.id"), nullable=False),
    *one_of("side", DisputeSide),
    text("proposed_by"),
    *one_of("state", ProposalState),
    timestamp("deadline_at", null=True),
    timestamp("answer_by", null=True),
    *one_of("remedy", Remedy),
    *one_of("liable", Liable),
    *minor("amount_minor"),
    text("currency"),
    text("text"),
    timestamp("created_at"),
    timestamp("updated_at"),
    # One is open at a time.
    Index("settlement_proposals_open_key", "dispute_id", unique=True, postgresql_where=sql("state = 'open'")),
    Index("settlement_proposals_dispute_idx", "dispute_id", "id"),
    Index("settlement_proposals_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)

EVIDENCE_ROUNDS = Rows(evidence_rounds, EvidenceRound)
PROPOSALS = Rows(settlement_proposals, Proposal)
OPEN_PROPOSAL = Query(
    select(settlement_proposals).where(
        settlement_proposals.c.dispute_id == bindparam("dispute_id"),
        settlement_proposals.c.state == ProposalState.OPEN,
    ),
    Proposal,
)
PROPOSALS_OF_DISPUTE = Query(
    select(*PROPOSALS.columns)
    .where(settlement_proposals.c.dispute_id == bindparam("dispute_id"))
    .order_by(settlement_proposals.c.id),
    Proposal,
)
END_PROPOSAL = Statement(
    update(settlement_proposals)
    .where(
        settlement_proposals.c.dispute_id == bindparam("dispute_id"),
        settlement_proposals.c.state == ProposalState.OPEN,
    )
    .values(
        state=PROPOSAL.transitions[ProposalState.OPEN, ProposalAction.END].target,
        deadline_at=null(),
        updated_at=bindparam("now"),
    )
)
DISPUTE_PARTS = Joint(
    DisputeParts,
    rounds=Query(
        select(*EVIDENCE_ROUNDS.columns)
        .where(evidence_rounds.c.dispute_id == bindparam("dispute_id"))
        .order_by(evidence_rounds.c.number),
        EvidenceRound,
    ),
    proposals=PROPOSALS_OF_DISPUTE,
    costs=COSTS_OF_DISPUTE,
    sanctions=SANCTIONS_OF_DISPUTE,
    appeals=APPEALS_OF_DISPUTE,
    entries=ENTRIES_OF_DISPUTE,
    debts=DEBTS_OF_DISPUTE,
)
"""The caller has read the dispute before, so whoever may see that sees its parts."""
