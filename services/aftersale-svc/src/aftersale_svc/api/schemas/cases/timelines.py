"""The timeline of a case as it is shown."""

from zoneinfo import ZoneInfo

from aftercare_chassis.http.schemas import DeadlineAt, Out, Time, Version

from aftersale_svc.api.schemas.cases.cases import CaseTurn
from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.claims.model import StepOfClaim
from aftersale_svc.domain.history.live_steps import LiveStep
from aftersale_svc.domain.wording.explanation import sentence


class LeftMessageOut(Out):
    """A message in a conversation with customer service, which cs-svc shows."""

    conversation_id: str
    """The conversation: `conv_…`."""
    message_id: str
    """The message in it: `msg_…`."""
    text_hash: str
    """The hash of what was written: `sha256:…`."""


class StepOut(Out):
    """One step of a case or of its dispute."""

    id: str
    """Also the id of the event in the live timeline, for `Last-Event-ID`."""
    at: Time
    """When it happened."""
    actor_id: str
    """Who did it: the id of a person, or `system`."""
    actor_role: str
    """In which role: `buyer`, `seller`, `agent`, `arbitrator` or `system` (a timer, a courier's report or another
    consequence)."""
    on_behalf_of: str | None = None
    """The buyer for whom an agent has done it; null where nobody did it for another."""
    action: str
    """What was done, as a code such as `approve`."""
    state: str
    """The state of the case after the step; that of the dispute where `dispute_id` is set, that of the claim where `claim_id` is."""
    claim_id: str | None = None
    """Set where the step is one of a claim beside the case, which the caller may see; null for any other."""
    dispute_id: str | None = None
    """Set where the step is one of the dispute; null where it is one of the case."""
    note: str | None = None
    """What the actor wrote about it; null where there is nothing."""
    evidence: list[str]
    """Hashes of the files that came with the step: `sha256:…`."""
    message: LeftMessageOut | None = None
    """The message that the step is about; null for any other step."""
    reason: str | None = None
    """Why it rejected the request, closed or handed over the case or granted a part, as a code that `GET /v1/reasons` has; `unspecified` where a merchant
    or an agent decided so and gave neither a reason nor a note; null for any other step."""
    decision_id: str | None = None
    """The decision that was taken with the step, with the facts used; null where it was none."""
    text: BilingualOut
    """The step as a sentence, with what it offered, asked for or decided, until when, and that reason; without the note. Times are in
    the zone of the shop."""

    @classmethod
    def of(cls, step: TimelineStep, zone: ZoneInfo) -> "StepOut":
        return cls(
            id=step.id,
            at=step.at,
            actor_id=step.actor_id,
            actor_role=step.actor_role,
            on_behalf_of=step.on_behalf_of,
            action=step.action,
            state=step.state,
            claim_id=step.claim_id if isinstance(step, StepOfClaim) else None,
            dispute_id=step.dispute_id,
            note=step.note,
            evidence=step.evidence,
            decision_id=step.decision_id,
            message=None if step.message is None else LeftMessageOut.model_validate(step.message),
            reason=step.reason,
            text=BilingualOut.of(sentence(step, zone)),
        )


class CaseUpdateOut(Out):
    """A step of a case, of its dispute or of a claim beside it, and the case as it was after the step.

    The present case is shown of one that was opened by a build which did not record its changes.
    """

    case_id: str
    """The case: `case_…`."""
    version: Version
    order_id: str
    """The order that the case is about."""
    buyer_id: str
    """The buyer of the order."""
    merchant_id: str
    """The merchant of the order."""
    type: CaseType
    """What is asked for."""
    reason: Reason
    """Why it is asked for."""
    state: CaseState
    """How far the case was."""
    whose_turn: CaseTurn
    """Who had to act next; `platform` where a dispute stops the case, `nobody` in a final state."""
    deadline_at: DeadlineAt = None
    step: StepOut
    """What has happened."""

    @classmethod
    def of(cls, step: LiveStep, zone: ZoneInfo) -> "CaseUpdateOut":
        return cls(
            case_id=step.case_id,
            version=step.version,
            order_id=step.order_id,
            buyer_id=step.buyer_id,
            merchant_id=step.merchant_id,
            type=step.type,
            reason=step.reason_of_case,
            state=step.case_state,
            whose_turn=step.whose_turn,
            deadline_at=step.deadline_at,
            step=StepOut.of(step.step, zone),
        )


class TimelineOut(Out):
    """Every step, oldest first."""

    data: list[StepOut]
    """Oldest first."""
