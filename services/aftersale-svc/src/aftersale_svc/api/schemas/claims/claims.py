"""What is sent about claims of every kind, and what they show."""

from collections.abc import Sequence
from typing import Annotated, Any

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    DeadlineAt,
    In,
    Money,
    Out,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Context
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import RequiredEvidence
from aftersale_svc.api.schemas.texts import ActionTextsOut, BilingualOut
from aftersale_svc.domain.claims.model import C, ClaimKind, ClaimStep, ClaimSummary
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.wording.claims import ClaimExplanation, ClaimWords, explain


class ClaimEvidenceIn(In):
    """Evidence for a claim, by its hash."""

    model_config = example(evidence=["sha256:" + "9f" * 32], note="快递签收底单")

    evidence: RequiredEvidence
    note: Text | None = None
    """For the history of the claim."""


class ClaimOut(Out):
    """What a claim of every kind shows."""

    version: Version
    case_id: str
    """The case beside which it was opened; that does not wait for it."""
    order_id: str
    """The order of the case."""
    merchant_id: str
    """The merchant of the order."""
    deadline_at: DeadlineAt
    claimed: Money
    """What is claimed."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    # Any: the fields of each kind have types of their own.
    @classmethod
    def fields_of(cls, type_: ClaimType[C], claim: C, reader: Context, /, **own: Any) -> dict[str, Any]:
        """The fields of a claim as this reader sees it, with those of its kind."""
        return {
            "id": claim.id,
            "version": claim.version,
            "case_id": claim.case_id,
            "order_id": claim.order_id,
            "merchant_id": claim.merchant_id,
            "state": claim.state,
            "whose_turn": claim.whose_turn,
            "deadline_at": claim.deadline_at,
            "deadline_effect": type_.table.deadline_effect(claim),
            "evidence": claim.evidence,
            "claimed": Money.of(claim.claimed_minor, claim.currency),
            "allowed_actions": AllowedOut.of(type_.allowed(claim, reader)),
            "created_at": claim.created_at,
            "updated_at": claim.updated_at,
            **own,
        }


class ClaimActionTextOut(ActionTextsOut):
    """An action that the state of the claim has."""


class ClaimExplanationOut(Out):
    """The claim in sentences."""

    what: BilingualOut
    """What is claimed, from whom, and why."""
    where: BilingualOut
    """How far the claim is."""
    turn: BilingualOut
    """Who has to act next, and until when."""
    then: BilingualOut | None = None
    """What happens if nobody acts until then; null where the claim has no deadline."""
    money: BilingualOut
    """How much is claimed, and what came of it."""
    actions: list[ClaimActionTextOut]
    """What can be done in this state, each with why the caller may not, where that is so."""

    @classmethod
    def of(cls, explanation: ClaimExplanation) -> "ClaimExplanationOut":
        return cls(
            what=BilingualOut.of(explanation.what),
            where=BilingualOut.of(explanation.where),
            turn=BilingualOut.of(explanation.turn),
            then=BilingualOut.of_any(explanation.then),
            money=BilingualOut.of(explanation.money),
            actions=[ClaimActionTextOut.of(each) for each in explanation.actions],
        )


class ClaimStepOut(Out):
    """A step of a claim: who did what and when, with the note."""

    id: str
    """Identifies the step: `step_…`."""
    at: Time
    """When it was taken."""
    actor_id: str
    """Who took it."""
    actor_role: str
    """In which role; `system` for timers and events."""
    action: str
    """What was done; `open` for the first step."""
    state: str
    """The state of the claim after it."""
    note: str | None = None
    """What was written; null where nothing was."""
    evidence: list[str]
    """Hashes of files: `sha256:…`."""
    decision_id: str | None = None
    """The decision that was taken with it, with the facts used; null where it was none."""

    @classmethod
    def all_of(cls, steps: Sequence[ClaimStep]) -> list["ClaimStepOut"]:
        """The history, oldest first."""
        return [cls.model_validate(each) for each in steps]


class ClaimPartsOut(Out):
    """What a claim shows by itself: its history, and all of it in sentences."""

    steps: Annotated[list[ClaimStepOut], Field(description="The history of the claim, oldest first.")]
    explanation: ClaimExplanationOut
    """The claim in sentences, for the caller."""

    @classmethod
    def parts_of(cls, words: ClaimWords[C], claim: C, steps: Sequence[ClaimStep], reader: Context) -> dict[str, Any]:
        """The parts of a claim for this reader."""
        return {
            "steps": ClaimStepOut.all_of(steps),
            "explanation": ClaimExplanationOut.of(explain(words, claim, reader)),
        }


class CaseClaimOut(Out):
    """A claim beside a case, which does not wait for it."""

    id: str
    """The claim."""
    kind: ClaimKind
    """Who is to pay."""
    state: str
    """How far it is, in the codes of its kind."""


class CaseClaimsOut(Out):
    """The claims beside a case."""

    data: list[CaseClaimOut]
    """Those that the caller may see."""

    @classmethod
    def of(cls, claims: Sequence[ClaimSummary]) -> "CaseClaimsOut":
        return cls(data=[CaseClaimOut.model_validate(each) for each in claims])
