"""Exports of orders, page by page as they are sent, so that their size does not matter."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from aftercare_chassis.auth.errors import TokenExpired
from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.reader import Reader
from aftercare_chassis.http.methods import is_head
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.refusals import Forbidden
from aftercare_chassis.runtime import Runtime
from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from order_svc.api.order_filters import Filtered
from order_svc.api.schemas.importable_orders import importable, left_out
from order_svc.api.schemas.order_exports import MEDIA_TYPES, SUFFIXES, ExportFormat, exported, heading
from order_svc.domain.sorting import CurrencyMissing, OrderSort, RangeEmpty, SortUnsuitable
from order_svc.queries import order_lists
from order_svc.queries.order_lists import OrderFilter
from order_svc.queries.orders import OrderView
from order_svc.queries.whole_orders import whole
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)
PAGE = 200
_OF_IMPORTS = {ExportFormat.IMPORT: importable, ExportFormat.LEFT_OUT: left_out}


@router.get(
    "/export",
    operation_id="exportOrders",
    response_class=StreamingResponse,
    responses=refusals(CurrencyMissing, SortUnsuitable, RangeEmpty),
    dependencies=[require_role("seller", "agent", "admin")],
)
async def export_orders(
    request: Request,
    reader: Read[Settings],
    wanted: Filtered,
    format: Annotated[
        ExportFormat,
        Query(
            description="`ndjson`: an order per line; `csv`: a line per article; `import`: an order per line as `importOrderRows` takes it; "
            "`left_out`: a line per order that `import` leaves out, with the reason."
        ),
    ] = ExportFormat.NDJSON,
) -> StreamingResponse:
    """Export the orders that the caller may see, oldest first, with the filters of `GET /v1/orders`, without addresses but for `import`.

    `import` is for sellers, and leaves out what no import takes: orders that wait for their payment, were cancelled after it, are in after-sale,
    or of which a refund is in flight. `left_out` has those, with the reason of each.

    It is read page by page while it is sent: an order that changes meanwhile is exported as it was when its page was read. In CSV, a
    text that a spreadsheet program would take for a formula begins with an apostrophe.
    """
    if format in _OF_IMPORTS and reader.actor.role != "seller":
        raise Forbidden
    first = await order_lists.orders(reader, wanted, limit=PAGE, sort=OrderSort.OLDEST)
    parts = _parts(request, wanted, format, first, await _part(reader, format, first))
    attached = f'attachment; filename="orders.{SUFFIXES[format]}"'
    headers = {"content-type": MEDIA_TYPES[format], "content-disposition": attached}
    return StreamingResponse(_nothing() if is_head(request) else parts, headers=headers)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _part(reader: Reader[Settings], format: ExportFormat, page: Page[OrderView]) -> bytes:
    """The orders of a page as they are exported."""
    line = _OF_IMPORTS.get(format)
    if line is None:
        return exported(format, page.data, reader.actor)
    found = (line(each, reader.now) for each in await whole(reader, page.data))
    return b"".join(each for each in found if each is not None)


async def _parts(
    request: Request, wanted: OrderFilter, format: ExportFormat, page: Page[OrderView], first: bytes
) -> AsyncIterator[bytes]:
    """The export as it is sent. It holds no connection while the client reads."""
    runtime: Runtime[Settings] = request.app.state.runtime
    actor = runtime.verifier.actor(request.headers)
    yield heading(format) + first
    while page.next_cursor is not None:
        with suppress(TokenExpired):  # it was valid when the export began
            runtime.verifier.actor(request.headers)
        async with runtime.reader(actor) as reader:
            page = await order_lists.orders(reader, wanted, limit=PAGE, cursor=page.next_cursor, sort=OrderSort.OLDEST)
            part = await _part(reader, format, page)
        yield part
