"""Who acts in the random histories, with which settings and rules, and by which routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aftercare_chassis.http.routing import ApiRoute
from fastapi import FastAPI
from random_bodies import bodies_of, cny

PEOPLE = ("buyer", "seller", "agent", "second agent", "arbitrator", "second arbitrator", "admin")
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
DEPOSIT: dict[str, Any] = {"kind": "paid_in", "amount": cny(20000), "reference": "B-0"}
"""What the merchant has on its deposit: not enough for every claim."""
"""What is set for the merchant."""
RULES = {
    "rules": [
        {"id": "small", "when": {"amount_to": cny(3000)}, "outcome": "approve"},
        {"id": "large", "when": {"amount_from": cny(25000)}, "outcome": "manual_review"},
    ]
}


@dataclass(frozen=True)
class Routes:
    """The command of each action that is shown in a document."""

    by_action: Mapping[tuple[str, str], ApiRoute]

    @classmethod
    def of(cls, app: FastAPI) -> "Routes":
        """Those of all actions on one case or one dispute; each that needs a body has one here."""
        found = {
            (route.path.split("/")[2], str(each.action)): route
            for route in app.routes
            if isinstance(route, ApiRoute) and route.path.startswith(("/v1/cases/{", "/v1/disputes/{"))
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
        return cls(found)

    def request(self, document: Mapping[str, Any], action: str, choice: int) -> tuple[str, dict[str, Any]]:
        """The path and a body for an action on this document."""
        kind = "disputes" if "complaint_id" in document else "cases"
        route = self.by_action[kind, action]
        proposals = [each["id"] for each in document.get("proposals", [])] or ["prp_0"]
        path = route.path_format.format(case_id=document["id"], dispute_id=document["id"], proposal_id=proposals[-1])
        return path, bodies_of(document, choice).get(str(route.operation_id), {})
