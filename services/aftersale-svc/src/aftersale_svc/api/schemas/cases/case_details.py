"""A case in sentences, as it is shown."""

from datetime import datetime
from typing import Any

from aftercare_chassis.http.schemas import Money, Out
from aftercare_chassis.lifecycle import PLAIN_HOURS, Actor, Timing

from aftersale_svc.api.schemas.cases.case_evidence import ReuseOut
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.past_cases import SeenOut
from aftersale_svc.api.schemas.goods.parcel_anomalies import ParcelAnomalyOut
from aftersale_svc.api.schemas.texts import ActionTextsOut, BilingualOut
from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.evidence.case_evidence import seen_reuses
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeKind
from aftersale_svc.domain.wording.context import NO_CONTEXT, CaseContext
from aftersale_svc.domain.wording.explanation import Explanation, explain
from aftersale_svc.domain.wording.guarantee_claims import CLAIM_FREIGHT
from aftersale_svc.domain.wording.missing_evidence import missing_evidence


class ActionTextOut(ActionTextsOut):
    """An action that the state of the case has."""

    action: CaseAction
    """Its code, as in `allowed_actions`."""


class ExplanationOut(Out):
    """The case in sentences."""

    what: BilingualOut
    """What is asked for, for how many units, and why."""
    where: BilingualOut
    """How far the case is."""
    turn: BilingualOut
    """Who has to act next, and until when."""
    then: BilingualOut | None = None
    """What happens if nobody acts until then; null where the case has no deadline."""
    money: BilingualOut
    """How much goes back, and how certain that is."""
    money_when: BilingualOut | None = None
    """When it goes back; null where nothing does, or where it has gone back."""
    appeal: BilingualOut | None = None
    """Until when the sides of a dispute may appeal against its verdict, or that one has; null where there is nothing to say."""
    offer: BilingualOut | None = None
    """The offer that waits for an answer: by whom, what, until when, and what happens without one; null where there is none."""
    settlement: BilingualOut | None = None
    """The settlement that one side of the dispute proposes, in the same way; null where none is open."""
    proposed_decision: BilingualOut | None = None
    """What an agent has proposed and another one has to confirm, for the platform to see; null where there is nothing."""
    why: BilingualOut | None = None
    """Why the request was rejected, the case closed, less was granted of a price adjustment, or an agent has to decide; null where none of that is so."""
    not_received: BilingualOut | None = None
    """How many units were not in the returned parcel, and what follows; null where all were, or where nobody has said."""
    actions: list[ActionTextOut]
    """What can be done in this state, each with why the caller may not, where that is so."""

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationOut":
        return cls(
            what=BilingualOut.of(explanation.what),
            where=BilingualOut.of(explanation.where),
            turn=BilingualOut.of(explanation.turn),
            then=BilingualOut.of_any(explanation.then),
            money=BilingualOut.of(explanation.money),
            money_when=BilingualOut.of_any(explanation.money_when),
            appeal=BilingualOut.of_any(explanation.appeal),
            why=BilingualOut.of_any(explanation.why),
            offer=BilingualOut.of_any(explanation.offer),
            settlement=BilingualOut.of_any(explanation.settlement),
            proposed_decision=BilingualOut.of_any(explanation.proposed),
            not_received=BilingualOut.of_any(explanation.not_received),
            actions=[ActionTextOut.of(each) for each in explanation.actions],
        )


class EvidenceMissingOut(Out):
    """What would show the reason of the case to be true, where it has no such file."""

    kinds: list[EvidenceKind]
    """The kinds of files of which one is enough: uploaded for the order, accepted, and cited by the case."""
    text: BilingualOut
    """What is missing, in words; a request for a supplement can have it as `missing`."""


class ClaimableOut(Out):
    """What the buyer, or an agent for them, may claim from a guarantee: `POST /v1/cases/{id}/guarantee-claims`."""

    kind: GuaranteeKind
    """Which guarantee; as in the body of the claim."""
    amount: Money
    """The most that can be claimed."""
    text: BilingualOut
    """The action in words."""


class CaseDetailOut(CaseOut):
    """A case, with all of it in sentences."""

    explanation: ExplanationOut
    """The case in sentences, for the caller."""
    reapplied_by: str | None = None
    """The case with which the buyer has asked again, where this one was closed by that; null otherwise."""
    evidence_missing: EvidenceMissingOut | None = None
    """What an open case lacks of evidence; null where it has what its reason needs, or needs nothing."""
    evidence_reuse: list[ReuseOut] | None = None
    """Where else its evidence was used, as far as the caller sees it: the platform all of it, the merchant what the same buyer has in its
    orders. It may be empty for a merchant: then another account has used it. Null where nothing was found, and for the buyer."""
    parcel_anomalies: list[ParcelAnomalyOut]
    """What went wrong with the parcels of the case, and with those to the buyer with its goods, oldest first; empty where nothing did."""
    claimable: ClaimableOut | None = None
    """What may be claimed of the insured freight of the return; null where nothing is insured, or where it was claimed."""
    as_of: SeenOut | None = None
    """What else could be seen then, where an earlier time or another side was asked for; null in any other response."""

    @classmethod
    def of(
        cls,
        full: FullCase,
        actor: Actor,
        now: datetime | None = None,
        seen: SeenOut | None = None,
        context: CaseContext = NO_CONTEXT,
        *,
        timing: Timing = PLAIN_HOURS,
    ) -> "CaseDetailOut":
        """The case as this actor sees it now, explained with this context."""
        # The fields of the parent are values already: they are not validated a second time.
        known: dict[str, Any] = dict(CaseOut.of(full, actor, now, timing=timing))
        explanation = ExplanationOut.of(explain(full, actor, now, context, timing))
        return cls.model_construct(
            **known,
            explanation=explanation,
            reapplied_by=context.reapplied_by,
            evidence_missing=_missing(context),
            evidence_reuse=_reuse(context, full, actor),
            parcel_anomalies=[ParcelAnomalyOut.of(each, context.zone) for each in context.anomalies],
            claimable=_claimable(context, full),
            as_of=seen,
        )


def _reuse(context: CaseContext, full: FullCase, actor: Actor) -> list[ReuseOut] | None:
    if context.reuses is None or actor.role == "buyer":
        return None
    return [ReuseOut.of(each) for each in seen_reuses(context.reuses, full.case, actor)]


def _claimable(context: CaseContext, full: FullCase) -> ClaimableOut | None:
    minor, currency = context.claimable_minor, full.case.currency
    if not minor:
        return None
    kind = GuaranteeKind.FREIGHT_INSURANCE
    return ClaimableOut(kind=kind, amount=Money.of(minor, currency), text=BilingualOut.of(CLAIM_FREIGHT))


def _missing(context: CaseContext) -> EvidenceMissingOut | None:
    kinds = context.missing
    if not kinds:
        return None
    return EvidenceMissingOut(kinds=list(kinds), text=BilingualOut.of(missing_evidence(kinds)))
