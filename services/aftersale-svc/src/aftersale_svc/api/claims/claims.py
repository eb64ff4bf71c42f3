"""The claims beside a case, of every kind."""

from aftercare_chassis.http.routing import ApiRoute, Read
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.claims.claims import CaseClaimsOut
from aftersale_svc.queries.claims import beside_case
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["claims"], route_class=ApiRoute)


@router.get("/{case_id}/claims", operation_id="listClaimsOfCase")
async def list_claims(case_id: CaseId, reader: Read[Settings]) -> CaseClaimsOut:
    """List the claims beside a case that the caller may see, newest first; the case waits for none of them."""
    return CaseClaimsOut.of(await beside_case(reader, case_id))
