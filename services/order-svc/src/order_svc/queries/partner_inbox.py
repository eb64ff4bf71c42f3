"""SELECTs of partners' pushes."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from order_svc.domain.partners.pushes import PartnerPush, PushSource
from order_svc.tables.partner_inbox import PUSH_LIST, PUSHES


async def partner_push(reader: Reader, source: PushSource, push_id: str) -> PartnerPush:
    """One push of a partner. Raises: NotFound."""
    push = await reader.get(PUSHES, push_id)
    if push.source is not source:
        raise NotFound(what=PUSHES.name)
    return push


async def partner_pushes(
    reader: Reader, source: PushSource, limit: int, cursor: str | None, **filters: str | None
) -> Page[PartnerPush]:
    """A page of partners' pushes."""
    return await reader.page(PUSH_LIST, limit=limit, cursor=cursor, source=source, **filters)
