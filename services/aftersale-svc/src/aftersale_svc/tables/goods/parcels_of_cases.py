"""Which cases a parcel belongs to: their returns and booked pickups, replacements, refused goods and samples."""

from sqlalchemy import ColumnElement, Text, any_, bindparam, func, select, union_all

from aftersale_svc.tables.disputes.disputes import disputes
from aftersale_svc.tables.disputes.lab_tests import lab_tests
from aftersale_svc.tables.goods.pickups import pickups
from aftersale_svc.tables.goods.refused_goods_claims import refused_goods_claims
from aftersale_svc.tables.goods.replacements import replacements
from aftersale_svc.tables.goods.returns import returns

_waybill_no = bindparam("waybill_no", type_=Text)
_carried = union_all(
    *(
        select(table.c.case_id.label("case_id")).where(table.c.waybill_no == _waybill_no)
        # The number of a pickup is that of the return once the goods were collected, or sent.
        for table in (returns, pickups, replacements, refused_goods_claims)
    ),
    select(disputes.c.case_id)
    .join_from(lab_tests, disputes, disputes.c.id == lab_tests.c.dispute_id)
    .where(lab_tests.c.waybill_no == _waybill_no),
)


def carried_under_waybill(case_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a parcel of the case has the number `:waybill_no`, of whichever courier."""
    # An array, which is made once: of a subquery the planner expects too many cases, and it reads all of them for a page.
    return case_id == any_(func.array(_carried.scalar_subquery()))
