"""The nightly comparison of providers' statements with our books, for finance and administrators."""

from datetime import date
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Code, Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query, Response

from order_svc.api.schemas import csv_files, reconciliation_files
from order_svc.api.schemas.reconciliations import (
    DifferenceOut,
    NoteIn,
    ReconciliationOut,
    ReconciliationReportOut,
    ReconciliationsOut,
)
from order_svc.commands.payments import reconciliations
from order_svc.domain.payments.statements import DIFFERENCE, DifferenceAction, DifferenceState
from order_svc.queries import reconciliations as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["payment-differences"], route_class=ApiRoute)
_READS = [require_role("finance", "admin")]
ProviderName = Annotated[Code, Path(description="The name of the payment provider.")]
StatementDay = Annotated[date, Path(description="The day of the statement, in the provider's time zone.")]
DifferenceId = Annotated[Id, Path(description="The id of the difference.")]


@router.get("/payment-reconciliations", operation_id="listPaymentReconciliations", dependencies=_READS)
async def list_reconciliations(read: Read) -> ReconciliationsOut:
    """The statements that were compared, newest day first."""
    found = await queries.reconciliations(read)
    return ReconciliationsOut(data=[ReconciliationOut.of(each) for each in found])


@router.get("/payment-reconciliations/{provider}/{day}", operation_id="getPaymentReconciliation", dependencies=_READS)
async def get_reconciliation(provider: ProviderName, day: StatementDay, read: Read) -> ReconciliationReportOut:
    """The nightly report of one provider: what its statement adds up to, and the differences between it and our books."""
    found, differences = await queries.reconciliation(read, provider, day)
    return ReconciliationReportOut.of_day(found, differences, read.actor)


@router.get(
    "/payment-reconciliations/{provider}/{day}/export",
    operation_id="exportPaymentReconciliation",
    response_class=Response,
    dependencies=_READS,
)
async def export_reconciliation(provider: ProviderName, day: StatementDay, read: Read) -> Response:
    """The nightly report of one provider as a CSV file: a line for each sum of its statement, and one for each difference. Amounts are
    decimal numbers beside minor units. A text that a spreadsheet program would take for a formula begins with an apostrophe."""
    found, differences = await queries.reconciliation(read, provider, day)
    name = f'attachment; filename="{found.provider}-{found.day}.csv"'
    file = reconciliation_files.report(found, differences)
    return Response(file, media_type=csv_files.MEDIA_TYPE, headers={"content-disposition": name})


@router.get("/payment-differences", operation_id="listPaymentDifferences", dependencies=_READS)
async def list_differences(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    state: Annotated[DifferenceState | None, Query(description="Only differences in this state.")] = None,
    provider: Annotated[Code | None, Query(description="Only those of this payment provider.")] = None,
) -> PageOut[DifferenceOut]:
    """Differences, newest first."""
    page = await queries.payment_differences(read, limit, cursor, state=state, provider=provider)
    return PageOut[DifferenceOut].of(page, lambda found: DifferenceOut.of(found, read.actor))


@router.get("/payment-differences/{difference_id}", operation_id="getPaymentDifference", dependencies=_READS)
async def get_difference(difference_id: DifferenceId, read: Read) -> DifferenceOut:
    """One difference."""
    return DifferenceOut.of(await queries.payment_difference(read, difference_id), read.actor)


@router.post(
    "/payment-differences/{difference_id}/explain",
    operation_id="explainPaymentDifference",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(DIFFERENCE, DifferenceAction.EXPLAIN)],
)
async def explain_difference(difference_id: DifferenceId, body: NoteIn, tx: Tx[Settings]) -> DifferenceOut:
    """State why the books differ, where something is still to be done."""
    return DifferenceOut.of(await reconciliations.explain(tx, difference_id, note=body.note), tx.actor)


@router.post(
    "/payment-differences/{difference_id}/resolve",
    operation_id="resolvePaymentDifference",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(DIFFERENCE, DifferenceAction.RESOLVE)],
)
async def resolve_difference(difference_id: DifferenceId, body: NoteIn, tx: Tx[Settings]) -> DifferenceOut:
    """State how the difference was settled."""
    return DifferenceOut.of(await reconciliations.resolve(tx, difference_id, note=body.note), tx.actor)
