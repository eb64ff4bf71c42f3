"""Orders as an import takes them: what is exported of one shop, and imported in another place."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from aftercare_chassis.refusals import Refusal
from pydantic import ValidationError

from order_svc.api.schemas.past_orders import PastOrderIn
from order_svc.domain.fulfilment import will_not_arrive
from order_svc.domain.imports import attribution, rules
from order_svc.domain.model import AfterSaleState, CancelCause, OrderLine, OrderState
from order_svc.domain.payments.model import IN_FLIGHT, RefundState
from order_svc.queries.whole_orders import WholeOrder

# Any: a JSON document.

_NOT_TO_BE_STATED = "not_to_be_stated"
"""The reason where a field of the order has no place in a file, or another form there."""
_SETTLED = (AfterSaleState.NONE, AfterSaleState.DONE)
_OF_LINE = ("sku", "title", "category", "quantity", "warranty_days", "fulfilment", "ships_by", "production_days")
_OF_ADDRESS = ("name", "phone", "country", "province", "city", "district", "street", "postal_code")


def importable(whole: WholeOrder, now: datetime) -> bytes | None:
    """The order as a line of a file; None where no import takes it: see `left_out`."""
    past = _past(whole, now)
    if isinstance(past, str):
        return None
    return past.model_dump_json(exclude_none=True, exclude_unset=True).encode() + b"\n"


def left_out(whole: WholeOrder, now: datetime) -> bytes | None:
    """The number of the order and why no import takes it, as a line of JSON; None where one does.

    That is an order that waits for its payment, was cancelled after it, has an open case or a refund in flight, whose buyer is owed a refund or
    was paid by a guarantee, that was charged back, paid in another amount than its own, or has a parcel that was lost or has gone back. Other
    reasons are the codes with which an import would refuse it.
    """
    reason, order = _past(whole, now), whole.order
    if not isinstance(reason, str):
        return None
    stated = {"id": order.id, "order_no": order.order_no, "state": order.state, "reason": reason}
    return json.dumps(stated, ensure_ascii=False).encode() + b"\n"


def _past(whole: WholeOrder, now: datetime) -> PastOrderIn | str:
    """The order as a file states it, or the reason why none does."""
    reason = _unsettled(whole)
    if reason is not None:
        return reason
    try:
        past = PastOrderIn.model_validate(_stated(whole))
        rules.check(past.order(), now)
    except ValidationError:
        return _NOT_TO_BE_STATED
    except Refusal as refusal:
        return refusal.code
    return past


def _unsettled(whole: WholeOrder) -> str | None:
    """What of the order is not settled; None where all is."""
    order = whole.order
    paid = sum(each.amount_minor for each in whole.payments)
    wanted = 0 if order.state is OrderState.CANCELLED else order.total_minor
    reasons = {
        "after_sale_open": order.after_sale_state not in _SETTLED,
        "refund_in_flight": any(each.state in IN_FLIGHT for each in whole.refunds),
        "charged_back": any(each.charged_back_minor for each in whole.payments),
        "refund_owed": whole.owed_minor > 0,
        "paid_by_guarantee": bool(whole.compensations),
        "parcel_lost_or_returned": any(will_not_arrive(parcel) for parcel, _ in whole.parcels),
        "unpaid": not paid and order.state is OrderState.CREATED,
        "paid_in_another_amount": paid != wanted,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _stated(whole: WholeOrder) -> dict[str, Any]:
    order = whole.order
    needed = rules.NEEDED.get(order.state, ())
    tax, address = order.shipping_tax_minor, whole.address
    stated = {
        "order_no": order.order_no or order.id,
        "buyer_id": order.buyer_id,
        "buyer_level": order.buyer_level,
        "currency": order.currency,
        "state": order.state,
        "created_at": order.created_at,
        **{name: getattr(order, name) for name in needed},
        # One that cost nothing may have been refunded as a whole, and is no paid order.
        "cancel_cause": None if order.cancel_cause is CancelCause.REFUNDED else order.cancel_cause,
        "payment_reference": whole.payments[0].provider_reference if len(whole.payments) == 1 else None,
        "shipping_fee": _money(order.shipping_fee_minor, order.currency),
        "shipping_tax": None if tax is None else _money(tax, order.currency),
        "shipping_discounts": _discounts(order.shipping_discounts, order.currency),
        "shipping_address": None if address is None else {name: getattr(address, name) for name in _OF_ADDRESS},
        "lines": [_line(line, whole) for line in whole.lines],
        "parcels": _parcels(whole),
        "virtual_delivered_at": order.virtual_delivered_at,
    }
    return {name: value for name, value in _with_refund(stated, whole).items() if value is not None}


def _line(line: OrderLine, whole: WholeOrder) -> dict[str, Any]:
    currency, places = whole.order.currency, {each.id: place for place, each in enumerate(whole.lines)}
    stated = {
        **{name: getattr(line, name) for name in _OF_LINE},
        "unit_price": _money(line.unit_price_minor, currency),
        "discount": _money(line.discount_minor, currency) if line.discount_minor else None,
        "tax": None if line.tax_minor is None else _money(line.tax_minor, currency),
        "discounts": _discounts(line.discounts, currency),
        "gift_of": None if line.gift_of is None else places[line.gift_of],
    }
    return {name: value for name, value in stated.items() if value is not None}


def _discounts(parts: list[dict[str, Any]] | None, currency: str) -> list[dict[str, Any]] | None:
    if parts is None:
        return None
    return [
        {
            "kind": each["kind"],
            "funder": each["funder"],
            "amount": _money(each["amount_minor"], currency),
            **({"threshold": _money(each["threshold_minor"], currency)} if each.get("threshold_minor") else {}),
        }
        for each in parts
    ]


def _parcels(whole: WholeOrder) -> list[dict[str, Any]] | None:
    places = {line.id: place for place, line in enumerate(whole.lines, 1)}
    found = []
    for parcel, content in whole.parcels:
        units = Counter[int]()
        for each in content:
            units[places[each.line_id]] += each.quantity
        found.append(
            {
                "carrier": parcel.carrier,
                "waybill_no": parcel.waybill_no,
                "shipped_at": parcel.handed_over_at or parcel.created_at,
                "lines": [{"line": place, "quantity": quantity} for place, quantity in sorted(units.items())],
            }
        )
    return found or None


def _with_refund(stated: dict[str, Any], whole: WholeOrder) -> dict[str, Any]:
    """What is stated of the order, with what was refunded of it."""
    made = [each for each in whole.refunds if each.state is RefundState.SUCCEEDED]
    total = sum(each.amount_minor for each in made)
    if not total:
        return stated
    currency = whole.order.currency
    units = attribution.refunded_units(whole.lines, whole.case_lines)
    amounts, shipping = attribution.refunded_minor(whole.lines, units, whole.order.shipping_fee_minor, total)
    lines = [
        {**line, "refunded": {"quantity": refunded, "amount": _money(minor, currency)}} if refunded or minor else line
        for line, refunded, minor in zip(stated["lines"], units, amounts, strict=True)
    ]
    return {
        **stated,
        "lines": lines,
        "refunded_at": max(each.settled_at or each.created_at for each in made),
        "refund_reference": made[0].provider_reference if len(made) == 1 else None,
        "shipping_refunded": _money(shipping, currency) if shipping else None,
    }


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"amount": minor, "currency": currency}
