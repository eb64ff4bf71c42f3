"""Refused goods as a case knows them: what their claims say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsState

_WITH_MERCHANT = frozenset({RefusedGoodsState.AWAIT_DISPATCH, RefusedGoodsState.UNDER_REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedGoods:
    """The claim to some refused units: its id, how far it is, the units, and the parcel that they are in, None where they are in none.
    `scanned_at` is when a courier had that parcel first, by its own clock.

    It is read with its case, and never saved with it.
    """

    id: str
    case_id: str
    state: RefusedGoodsState
    lines: list[dict[str, Any]]  # Any: JSON
    carrier: str | None = None
    waybill_no: str | None = None
    scanned_at: datetime | None = None
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
