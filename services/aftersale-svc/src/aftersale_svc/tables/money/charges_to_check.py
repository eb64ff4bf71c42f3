"""Ended cases in which a payment of the buyer may be owed back."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import Integer, Text, and_, bindparam, not_, or_, select

from aftersale_svc.domain.cases.charges.policy import BUYER_KEEPS_IT, GIVEN_UP
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.cases.legs import refunds
from aftersale_svc.tables.goods.exchanges import charges
from aftersale_svc.tables.goods.repairs import repairs

_kept_causes = or_(*(refunds.c.cause == each for each in sorted(BUYER_KEEPS_IT)))
PERHAPS_OWED_BACK: Query[Record] = Query(
    select(charges.c.case_id)
    .select_from(
        charges.join(cases, cases.c.id == charges.c.case_id)
        .outerjoin(refunds, refunds.c.id == cases.c.refund_id)
        .outerjoin(repairs, repairs.c.case_id == cases.c.id)
    )
    .where(
        charges.c.paid_at.is_not(None),
        charges.c.owed_back_at.is_(None),
        or_(*(cases.c.state == ended for ended in sorted(ENDED))),
        # Those that were completed with what was paid for are many.
        or_(
            cases.c.state != CaseState.COMPLETED,
            and_(refunds.c.id.is_not(None), not_(_kept_causes)),
            repairs.c.failure.is_not(None),
            *(repairs.c.outcome == each for each in sorted(GIVEN_UP)),
        ),
        charges.c.case_id > bindparam("after", type_=Text),
    )
    .order_by(charges.c.case_id)
    .limit(bindparam("most", type_=Integer)),
)
"""Ended cases in which what the buyer has paid may be owed back; whether it is, `is_undone` decides."""
