"""The timers of the lifecycle tables, and whose time each of them is."""

from collections.abc import Mapping
from typing import Any

from aftercare_chassis.lifecycle import Lifecycle

from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM

# Any: the states and actions differ per table.
_TABLES: tuple[Lifecycle[Any, Any], ...] = (
    *CASE.values(),
    DISPUTE,
    COURIER_CLAIM,
    GUARANTEE_CLAIM,
    REFUSED_GOODS_CLAIM,
)


def _turns() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for table in _TABLES:
        for state in table.timeouts:
            for timeout in table.alternatives(state):
                if timeout.hours is not None:
                    found.setdefault(timeout.hours, set()).add(timeout.turn)
    return {timer: frozenset(turns) for timer, turns in found.items()}


TURNS: Mapping[str, frozenset[str]] = _turns()
"""Whose turn it is while a timer runs, by the name of the setting with its hours."""
_LENGTHENED = frozenset(
    {"answered_hours", "buyer_ship_hours", "rejected_hours", "reship_receipt_hours", "supplement_hours"}
)
"""The times of buyers at the end of which they lose something. At the end of others they get it: longer, these would serve the merchant."""
MERCHANTS_CHOICE: Mapping[str, str] = {
    **{timer: "merchant" for timer, turns in sorted(TURNS.items()) if turns == {"merchant"}},
    **dict.fromkeys(sorted(_LENGTHENED), "buyer"),
}
"""The timers that merchants may set themselves, each with whose time it is: their own, shorter, or that of buyers, longer."""
