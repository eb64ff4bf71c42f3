"""Appeals against verdicts of disputes, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.decisions import DecisionId, PolicyArticleId, PolicyVersion
from aftercare_events.catalogue.disputes import DisputeEvent, Liable, Remedy
from aftercare_events.catalogue.verdicts import DisputeCost, PolicyCitation, RecommendedSanction
from aftercare_events.fields import Code, Currency, DeadlineAt, Hash, Minor
from aftercare_events.vocabulary import Vocabulary, one_of


class AppealSide(Vocabulary):
    """Who appeals."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"


class EntryDirection(Vocabulary):
    """Who owes whom what a replaced verdict leaves open."""

    BUYER_OWES = "buyer_owes", "the buyer got more than the verdict that holds awards"
    BUYER_IS_OWED = "buyer_is_owed", "the buyer got less than the verdict that holds awards"


class DisputeAppealed(DisputeEvent):
    """One side appealed against the verdict; another arbitrator decides about it."""

    matter: Code = "dispute_appeal"
    by: Annotated[Code, one_of(AppealSide, "the side that appealed")]
    grounds_hash: Hash
    deadline_at: DeadlineAt = None


class VerdictConfirmed(DisputeEvent):
    """The appeal was decided: the verdict stays, and is final."""

    matter: Code = "dispute_appeal_decision"
    grounds_hash: Hash
    decision_id: DecisionId = None
    costs: Annotated[
        tuple[DisputeCost, ...],
        Field(description="what tests during the appeal have cost, besides the costs of the verdict"),
    ] = ()


class VerdictReplaced(DisputeEvent):
    """The appeal was decided: this verdict takes the place of the former one, and is final."""

    matter: Code = "dispute_appeal_decision"
    liable: Annotated[Code, one_of(Liable, "who is liable")]
    remedy: Annotated[Code, one_of(Remedy, "what is ordered")]
    amount_minor: Minor
    currency: Currency
    grounds_hash: Hash
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
    cites: Annotated[tuple[PolicyCitation, ...], Field(description="the policies that it rests on")] = ()
    costs: Annotated[
        tuple[DisputeCost, ...], Field(description="who bears which costs, in place of what the former verdict said")
    ] = ()
    sanctions: Annotated[
        tuple[RecommendedSanction, ...],
        Field(description="the sanctions that it recommends, in place of the former ones"),
    ] = ()
    entry: Annotated[
        Code | None,
        one_of(
            EntryDirection, "who owes whom what the former verdict has paid too much or too little; absent: nothing"
        ),
    ] = None
    entry_minor: Annotated[Minor | None, Field(description="how much; it is recorded, no money moves by it")] = None


class VerdictBecameFinal(DisputeEvent):
    """Nobody appealed in time: the verdict is final, and is executed now."""

    matter: Code = "dispute_verdict_final"


class DisputeDebtEvent(DisputeEvent):
    """What every change of the money that the buyer owes by a replaced verdict carries; the amounts in minor units of `currency`."""

    amount_minor: Minor
    currency: Currency
    owed_minor: Annotated[Minor, Field(description="what was paid too much, all together")]
    repaid_minor: Annotated[Minor, Field(description="what of it the buyer has paid back by now")]
    written_off_minor: Annotated[Minor, Field(description="what of it the buyer need not pay back, by now")]


class DisputeDebtRepaid(DisputeDebtEvent):
    """The buyer has paid back `amount_minor` of what a replaced verdict had paid too much, outside the suite."""

    matter: Code = "dispute_debt"
    reference_hash: Hash


class DisputeDebtWrittenOff(DisputeDebtEvent):
    """The buyer need not pay back the rest, `amount_minor`, of what a replaced verdict had paid too much."""

    matter: Code = "dispute_debt"
    grounds_hash: Hash
