"""What earlier cases of an order say about the next one; read with the order, without a statement of its own."""

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.tables.cases.cases import case_lines, cases

_is_question = or_(*(cases.c.type == name for name in CaseType if TYPES[name].is_question))
_ended_at = func.coalesce(cases.c.ended_at, cases.c.updated_at)


def asked_before(order_id: ColumnElement[str]) -> tuple[ColumnElement[object], ColumnElement[object]]:
    """By line of the order, `completed_lines` and `questions` of `Order`; NULL where there are none."""
    of_order = select().select_from(case_lines.join(cases, case_lines.c.case_id == cases.c.id))
    of_order = of_order.where(cases.c.order_id == order_id)
    # Of two values for a key the last one stays.
    last = func.jsonb_object_agg(case_lines.c.line_id, aggregate_order_by(_ended_at, _ended_at))
    completed = of_order.add_columns(last).where(cases.c.state == CaseState.COMPLETED, not_(_is_question))
    open_ = func.jsonb_object_agg(case_lines.c.line_id, aggregate_order_by(cases.c.id, cases.c.id))
    questions = of_order.add_columns(open_).where(_is_question, *(cases.c.state != each for each in sorted(ENDED)))
    return completed.scalar_subquery().label("completed_lines"), questions.scalar_subquery().label("questions")
