"""How many disputes about a case its buyer has withdrawn, and may still open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aftercare_chassis.database.mapping import Query
from aftercare_chassis.database.reader import Reader
from aftercare_chassis.records import replace
from asyncpg import Record
from sqlalchemy import DateTime, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.disputes.model import DisputeOrigin, DisputeState
from aftersale_svc.tables.disputes.disputes import disputes

_NOT_DISPUTABLE = frozenset({CaseState.DISPUTED, CaseState.COMPLETED, CaseState.CANCELLED})
WITHDRAWN: Query[Record] = Query(
    select(disputes.c.case_id, func.count().label("number"))
    .where(
        disputes.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text))),
        disputes.c.state == DisputeState.WITHDRAWN,
        disputes.c.origin != DisputeOrigin.PLATFORM,
        disputes.c.updated_at <= bindparam("until", type_=DateTime(timezone=True)),
    )
    .group_by(disputes.c.case_id)
)
"""How many disputes of the buyer about each of these cases were withdrawn by a time."""


# Any: the settings of any process of the service
async def with_disputes_left(reader: Reader[Any], found: Sequence[FullCase], until: datetime) -> list[FullCase]:
    """The cases, those that were disputed before with how many disputes the buyer could still open at this time."""
    before = [
        each.case.id for each in found if each.case.dispute_id is not None and each.case.state not in _NOT_DISPUTABLE
    ]
    if not before:
        return list(found)
    withdrawn = {each["case_id"]: each["number"] for each in await reader.all(WITHDRAWN, case_ids=before, until=until)}
    most: int = reader.settings.withdrawn_disputes
    left = {each: max(0, most - withdrawn.get(each, 0)) for each in before}
    return [replace(each, disputes_left=left.get(each.case.id)) for each in found]
