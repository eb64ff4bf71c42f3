"""For arbitrators 仲裁: everything about a dispute in one document, and whether like disputes get like verdicts."""

from datetime import timedelta
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Time
from fastapi import APIRouter, Query

from aftersale_svc.api.parameters import DisputeId
from aftersale_svc.api.schemas.disputes.dispute_files import DisputeFileOut, VerdictDriftOut
from aftersale_svc.domain.disputes.period_errors import PeriodEmpty, PeriodTooLong
from aftersale_svc.queries import dispute_files
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
drift = APIRouter(prefix="/v1/verdict-drift", tags=["disputes"], route_class=ApiRoute)
STAFF = [require_role("arbitrator", "agent", "admin")]
USUAL_PERIOD = timedelta(days=90)


@router.get("/{dispute_id}/file", operation_id="getDisputeFile", dependencies=STAFF)
async def get_dispute_file(dispute_id: DisputeId, reader: Read[Settings]) -> DisputeFileOut:
    """Get everything about a dispute in one document: the words and the evidence of both sides, the timeline, turns, money,
    decisions with what they cite, and similar disputes with their verdicts."""
    return DisputeFileOut.of(await dispute_files.dispute_file(reader, dispute_id), reader)


@drift.get("", operation_id="getVerdictDrift", responses=refusals(PeriodEmpty, PeriodTooLong), dependencies=STAFF)
async def get_verdict_drift(
    reader: Read[Settings],
    since: Annotated[Time | None, Query(description="Decided at or after this; 90 days before `until`.")] = None,
    until: Annotated[Time | None, Query(description="Decided before this; now.")] = None,
) -> VerdictDriftOut:
    """Show how often like disputes got unlike verdicts.

    Disputes are alike where their category, reason and type of the case and the kinds of its evidence are the same. Of a group with n verdicts,
    of which m have the most frequent remedy, the drift is (n − m) / n; that of all groups with at least two verdicts is
    Σ(n − m) / Σn. Each has the bounds between which it is with 95 % confidence: of few verdicts they are wide, and a group of fewer than
    ten says little. Settlements are no verdicts.
    """
    ends = until or reader.now
    begins = since or ends - USUAL_PERIOD
    return VerdictDriftOut.of(begins, ends, await dispute_files.verdict_groups(reader, begins, ends))
