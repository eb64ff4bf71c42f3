"""What bars an offer, or an answer to one."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.offers.errors import GoodsAlreadySent, NoOfferOpen, OfferOfAnother, TooManyOffers
from aftersale_svc.domain.cases.replacements.model import Replacement

MOST_OFFERS = 6
"""Of both sides together, per case."""


def _too_many(case: Case, _: object) -> Refusal | None:
    return TooManyOffers(times=case.offers_made) if case.offers_made >= MOST_OFFERS else None


def _none_open(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return NoOfferOpen() if facts is None or facts.full.open_offer is None else None


def _goods_sent(_: Case, facts: CaseFacts | None) -> Refusal | None:
    if facts is None:
        return None
    sent_first = any(each.shipped_at is not None for each in facts.full.rows_of(Replacement))
    return GoodsAlreadySent() if sent_first or facts.full.return_.is_sent_back else None


def _sent_by_buyer(case: Case, facts: CaseFacts | None) -> Refusal | None:
    by_buyer = facts is not None and facts.actor is not None and facts.actor.role == "buyer"
    return _goods_sent(case, facts) if by_buyer else None


def _of_another(_: Case, facts: CaseFacts | None) -> Refusal | None:
    if facts is None or facts.actor is None or facts.full.open_offer is None:
        return None
    return None if facts.full.open_offer.by == facts.actor.role else OfferOfAnother()


OF_ANOTHER = Guard(OfferOfAnother.code, _of_another)
TOO_MANY_OFFERS = Guard(TooManyOffers.code, _too_many)
NO_OFFER_OPEN = Guard(NoOfferOpen.code, _none_open)
GOODS_SENT = Guard(GoodsAlreadySent.code, _goods_sent)
"""Goods on their way back, or back, are decided about by inspection or by an agent."""
SENT_BY_BUYER = Guard(GoodsAlreadySent.code, _sent_by_buyer)
"""A buyer whose goods are on their way withdraws no request; an agent may."""
