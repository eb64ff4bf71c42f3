"""Who is a party of a claim, and does not act for the platform in it. Claims of every kind keep these people in `party_ids`."""

from dataclasses import dataclass
from typing import Protocol

from aftercare_chassis.lifecycle import Actor, Context, Guard
from aftercare_chassis.refusals import Kind, Refusal

from aftersale_svc.domain.cases.manual_reviews.guards import SIDES_OF_CASE
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.claims.model import Claim
from aftersale_svc.domain.permissions import STAFF, is_side


class ClaimPartyCannotDecide(Refusal):
    """Who acts for the platform is a party of the claim, or has acted for one in its case or in the claim."""

    kind, code = Kind.CONFLICT, "party_cannot_decide"
    zh, en = "交易一方不能代表平台处理该索赔或保障单。", "A party of the claim does not act for the platform in it."


class SecondPersonNeeded(Refusal):
    """Who decided that a claim is paid does not record its payment."""

    kind, code = Kind.CONFLICT, "second_person_needed"
    zh, en = (
        "审批人不能登记付款，需由另一人操作。",
        "Who approved the claim cannot record its payment; somebody else has to.",
    )


class DecidedClaim(Protocol):
    """A claim of which a person decides what is owed."""

    @property
    def decided_by(self) -> str | None:
        """Who has decided it; None before."""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the guards of a claim judge besides its row: who acts."""

    actor: Actor

    @classmethod
    def of(cls, context: Context) -> "ClaimFacts":
        """The facts of a command or of a reader."""
        return cls(context.actor)


def parties_of(case: Case) -> list[str]:
    """The parties of a case, and who has acted for one of them, for a claim that is opened beside it."""
    applicant = [case.applicant_id] if case.initiator in SIDES_OF_CASE else []
    return list(dict.fromkeys([case.buyer_id, case.merchant_id, *applicant, *case.party_ids]))


def check_no_party(case: Case, actor: Actor) -> None:
    """Refuse to open a claim for the platform beside a case of one's own. Raises: ClaimPartyCannotDecide."""
    if actor.role in STAFF and is_side(actor, case.buyer_id, case.merchant_id, parties_of(case)):
        raise ClaimPartyCannotDecide()


def _party(claim: Claim, facts: ClaimFacts | None) -> Refusal | None:
    if facts is None or facts.actor.role not in STAFF:
        return None
    of_side = is_side(facts.actor, claim.buyer_id, claim.merchant_id, claim.party_ids)
    return ClaimPartyCannotDecide() if of_side else None


def _same_person(claim: DecidedClaim, facts: ClaimFacts | None) -> Refusal | None:
    return SecondPersonNeeded() if facts is not None and facts.actor.id == claim.decided_by else None


SECOND_PERSON = Guard(SecondPersonNeeded.code, _same_person)
PARTY = Guard(ClaimPartyCannotDecide.code, _party)
