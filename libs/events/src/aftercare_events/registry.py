"""The event classes by type name, and the upcasters that rewrite data of older versions."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from aftercare_events.catalogue import (
    after_sale_admin_actions,
    appeals,
    articles,
    attachments,
    bot,
    calls,
    case_progress,
    case_refunds,
    charge_backs,
    claims,
    complaints,
    consultations,
    conversation_moves,
    conversations,
    courier_claims,
    deadline_times,
    deposits,
    desk,
    dispute_deadline_times,
    disputes,
    evidence,
    exchanges,
    fast_exchanges,
    feedback,
    guarantee_claims,
    hearings,
    held_replies,
    insights,
    intercepts,
    lab_tests,
    manual_reviews,
    merchants,
    offers,
    offline_refunds,
    order_admin_actions,
    order_after_sales,
    order_authorisations,
    order_reviews,
    order_times,
    orders,
    parcel_anomalies,
    parcels,
    payment_differences,
    payments,
    pickup_refusals,
    pickups,
    receipts,
    referrals,
    refused_goods,
    regulator_complaints,
    repairs,
    replacements,
    returns,
    reviews,
    routing,
    sanctions,
    shipment_times,
    sla,
    sold_lines,
    stock,
    supplements,
    surveys,
    type_changes,
)
from aftercare_events.event import Event

CATALOGUE = (
    *(
        orders,
        order_after_sales,
        order_authorisations,
        order_reviews,
        order_times,
        sold_lines,
        shipment_times,
        receipts,
        pickup_refusals,
        stock,
        order_admin_actions,
        payments,
        charge_backs,
        payment_differences,
        parcels,
        parcel_anomalies,
        intercepts,
    ),
    *(
        reviews,
        manual_reviews,
        supplements,
        type_changes,
        consultations,
        offers,
        returns,
        pickups,
        replacements,
        exchanges,
        repairs,
        fast_exchanges,
        case_refunds,
        offline_refunds,
        case_progress,
        deadline_times,
        disputes,
        hearings,
        lab_tests,
        appeals,
        dispute_deadline_times,
        courier_claims,
        guarantee_claims,
        refused_goods,
        claims,
        evidence,
        sanctions,
        merchants,
        deposits,
        after_sale_admin_actions,
    ),
    *(
        complaints,
        regulator_complaints,
        conversations,
        calls,
        conversation_moves,
        referrals,
        held_replies,
        desk,
        routing,
        sla,
        bot,
        attachments,
        feedback,
        surveys,
    ),
    articles,
    insights,
)
"""The modules with event classes, in the order of the documentation."""

Data = dict[str, Any]  # Any: JSON, in versions of events that no class describes any more
Upcaster = Callable[[Data], Data]


def events_in(module: ModuleType) -> Iterator[type[Event]]:
    """Yield the events that a module defines: classes with a constant `matter`. Their base classes only share fields.

    Raises:
        TypeError: A class without a constant `matter` is no base class either, so it must be an event that lacks one.
    """
    for each in vars(module).values():
        if not (isinstance(each, type) and issubclass(each, Event) and each.__module__ == module.__name__):
            continue
        if not each.model_fields["matter"].is_required():
            yield each
        elif not each.__subclasses__():
            raise TypeError(f'the event {each.__name__} has no constant matter: add `matter: Code = "…"`')


EVENTS: dict[str, type[Event]] = {cls.type_name(): cls for module in CATALOGUE for cls in events_in(module)}
"""Every event class by its type name."""

UPCASTERS: dict[str, tuple[str, Upcaster]] = {}
"""By old type name: the next type name, and the function that rewrites the data."""


class WrongSchema(ValueError):
    """The data does not fit its type. The message names fields and rules, and quotes no value: it may be anything."""


def upcaster(old: str, *, to: str) -> Callable[[Upcaster], Upcaster]:
    """Register the decorated function, which takes data of type `old` and returns data of type `to`.

    Chains are followed: v1 to v2 and v2 to v3 read v1 as v3.

    Raises:
        ValueError: `old` has an upcaster already.
    """

    def register(rewrite: Upcaster) -> Upcaster:
        if old in UPCASTERS:
            raise ValueError(f"two upcasters for {old}")
        UPCASTERS[old] = (to, rewrite)
        return rewrite

    return register


def reads(type_name: str) -> type[Event] | None:
    """Return the class in which this build reads events of this type; None where it knows no such type."""
    while type_name in UPCASTERS:
        type_name = UPCASTERS[type_name][0]
    return EVENTS.get(type_name)


def parse(type_name: str, data: bytes) -> Event | None:
    """Return the event, upcast to the newest version.

    None for a type that this build does not know; and for an event that `retells` one of an older version that this
    build reads, since the same fact would be handled twice.

    Raises:
        WrongSchema: The data does not fit the type.
    """
    cls = reads(type_name)
    if cls is None:
        return None
    try:
        event = cls.model_validate_json(_upcast(type_name, data) if type_name in UPCASTERS else data)
    except ValidationError as error:
        raise WrongSchema(f"the data does not fit {cls.type_name()}: {_violations(error)}") from error
    older = vars(event).get("retells")
    return None if older is not None and reads(older) else event


def _upcast(type_name: str, data: bytes) -> bytes:
    fields = fields_of(type_name, data)
    while type_name in UPCASTERS:
        type_name, rewrite = UPCASTERS[type_name]
        try:
            fields = rewrite(fields)
        except (LookupError, TypeError, ValueError) as error:
            raise WrongSchema(f"the upcaster to {type_name} cannot read the data: {type(error).__name__}") from error
    return json.dumps(fields, ensure_ascii=False).encode()


def fields_of(type_name: str, data: bytes) -> Data:
    """Return the data of an event of any type, known or not.

    Raises:
        WrongSchema: It is not a JSON object.
    """
    try:
        fields = from_json(data)
    except ValueError as error:
        raise WrongSchema(f"the data of {type_name} is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise WrongSchema(f"the data of {type_name} is not a JSON object")
    return fields


def _violations(error: ValidationError) -> str:
    """Return the first three violations as `field: rule`, without values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"]))) for each in found[:3]]
    return "; ".join(shown) + (f"; and {len(found) - 3} more" if len(found) > 3 else "")
