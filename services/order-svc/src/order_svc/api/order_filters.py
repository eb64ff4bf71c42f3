"""The filters of lists of orders, which exports have as well."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from aftercare_chassis.http.schemas import Code, Currency, Id, Name, OneLine, PrincipalId, Time
from fastapi import Depends, Query

from order_svc.api.parameters import Several, one_or_several
from order_svc.api.schemas.order_parts import OrderTurn
from order_svc.domain.model import AfterSaleState, OrderState
from order_svc.domain.order_keys import KeyKind
from order_svc.domain.sorting import RangeEmpty
from order_svc.domain.stages import OrderStage
from order_svc.queries.order_lists import OrderFilter


async def _filter(
    state: Annotated[list[OrderState] | None, Several("Only orders in one of these states.")] = None,
    after_sale_state: Annotated[
        list[AfterSaleState] | None, Several("Only orders in one of these after-sale states.")
    ] = None,
    stage: Annotated[OrderStage | None, Query(description="Only orders in this stage.")] = None,
    buyer_id: Annotated[list[PrincipalId] | None, Several("Only orders of these buyers.")] = None,
    merchant_id: Annotated[list[PrincipalId] | None, Several("Only orders of these merchants.")] = None,
    whose_turn: Annotated[OrderTurn | None, Query(description="Only orders in which these have to act next.")] = None,
    order_no: Annotated[list[Id] | None, Several("Only orders with one of these numbers of the shop.")] = None,
    sku: Annotated[list[Name] | None, Several("Only orders with one of these articles.")] = None,
    category: Annotated[list[Code] | None, Several("Only orders with goods of one of these categories.")] = None,
    carrier: Annotated[list[Code] | None, Several("Only orders with a parcel of one of these couriers.")] = None,
    waybill_no: Annotated[list[Id] | None, Several("Only orders with a parcel under one of these waybills.")] = None,
    payment_provider: Annotated[list[Code] | None, Several("Only orders paid through one of these providers.")] = None,
    currency: Annotated[list[Currency] | None, Several("Only orders in one of these currencies.")] = None,
    created_from: Annotated[Time | None, Query(description="Only orders placed at this time or later.")] = None,
    created_to: Annotated[Time | None, Query(description="Only orders placed before this time.")] = None,
    paid_from: Annotated[Time | None, Query(description="Only orders paid at this time or later.")] = None,
    paid_to: Annotated[Time | None, Query(description="Only orders paid before this time.")] = None,
    shipped_from: Annotated[
        Time | None, Query(description="Only orders whose first parcel was registered at this time or later.")
    ] = None,
    shipped_to: Annotated[
        Time | None, Query(description="Only orders whose first parcel was registered before this time.")
    ] = None,
    amount_from: Annotated[
        int | None,
        Query(ge=0, le=2**53, description="Only orders of at least this total, in minor units of the one `currency`."),
    ] = None,
    amount_to: Annotated[
        int | None,
        Query(ge=0, le=2**53, description="Only orders below this total, in minor units of the one `currency`."),
    ] = None,
    overdue: Annotated[
        bool | None, Query(description="Only orders whose `deadline_at` has passed, or only the others.")
    ] = None,
    q: Annotated[
        OneLine | None,
        Query(
            min_length=1,
            description="Only orders that have this number (ours or the shop's), this buyer or this waybill, as whole values, or an article of whose number and title each of these words is a part, in any language. Buyers name the whole number of an article. Of the articles that are found, the first 50 count. Letter case makes no difference.",
        ),
    ] = None,
) -> OrderFilter:
    """The filters of a request.

    Raises:
        RangeEmpty: a range ends before it starts.
    """
    ranges: dict[str, tuple[datetime | int | None, datetime | int | None]] = {
        "created": (created_from, created_to),
        "paid": (paid_from, paid_to),
        "shipped": (shipped_from, shipped_to),
        "amount": (amount_from, amount_to),
    }
    return OrderFilter(
        columns={
            "state": one_or_several(state),
            "after_sale_state": one_or_several(after_sale_state),
            "buyer_id": one_or_several(buyer_id),
            "merchant_id": one_or_several(merchant_id),
            "currency": one_or_several(currency),
            "whose_turn": whose_turn,
            "stage": stage,
            "overdue": overdue,
            **_bounds(ranges),
        },
        keys={
            KeyKind.ORDER_NO: order_no,
            KeyKind.WAYBILL_NO: waybill_no,
            KeyKind.SKU: sku,
            KeyKind.CATEGORY: category,
            KeyKind.CARRIER: carrier,
            KeyKind.PAYMENT_PROVIDER: payment_provider,
        },
        search=q or None,
    )


def _bounds(ranges: Mapping[str, tuple[datetime | int | None, datetime | int | None]]) -> dict[str, object]:
    """The ends of these ranges by their names. Raises: RangeEmpty."""
    found: dict[str, object] = {}
    for name, (first, end) in ranges.items():
        # Both are of one type: of a time, or of an amount.
        if first is not None and end is not None and not first < end:  # type: ignore[operator]
            raise RangeEmpty(pointer=f"/{name}_to", name=name)
        found |= {f"{name}_from": first, f"{name}_to": end}
    return found


Filtered = Annotated[OrderFilter, Depends(_filter)]
"""The parameter of a route that has them all."""
