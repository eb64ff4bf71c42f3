"""How disputes are examined and settled, published by aftersale-svc: assignment, requests for evidence, proposals."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.decisions import DecisionId
from aftercare_events.catalogue.disputes import DisputeEvent, EvidenceSide, Liable, Remedy
from aftercare_events.fields import Code, Currency, DeadlineAt, Hash, Id, Minor, PrincipalId, Quantity
from aftercare_events.vocabulary import Vocabulary, one_of


class EvidenceParty(Vocabulary):
    """Whom evidence is asked of."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"
    BOTH = "both", "both of them"


class DisputeSide(Vocabulary):
    """The sides of a dispute."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"


class DisputeReleaseCause(Vocabulary):
    """Why an arbitrator does not have a dispute any more."""

    RELEASED = "released", "the arbitrator gave it back"
    LAPSED = "lapsed", "the arbitrator has not decided in time"


ArbitratorId = Annotated[PrincipalId, Field(description="the arbitrator")]
Round = Annotated[Quantity, Field(description="the number of the request for evidence in this dispute, from 1")]
ProposalId = Annotated[Id, Field(description="the proposal of a settlement")]


class DisputeAssigned(DisputeEvent):
    """An arbitrator has the dispute from now on: one that took it, or was given it."""

    matter: Code = "dispute_assignment"
    arbitrator_id: ArbitratorId
    open_count: Annotated[
        Quantity | None,
        Field(description="how many disputes the arbitrator had, where it was chosen for having the fewest"),
    ] = None


class DisputeReleased(DisputeEvent):
    """The dispute is in the queue of the arbitrators again."""

    matter: Code = "dispute_release"
    arbitrator_id: ArbitratorId
    cause: Annotated[Code | None, one_of(DisputeReleaseCause, "why; absent: the arbitrator gave it back")] = None


class EvidenceRequested(DisputeEvent):
    """The arbitrator asked for evidence, to be submitted in time."""

    matter: Code = "dispute_evidence_request"
    asked_of: Annotated[Code, one_of(EvidenceParty, "whom it is asked of")]
    round: Round
    missing_hash: Hash
    deadline_at: DeadlineAt = None


class EvidenceSubmitted(DisputeEvent):
    """One side submitted what it was asked for."""

    matter: Code = "dispute_evidence_submission"
    by: Annotated[Code, one_of(EvidenceSide, "the side that submitted it")]
    round: Round


class EvidenceRoundEnded(DisputeEvent):
    """The review goes on: all sides that were asked have submitted their evidence, or the time has passed."""

    matter: Code = "dispute_evidence_round"
    round: Round
    silent: Annotated[tuple[Code, ...], Field(description="the sides that submitted nothing in time")] = ()
    deadline_at: DeadlineAt = None


class SettlementProposed(DisputeEvent):
    """One side proposed how the dispute ends."""

    matter: Code = "settlement_proposal"
    proposal_id: ProposalId
    by: Annotated[Code, one_of(EvidenceSide, "the side that proposed it")]
    liable: Annotated[Code, one_of(Liable, "who would be liable")]
    remedy: Annotated[Code, one_of(Remedy, "what would follow")]
    amount_minor: Minor
    currency: Currency
    text_hash: Hash
    deadline_at: DeadlineAt = None
    replaces: Annotated[Id | None, Field(description="the open proposal that it replaces")] = None


class SettlementDeclined(DisputeEvent):
    """The other side declined the proposal."""

    matter: Code = "settlement_refusal"
    proposal_id: ProposalId
    by: Annotated[Code, one_of(EvidenceSide, "the side that declined it")]


class SettlementLapsed(DisputeEvent):
    """Nobody answered the proposal in time."""

    matter: Code = "settlement_lapse"
    proposal_id: ProposalId


class DisputeSettled(DisputeEvent):
    """Both sides agreed: the dispute has ended, and what they agreed on is executed like a verdict."""

    matter: Code = "dispute_settlement"
    proposal_id: ProposalId
    liable: Annotated[Code, one_of(Liable, "who is liable by agreement")]
    remedy: Annotated[Code, one_of(Remedy, "what follows")]
    amount_minor: Minor
    currency: Currency
    text_hash: Hash
    decision_id: DecisionId = None
