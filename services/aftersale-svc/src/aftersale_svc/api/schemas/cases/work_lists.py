"""The work lists as they are shown."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.http.schemas import Out, Time
from aftercare_chassis.lifecycle import Actor

from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.deadlines.ledger import MissedBy
from aftersale_svc.domain.work_lists import LABELS, PATHS, OwedBeside, WorkList, selection
from aftersale_svc.queries import MOST_COUNTED


class WorkListOut(Out):
    """One list: how many cases it has, and how to read them."""

    code: WorkList
    """Identifies the list."""
    label: BilingualOut
    """What people read."""
    path: str
    """Where it is read, with the filters below: `/v1/cases`, or claims or reviews elsewhere."""
    count: int
    """How many cases or claims it has, up to 1000."""
    more: bool
    """Whether it has more than that."""
    whose_turn: str
    """With this filter, sorted by `deadline`, `GET /v1/cases` lists its cases; `any`: with `missed_by`, `state` or the filter of what is owed in its place. A case that a
    dispute stops counts with the turn and the deadline of its dispute."""
    state: CaseState | None = None
    """The list has the cases in this state, which `GET /v1/cases` lists with this filter in place of `whose_turn`; null for the others."""
    due_before: Time | None = None
    """The list ends with the cases whose deadline is before this; null where it has all of them."""
    unassigned: bool | None = None
    """Where it is true, `GET /v1/review-queue` with this filter lists its cases."""
    agent_id: str | None = None
    """Where there is one, `GET /v1/review-queue` with this filter lists its cases."""
    missed_by: MissedBy | None = None
    """The list has open cases in which this side has missed a deadline; null for the other lists."""
    charge_to_return: bool | None = None
    """Where it is true, `GET /v1/cases` with this filter lists its cases, with `sort=oldest` the oldest first: they need have no deadline."""
    return_freight_to_pay: bool | None = None
    """As `charge_to_return`, of the freight of a return that the merchant owes to the buyer."""
    debt_owed: bool | None = None
    """As `charge_to_return`, of what the buyer owes by a replaced verdict."""


class WorkListsOut(Out):
    """The lists of the caller. A case may be in several."""

    data: list[WorkListOut]
    """Each list once."""

    @classmethod
    def of(cls, counts: Mapping[WorkList, int], actor: Actor, now: datetime) -> "WorkListsOut":
        return cls(data=[_list(each, count, actor, now) for each, count in counts.items()])


def _list(work_list: WorkList, count: int, actor: Actor, now: datetime) -> WorkListOut:
    of = selection(work_list, actor, now)
    return WorkListOut(
        code=work_list,
        label=BilingualOut.of(LABELS[work_list]),
        path=PATHS.get(work_list, "/v1/cases"),
        count=min(count, MOST_COUNTED),
        more=count > MOST_COUNTED,
        whose_turn=of.whose_turn,
        state=of.state,
        due_before=of.due_before,
        unassigned=True if of.unassigned else None,
        agent_id=of.agent_id,
        missed_by=of.missed_by,
        **{each.value: True if of.owed is each else None for each in OwedBeside},
    )
