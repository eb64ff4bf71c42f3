"""What the claims to the refused goods of a case were at a time of the past."""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.claims.model import ClaimStep


def owed_at(goods: OwedGoods, steps: Sequence[ClaimStep]) -> OwedGoods | None:
    """The claim as it was after these steps of it, oldest first; None where it was not open yet."""
    if not steps:
        return None
    moved = [
        each.action for each in steps if each.action in (RefusedGoodsAction.SEND, RefusedGoodsAction.ORDER_DISPATCH)
    ]
    past = replace(goods, state=RefusedGoodsState(steps[-1].state))
    if moved and moved[-1] == RefusedGoodsAction.SEND:
        return past
    return replace(past, carrier=None, waybill_no=None)
