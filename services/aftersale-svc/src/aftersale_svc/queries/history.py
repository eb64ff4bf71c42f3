"""A case as it was at an earlier time, and as one side could see it then."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.compiled import viewer
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.records import replace

from aftersale_svc import queries
from aftersale_svc.domain.cases.deposit_covers.model import DepositCover
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import may_open_again
from aftersale_svc.domain.cases.manual_reviews.proposals import steps_for
from aftersale_svc.domain.cases.offers.model import Offer, OfferState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.stops import stop_at
from aftersale_svc.domain.evidence.case_evidence import CitedEvidence, case_evidence, hashes
from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceState
from aftersale_svc.domain.history.changes import as_of
from aftersale_svc.domain.history.errors import CaseNotOpenThen, HistoryNotKept, TimeInFuture
from aftersale_svc.domain.history.files import file_at
from aftersale_svc.domain.history.sides import Side, actor_of
from aftersale_svc.domain.money.holds import holders
from aftersale_svc.domain.refused_goods.history import owed_at
from aftersale_svc.queries.claims import in_order, steps_beside_case
from aftersale_svc.queries.past_orders import past_order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_changes import CHANGES_OF_CASE
from aftersale_svc.tables.cases.cases import TIMELINE
from aftersale_svc.tables.cases.legs import LEGS
from aftersale_svc.tables.cases.offers import OFFERS_OF_CASE
from aftersale_svc.tables.claims.guarantee_claims import COVERS_THEN
from aftersale_svc.tables.deadlines.deadlines import MOVES_OF_CASE, OF_CASE
from aftersale_svc.tables.disputes.withdrawn_disputes import with_disputes_left
from aftersale_svc.tables.evidence.evidence import CITED_BY_OTHERS, FILES_OF_CASE
from aftersale_svc.tables.goods.refused_goods_claims import STEPS_OF_CASE
from aftersale_svc.tables.money.holders import with_holders
from aftersale_svc.tables.money.holds import REJECTIONS_THEN


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case at a time: the case, who looks at it, the steps taken by then, the offers and the evidence of that time."""

    at: datetime
    full: FullCase
    actor: Actor
    steps: Sequence[TimelineStep]
    offers: Sequence[Offer]
    evidence: Sequence[CitedEvidence]


async def past_case(read: Reader[Settings], case_id: str, at: datetime | None, side: Side | None) -> PastCase:
    """The case at this time, or now, in the place of this side, or of the reader itself.

    Raises:
        NotFound: there is no such case, or the reader may not see it.
        SideForeign, TimeInFuture, CaseNotOpenThen: the question is refused.
        HistoryNotKept: not everything that happened to the case until then was recorded.
    """
    now = await queries.case(read, case_id)
    actor, time = actor_of(side, now.case, read.actor), at or read.now
    if time > read.now:
        raise TimeInFuture(pointer="/as_of")
    if time < now.case.created_at:
        raise CaseNotOpenThen(pointer="/as_of", opened_at=now.case.created_at)
    then = as_of(now, await read.all(CHANGES_OF_CASE, case_id=case_id), time, LEGS)
    if then is None:
        raise HistoryNotKept(pointer="/as_of")
    if then.case.state is CaseState.DISPUTED:
        moves = await read.all(MOVES_OF_CASE, case_id=case_id)
        then = replace(then, stop=stop_at(await read.all(OF_CASE, case_id=case_id), moves, time))
    if then.case.state is CaseState.REJECTED:
        rejected = await read.one(REJECTIONS_THEN, case_ids=[case_id], at=time)
        then = replace(then, rejected_times=None if rejected is None else rejected["times"])
    [then] = await with_disputes_left(read, [replace(then, disputes_left=None, held_by=None)], time)
    covers = await read.all(COVERS_THEN, case_id=case_id, at=time)
    then = replace(then, legs={**then.legs, OwedGoods: await _owed_goods(read, now, time), DepositCover: tuple(covers)})
    if at is None:
        [then] = await with_holders(read, [then], lambda each: may_open_again(each, actor))
    elif may_open_again(then, actor):
        past = await past_order(read, then.case.order_id, time)
        then = replace(then, held_by=holders(case_id, TYPES[then.case.type], then.lines, past.holds))
    known = [each for each in await read.all(TIMELINE, case_id=case_id) if each.at <= time]
    steps = steps_for(actor.role, known)
    offers = [_offer(each, time) for each in await read.all(OFFERS_OF_CASE, case_id=case_id) if each.made_at <= time]
    side_reader = copy(read)
    side_reader.actor = actor
    claims = [each for each in await steps_beside_case(side_reader, case_id) if each.at <= time]
    evidence = await _evidence(side_reader, then, actor, steps, time)
    return PastCase(time, then, actor, in_order(steps, claims), offers, evidence)


async def _owed_goods(read: Reader[Settings], now: FullCase, at: datetime) -> tuple[OwedGoods, ...]:
    """The claims to refused goods as they were, by the steps that were taken until then."""
    claims = now.rows_of(OwedGoods)
    if not claims:
        return ()
    steps = [each for each in await read.all(STEPS_OF_CASE, case_id=now.case.id) if each.at <= at]
    return tuple(
        past for each in claims if (past := owed_at(each, [step for step in steps if step.claim_id == each.id]))
    )


def _offer(offer: Offer, at: datetime) -> Offer:
    """The offer at this time: one that ended later was open."""
    ended_later = offer.ended_at is not None and offer.ended_at > at
    return replace(offer, state=OfferState.OPEN, ended_at=None) if ended_later else offer


async def _evidence(
    read: Reader[Settings], then: FullCase, actor: Actor, steps: Sequence[TimelineStep], at: datetime
) -> list[CitedEvidence]:
    """What this side could see of the evidence: its own files that are of the case or were cited, and accepted ones that were cited."""
    order_id, case_id = then.case.order_id, then.case.id
    found = await read.all(FILES_OF_CASE[actor.role], order_id=order_id, case_id=case_id, cited=hashes(steps))
    known = [file for each in found if (file := file_at(each, at)) is not None]
    shown = await read.all(CITED_BY_OTHERS, order_id=order_id, at=at, role=actor.role)
    others = {each["sha256"] for each in shown}
    return case_evidence(steps, [each for each in known if _seen(each, case_id, actor, steps, others)], [])


def _seen(file: EvidenceFile, case_id: str, actor: Actor, steps: Sequence[TimelineStep], others: set[str]) -> bool:
    owner = {"buyer": file.owner_buyer_id, "seller": file.owner_merchant_id}.get(actor.role, viewer(actor))
    if owner == viewer(actor):
        return file.case_id == case_id or any(file.sha256 in step.evidence for step in steps)
    return file.state is EvidenceState.ACCEPTED and file.sha256 in others
