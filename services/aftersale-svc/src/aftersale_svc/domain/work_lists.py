"""The lists of cases that people work through: which cases are in each, for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import NOBODY

from aftersale_svc.domain.cases.legs.goods_return import COURIER
from aftersale_svc.domain.cases.reasons import Label

DUE_SOON = timedelta(hours=24)
_PLATFORM = "platform"
_OWN_TURN = {"buyer": "buyer", "seller": "merchant", "agent": "agent", "arbitrator": _PLATFORM, "admin": "agent"}


class WorkList(StrEnum):
    """The lists. A case can be in several."""

    MY_TURN = "my_turn"
    DUE_SOON = "due_soon"
    AWAITING_PARCEL = "awaiting_parcel"
    FROZEN = "frozen"


LABELS: Mapping[WorkList, Label] = {
    WorkList.MY_TURN: Label("待我处理", "My turn"),
    WorkList.DUE_SOON: Label("即将到期（24 小时内）", "Due within 24 hours"),
    WorkList.AWAITING_PARCEL: Label("等待退货包裹", "Waiting for a parcel"),
    WorkList.FROZEN: Label("维权冻结", "Frozen by a dispute"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases of a list: those in which it is this one's turn, with a deadline before `due_before` where that is set."""

    whose_turn: str
    due_before: datetime | None = None


def selection(work_list: WorkList, role: str, now: datetime) -> Selection:
    """The cases of this list for people of this role; of whom each sees is decided elsewhere."""
    own = _OWN_TURN.get(role, NOBODY)
    return {
        WorkList.MY_TURN: Selection(own),
        WorkList.DUE_SOON: Selection(own, now + DUE_SOON),
        WorkList.AWAITING_PARCEL: Selection(COURIER),
        WorkList.FROZEN: Selection(_PLATFORM),
    }[work_list]
