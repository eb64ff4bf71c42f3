"""Changes of many cases as they happen: a queue, a merchant's cases, a buyer's."""

from typing import Annotated

from aftercare_chassis.http.feeds import StreamTooFarBehind
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import Id, PrincipalId
from aftercare_chassis.http.sse import EventStream, LastEventId
from fastapi import APIRouter, Request

from aftersale_svc.api.parameters import Several
from aftersale_svc.api.schemas.cases.timelines import CaseUpdateOut
from aftersale_svc.api.schemas.disputes.frozen import QueueTurn
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.history.live_steps import Followed
from aftersale_svc.queries.live_cases import feed
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
UPDATES = feed(CaseUpdateOut.of)


@router.get(
    "/stream",
    operation_id="followCases",
    response_class=EventStream,
    responses=refusals(StreamTooFarBehind),
)
async def follow_cases(
    request: Request,
    reader: Read[Settings],
    order_id: Annotated[list[Id] | None, Several("Only cases about one of these orders.")] = None,
    whose_turn: Annotated[
        list[QueueTurn] | None,
        Several("Only steps before or after which one of these has to act: those by which a queue changes."),
    ] = None,
    type: Annotated[list[CaseType] | None, Several("Only cases of these types.")] = None,
    reason: Annotated[list[Reason] | None, Several("Only cases with one of these reasons.")] = None,
    buyer_id: Annotated[list[PrincipalId] | None, Several("Only cases of these buyers.")] = None,
    merchant_id: Annotated[list[PrincipalId] | None, Several("Only cases of these merchants.")] = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Stream what happens in the cases that the caller may see, in their disputes and in the claims beside them: a server-sent event per
    step, whose data is a `CaseUpdateOut`.

    It begins with what happens from now on, within about a second, and continues after `Last-Event-ID` where there is one. Then steps
    of the last ten seconds before it may come again, with the same ids. A case that a dispute stops is followed by the turn of its
    dispute, and a step of a claim by that of the claim. Where more has happened than a stream catches up with, it answers 409 `stream_too_far_behind`.
    """
    followed = Followed(
        role=reader.actor.role,
        order_ids=frozenset(order_id or ()),
        buyer_ids=frozenset(buyer_id or ()),
        merchant_ids=frozenset(merchant_id or ()),
        types=frozenset(type or ()),
        reasons=frozenset(reason or ()),
        turns=frozenset(whose_turn or ()),
    )
    return await UPDATES.follow(request, reader, last_event_id, wanted=followed.has)
