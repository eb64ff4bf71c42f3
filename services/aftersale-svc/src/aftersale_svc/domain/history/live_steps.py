"""Steps of timelines as they are streamed to people who follow many cases."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.manual_reviews.proposals import steps_for
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.claims.model import ClaimKind, StepOfClaim
from aftersale_svc.domain.permissions import BUYER

BOTH = "parties"
"""Whose turn it is where a dispute waits for both sides."""
SIDES = {"buyer": "buyer", "seller": "merchant"}
"""The sides by the roles that act for them."""


@dataclass(frozen=True, kw_only=True)
class LiveStep(TimelineStep):
    """A step of a case, or of its claim `claim_id` of this `kind`, with the case as it was after the step.

    `turns` are whose turn it was before the step or is after it: in the claim, where it is one of a claim. `for_buyer`: the buyer sees
    what it is a step of.
    """

    claim_id: str | None
    kind: ClaimKind | None
    for_buyer: bool
    version: int
    order_id: str
    buyer_id: str
    merchant_id: str
    type: CaseType
    reason_of_case: Reason
    case_state: CaseState
    whose_turn: str
    deadline_at: datetime | None
    turns: list[str]

    @property
    def step(self) -> TimelineStep:
        """The step as the timeline of its case has it."""
        if self.claim_id is None or self.kind is None:
            return self
        known = {each.name: getattr(self, each.name) for each in fields(TimelineStep)}
        return StepOfClaim(**known, claim_id=self.claim_id, kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The steps that somebody follows: of cases with one of these values; an empty one is any."""

    role: str
    order_ids: Collection[str] = ()
    buyer_ids: Collection[str] = ()
    merchant_ids: Collection[str] = ()
    types: Collection[CaseType] = ()
    reasons: Collection[Reason] = ()
    turns: Collection[str] = ()

    def has(self, step: LiveStep) -> bool:
        """Whether the step is among them and its role sees it. That of a turn which has ended is, so that it can leave a queue."""
        wanted = (
            (self.order_ids, step.order_id),
            (self.buyer_ids, step.buyer_id),
            (self.merchant_ids, step.merchant_id),
            (self.types, step.type),
            (self.reasons, step.reason_of_case),
        )
        return (
            all(not values or value in values for values, value in wanted)
            and (not self.turns or any(self._own(turn) in self.turns for turn in step.turns))
            and (step.for_buyer or self.role not in BUYER.roles)
            and bool(steps_for(self.role, [step]))
        )

    def _own(self, turn: str) -> str:
        """What waits for both sides is, for either of them, its own turn."""
        return SIDES.get(self.role, turn) if turn == BOTH else turn
