"""The freight of a return that its insurance does not pay: the merchant owes it (docs/money.md R6)."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.returns import ReturnFreightCoverReduced

from aftersale_svc.commands import effects
from aftersale_svc.commands.money import open_freights
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.return_freights.policy import with_less_insured
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeKind
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.settings import Settings


async def ended(tx: Transaction[Settings], full: FullCase, claim: GuaranteeClaim) -> None:
    """Let the merchant of a case, which is locked with its order, bear what a claim did not get that was paid or declined.

    After any other end the buyer may claim it again.
    """
    if claim.kind is not GuaranteeKind.FREIGHT_INSURANCE:
        return
    freight = with_less_insured(full, claim.owed_minor or 0)
    if freight is None:
        return
    after = full.keeping(freight)
    event = ReturnFreightCoverReduced(
        **case_fields(tx, full.case),
        stated_minor=freight.stated_minor,
        insured_minor=freight.insured_minor,
        currency=full.case.currency,
    )
    owed = (open_freights.event(tx, after, freight),) if freight.to_pay_minor else ()
    await effects.save(tx, full, after, None, event, *owed)  # a step of the claim records it
