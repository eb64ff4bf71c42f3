"""A dispute in sentences, as it is shown."""

from aftercare_chassis.http.schemas import Out

from aftersale_svc.api.schemas.texts import ActionTextsOut, BilingualOut
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.domain.wording.dispute_explanation import DisputeExplanation


class DisputeActionTextOut(ActionTextsOut):
    """An action that the state of the dispute has."""

    action: DisputeAction
    """Its code, as in `allowed_actions`."""


class DisputeExplanationOut(Out):
    """The dispute in sentences."""

    what: BilingualOut
    """What it is about, and who has opened it."""
    where: BilingualOut
    """How far it is."""
    turn: BilingualOut
    """Who has to act next, and until when."""
    then: BilingualOut | None = None
    """What happens if nobody acts until then; null where the dispute has no deadline."""
    verdict: BilingualOut | None = None
    """What was decided, or what both sides have agreed on, and who is liable; null before."""
    money: BilingualOut
    """How much goes back, and how certain that is."""
    money_when: BilingualOut | None = None
    """When it goes back; null where nothing does, or where it has gone back."""
    settlement: BilingualOut | None = None
    """What one side proposes, until when the other may answer, and what happens without that; null where nothing is proposed."""
    appeal: BilingualOut | None = None
    """Until when either side may appeal, or that one has; null where there is nothing to say."""
    actions: list[DisputeActionTextOut]
    """What can be done in this state, each with why the caller may not, where that is so."""

    @classmethod
    def of(cls, found: DisputeExplanation) -> "DisputeExplanationOut":
        return cls(
            what=BilingualOut.of(found.what),
            where=BilingualOut.of(found.where),
            turn=BilingualOut.of(found.turn),
            then=BilingualOut.of_any(found.then),
            verdict=BilingualOut.of_any(found.verdict),
            money=BilingualOut.of(found.money),
            money_when=BilingualOut.of_any(found.money_when),
            settlement=BilingualOut.of_any(found.settlement),
            appeal=BilingualOut.of_any(found.appeal),
            actions=[DisputeActionTextOut.of(each) for each in found.actions],
        )
