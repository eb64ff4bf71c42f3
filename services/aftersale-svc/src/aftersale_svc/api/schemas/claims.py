"""What claims of every kind show."""

from collections.abc import Sequence

from aftercare_chassis.http.schemas import Out, Time

from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.claims import ClaimKind, ClaimStep, ClaimSummary
from aftersale_svc.domain.wording.claims import ClaimActionText, ClaimExplanation


class ClaimActionTextOut(Out):
    """An action that the state of the claim has."""

    action: str
    """Its code, as in `allowed_actions`."""
    name: BilingualOut
    """What it does."""
    why_not: BilingualOut | None = None
    """Why the caller may not take it now; null where the caller may."""

    @classmethod
    def of(cls, text: ClaimActionText) -> "ClaimActionTextOut":
        return cls(action=text.action, name=BilingualOut.of(text.name), why_not=BilingualOut.of_any(text.why_not))


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

    @classmethod
    def all_of(cls, steps: Sequence[ClaimStep]) -> list["ClaimStepOut"]:
        """The history, oldest first."""
        return [cls.model_validate(each) for each in steps]


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
