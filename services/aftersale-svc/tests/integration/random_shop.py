"""The order of the random histories, who acts, with which settings and rules, and by which routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aftercare_chassis.http.responses import is_command
from aftercare_chassis.http.routing import ApiRoute
from aftercare_events import LineDiscount, OrderPayment
from aftersale_shop import CUP, KETTLE, RETURN_ADDRESS
from fastapi import FastAPI
from random_bodies import bodies_of, cny

PEOPLE = ("buyer", "seller", "agent", "second agent", "arbitrator", "second arbitrator", "admin")
DOCUMENTS = ("cases", "disputes", "refused-goods-claims", "courier-claims", "guarantee-claims")
SETTINGS: dict[str, object] = {
    "testing_bodies": {"lab-1": "?"},
    "second_person_above": {"CNY": 15000},
}
MERCHANT: dict[str, dict[str, Any]] = {
    "fast-exchange": {"allowed": True},
    "return-fees": {"fees": [{"return_freight": cny(1200), "restocking_basis_points": 500}]},
    "freight-insurance": {"limits": [cny(1000)]},
    "return-freight-limits": {"limits": [cny(1500)]},
}
"""What is set for the merchant."""
RULES: dict[str, Any] = {
    "rules": [
        {"id": "small", "when": {"amount_to": cny(3000)}, "outcome": "approve"},
        {"id": "large", "when": {"amount_from": cny(25000)}, "outcome": "manual_review"},
    ]
}
MORE_SETTINGS: dict[str, dict[str, Any]] = {
    "case-rules": RULES,
    "order-discounts": {"on_return": "recalculate"},
    "required-evidence": {"reasons": ["damaged_in_transit"]},
    "return-address": {"return_address": RETURN_ADDRESS},
    "service-terms": {"warranty_days": 365},
}
"""What is set as well in some of the histories."""
# 40.00 off from 600.00; the kettles that are left of it after a few returns do not come to that.
LINES = tuple(
    line.model_copy(
        update={
            "quantity": quantity,
            "discounts": (
                LineDiscount(kind="promotion", funder="platform", amount_minor=discount, threshold_minor=60000),
            ),
            "discount_minor": discount,
            "tax_minor": (quantity * line.unit_price_minor - discount) * 13 // 113,
            "paid_minor": quantity * line.unit_price_minor - discount,
        }
    )
    for line, quantity, discount in ((KETTLE, 8, 3600), (CUP, 6, 400))
)
"""Enough units for several cases at a time."""
DEPOSIT_MINOR, FEE = 20000, 800
PAYMENTS = tuple(
    OrderPayment(payment_id=id_, provider="simulator", method="sim_success", amount_minor=minor)
    for id_, minor in (
        ("pay_a", DEPOSIT_MINOR),
        ("pay_ord_1", sum(line.paid_minor for line in LINES) + FEE - DEPOSIT_MINOR),
    )
)
"""The payments of the order, where it is paid in two."""


@dataclass(frozen=True)
class Routes:
    """The command of each action that is shown in a document, the operation that sets each setting of a merchant, and all commands."""

    by_action: Mapping[tuple[str, str], ApiRoute]
    settings: Mapping[str, str]
    commands: frozenset[str]

    @classmethod
    def of(cls, app: FastAPI) -> "Routes":
        """Those of all actions on one document; each that needs a body has one here."""
        found = {
            (route.path.split("/")[2], str(each.action)): route
            for route in app.routes
            if isinstance(route, ApiRoute) and route.path.startswith(tuple(f"/v1/{each}/{{" for each in DOCUMENTS))
            for each in route.role_requirements
            if each.action is not None
        }
        known = bodies_of({}, 0)
        missing = {
            route.operation_id
            for route in found.values()
            if route.body_field is not None and route.body_field.field_info.is_required()
        }
        assert missing <= known.keys(), f"a body for {missing - known.keys()}"
        routes = [each for each in app.routes if isinstance(each, ApiRoute) and is_command(each)]
        settings = {
            each.path.rsplit("/", 1)[1]: str(each.operation_id) for each in routes if "PUT" in (each.methods or ())
        }
        return cls(found, settings, frozenset(str(each.operation_id) for each in routes))

    def request(
        self, documents: str, document: Mapping[str, Any], action: str, choice: int
    ) -> tuple[ApiRoute, str, dict[str, Any]]:
        """The route, the path and a body for an action on this document."""
        route = self.by_action[documents, action]
        proposals = [each["id"] for each in document.get("proposals", [])] or ["prp_0"]
        ids = dict.fromkeys(route.param_convertors, document["id"]) | {"proposal_id": proposals[-1]}
        return route, route.path_format.format(**ids), bodies_of(document, choice).get(str(route.operation_id), {})
