"""What a case would give back."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from fastapi import APIRouter

from aftersale_svc import queries
from aftersale_svc.api.cases.cases import OPENERS, REFUSED
from aftersale_svc.api.schemas.cases.case_requests import CaseIn
from aftersale_svc.api.schemas.cases.previews import CasePreviewOut
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/preview",
    operation_id="previewCase",
    responses=refusals(*REFUSED),
    dependencies=[OPENERS],
)
async def preview_case(body: CaseIn, reader: Read[Settings]) -> CasePreviewOut:
    """Show what a case would give back, without opening it. It changes nothing and needs no Idempotency-Key.

    A request that `POST /v1/cases` would refuse is refused alike, with the same code. While nothing else happens in the
    order, the case and its refund have these amounts to the minor unit.
    """
    request = body.request()
    found = await queries.preview(reader, request)
    await cited_evidence.check_request(reader, found.order, request)
    return CasePreviewOut.of(found)
