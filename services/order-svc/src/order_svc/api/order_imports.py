"""Imports of a shop's existing orders 订单导入: a file in parts, row by row."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.order_imports import (
    ImportedPartOut,
    ImportIn,
    ImportOut,
    ImportRefusalsOut,
    ImportRowsIn,
)
from order_svc.commands.orders import order_imports
from order_svc.domain.imports.errors import ImportCompleted, PartTooEarly, RowsOutOfOrder
from order_svc.domain.imports.model import ImportState
from order_svc.queries import order_imports as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/order-imports", tags=["orders"], route_class=ApiRoute)
ImportId = Annotated[Id, Path(description="The id of the import.")]
SELLER = [require_role("seller")]
READERS = [require_role("seller", "agent", "admin")]


@router.post("", operation_id="startOrderImport", status_code=201, dependencies=SELLER)
async def start_import(body: ImportIn, tx: Tx[Settings]) -> ImportOut:
    """Begin the import of a file, or find the one that has begun: it goes on with the line `next_row`."""
    return ImportOut.of(await order_imports.begin(tx, file_hash=body.file_hash))


@router.get("", operation_id="listOrderImports", dependencies=READERS)
async def list_imports(
    reader: Read[Settings],
    state: Annotated[ImportState | None, Query(description="Only imports in this state.")] = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only imports of this merchant.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ImportOut]:
    """List imports, newest first."""
    page = await queries.order_imports(reader, limit, cursor, state=state, merchant_id=merchant_id)
    return PageOut[ImportOut].of(page, ImportOut.of)


@router.get("/{import_id}", operation_id="getOrderImport", dependencies=READERS)
async def get_import(import_id: ImportId, reader: Read[Settings]) -> ImportOut:
    """Get how far an import is."""
    return ImportOut.of(await queries.order_import(reader, import_id))


@router.post(
    "/{import_id}/rows",
    operation_id="importOrderRows",
    responses=refusals(ImportCompleted, PartTooEarly, RowsOutOfOrder),
    dependencies=SELLER,
)
async def import_rows(import_id: ImportId, body: ImportRowsIn, tx: Tx[Settings]) -> ImportedPartOut:
    """Import a part of the file's orders: each with its lines, payment and parcels, or not at all.

    An order that is here under its number is left as it is, so that a part may be sent again. Nobody is reminded, nothing expires,
    and no provider is called; other services learn of the orders as if they had happened here, with their own times.
    """
    part = await order_imports.add(tx, import_id, rows=body.rows(), next_row=body.next_row, first_row=body.first_row)
    return ImportedPartOut.of_part(part)


@router.post("/{import_id}/complete", operation_id="completeOrderImport", dependencies=SELLER)
async def complete_import(import_id: ImportId, tx: Tx[Settings]) -> ImportOut:
    """End the import: no more rows come."""
    return ImportOut.of(await order_imports.complete(tx, import_id))


@router.get("/{import_id}/refusals", operation_id="listOrderImportRefusals", dependencies=READERS)
async def list_refusals(
    import_id: ImportId,
    reader: Read[Settings],
    after_row: Annotated[int, Query(ge=0, le=2_000_000_000, description="Only rows after this line.")] = 0,
    limit: Limit = 20,
) -> ImportRefusalsOut:
    """List why orders of the file were refused, by their lines."""
    return ImportRefusalsOut.of(*await queries.refusals(reader, import_id, after_row=after_row, limit=limit))
