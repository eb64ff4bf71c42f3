"""Refused goods as a case knows them: what their claims say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.refused_goods.codes import RefusedGoodsAction, RefusedGoodsState

_WITH_MERCHANT = frozenset({RefusedGoodsState.AWAIT_DISPATCH, RefusedGoodsState.UNDER_REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedGoods:
    """The claim to some refused units: its id, how far it is, the units, and the parcel that they are in, None where they are in none.

    It is read with its case, and never saved with it.
    """

    id: str
    case_id: str
    state: RefusedGoodsState
    lines: list[dict[str, Any]]  # Any: JSON
    carrier: str | None = None
    waybill_no: str | None = None
    claimed_minor: int = 0

    @property
    def units(self) -> Mapping[str, int]:
        """The units, by line."""
        return {each["line_id"]: each["quantity"] for each in self.lines}

    @property
    def waits_for_dispatch(self) -> bool:
        """Whether the merchant has the goods, and is to send them."""
        return self.state in _WITH_MERCHANT and self.waybill_no is None

    @property
    def is_gone(self) -> bool:
        """Whether the goods have left, or nobody waits for them any more."""
        return not self.waits_for_dispatch and self.state is not RefusedGoodsState.WITHDRAWN


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
