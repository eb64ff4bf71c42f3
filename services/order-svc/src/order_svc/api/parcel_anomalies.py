"""Anomalies of parcels, for the merchants whose parcels they are and for agents."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_events.waybills import CarrierInput
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.parcel_anomalies import AcknowledgeIn, AnomalyCountsOut, AnomalyOut, ResolveIn
from order_svc.commands.parcels import anomalies
from order_svc.domain.anomalies.codes import AnomalyAction, AnomalyKind, AnomalyState
from order_svc.domain.anomalies.lifecycle import ANOMALY
from order_svc.domain.tracking import ParcelLeg
from order_svc.queries import parcel_anomalies as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["parcel-anomalies"], route_class=ApiRoute)
_READS = [require_role("seller", "agent", "arbitrator", "admin")]
AnomalyId = Annotated[Id, Path(description="The id of the anomaly.")]


@router.get("/parcel-anomalies", operation_id="listParcelAnomalies", dependencies=_READS)
async def list_parcel_anomalies(
    read: Read,
    state: Annotated[AnomalyState | None, Query(description="Only those in this state.")] = None,
    kind: Annotated[AnomalyKind | None, Query(description="Only those of this kind.")] = None,
    carrier: Annotated[CarrierInput | None, Query(description="Only parcels of this courier.")] = None,
    leg: Annotated[ParcelLeg | None, Query(description="Only parcels that go this way.")] = None,
    parcel_id: Annotated[Id | None, Query(description="Only those of this parcel.")] = None,
    order_id: Annotated[Id | None, Query(description="Only those of parcels of this order.")] = None,
    case_id: Annotated[Id | None, Query(description="Only those of parcels of this case.")] = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only those of this merchant.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[AnomalyOut]:
    """Anomalies of parcels, newest first."""
    filters = {
        "state": state,
        "kind": kind,
        "carrier": carrier,
        "leg": leg,
        "parcel_id": parcel_id,
        "order_id": order_id,
        "case_id": case_id,
        "merchant_id": merchant_id,
    }
    page = await queries.parcel_anomalies(read, limit, cursor, **filters)
    return PageOut[AnomalyOut].of(page, lambda found: AnomalyOut.of(found, read.actor))


@router.get("/parcel-anomaly-counts", operation_id="countParcelAnomalies", dependencies=_READS)
async def count_parcel_anomalies(read: Read) -> AnomalyCountsOut:
    """How many anomalies have not been resolved, by kind, courier and state."""
    return AnomalyCountsOut.of(await queries.parcel_anomaly_counts(read))


@router.get("/parcel-anomalies/{anomaly_id}", operation_id="getParcelAnomaly", dependencies=_READS)
async def get_parcel_anomaly(anomaly_id: AnomalyId, read: Read) -> AnomalyOut:
    """One anomaly of a parcel."""
    return AnomalyOut.of(await queries.parcel_anomaly(read, anomaly_id), read.actor)


@router.post(
    "/parcel-anomalies/{anomaly_id}/acknowledge",
    operation_id="acknowledgeParcelAnomaly",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(ANOMALY, AnomalyAction.ACKNOWLEDGE)],
)
async def acknowledge_parcel_anomaly(anomaly_id: AnomalyId, body: AcknowledgeIn, tx: Tx[Settings]) -> AnomalyOut:
    """State that somebody looks after it; it still ends by itself where a scan comes."""
    return AnomalyOut.of(await anomalies.acknowledge(tx, anomaly_id, note=body.note), tx.actor)


@router.post(
    "/parcel-anomalies/{anomaly_id}/resolve",
    operation_id="resolveParcelAnomaly",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(ANOMALY, AnomalyAction.RESOLVE)],
)
async def resolve_parcel_anomaly(anomaly_id: AnomalyId, body: ResolveIn, tx: Tx[Settings]) -> AnomalyOut:
    """State how it was resolved. It is raised again only by what happens afterwards."""
    resolved = await anomalies.resolve(tx, anomaly_id, resolution=body.resolution, note=body.note)
    return AnomalyOut.of(resolved, tx.actor)
