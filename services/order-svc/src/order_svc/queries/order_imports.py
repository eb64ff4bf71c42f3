"""Imports of orders, and what they refused."""

from collections.abc import Sequence

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.imports.model import ImportRefusal, OrderImport
from order_svc.tables.order_imports import ORDER_IMPORT_LIST, ORDER_IMPORTS, REFUSALS_OF_IMPORT


async def order_import(reader: Reader, import_id: str) -> OrderImport:
    """One import that the reader may see. Raises: NotFound."""
    return await reader.get(ORDER_IMPORTS, import_id)


async def order_imports(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[OrderImport]:
    """A page of imports."""
    return await reader.page(ORDER_IMPORT_LIST, limit=limit, cursor=cursor, **filters)


async def refusals(
    reader: Reader, import_id: str, *, after_row: int, limit: int
) -> tuple[Sequence[ImportRefusal], int | None]:
    """The refusals of whole rows after this one, about `limit` of them, and the row after which the next page begins, if any.

    Raises:
        NotFound: there is no such import that the reader may see.
    """
    await reader.get(ORDER_IMPORTS, import_id)
    found = await reader.all(REFUSALS_OF_IMPORT, import_id=import_id, after_row=after_row, most=limit + 1)
    if len(found) <= limit:
        return found, None
    whole = [each for each in found if each.row != found[-1].row]
    if whole:
        return whole, whole[-1].row
    # A single row with more reasons than a page: it is shown as far as it goes.
    return found, found[-1].row
