"""Every action that the API shows as allowed, or names as possible, has a route that lets those in who may take it."""

import importlib
from typing import Any

import pytest
from aftercare_chassis.http.openapi_docs import installed
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.lifecycle import SYSTEM, Lifecycle
from aftercare_chassis.settings import ServiceSettings
from aftercare_cli.lifecycles import lifecycles_of
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction
from aftersale_svc.domain.deadlines.ledger import DeadlineAction
from cs_svc.domain.surveys import SurveyAction
from order_svc.domain.lifecycle import OrderAction
from order_svc.domain.partners.pushes import PushAction
from order_svc.domain.shipping.labels import LabelAction

# Any: the states and actions differ per lifecycle.

LEFT_TO_THE_TABLE = {
    OrderAction.CANCEL: "cancelOrder",
    OrderAction.CANCEL_LINES: "cancelOrder",
    OrderAction.CONFIRM_RECEIPT: "confirmReceipt",
    OrderAction.CHANGE_ADDRESS: "changeAddress",
    PushAction.REDRIVE: "redriveCourierPush",
    LabelAction.VOID: "voidParcel",
    DeadlineAction.EXTEND: "extendDeadline",
    SurveyAction.ANSWER: "rateConversation",
    SurveyAction.OPT_OUT: "setSurveyPreference",
    RefusedGoodsAction.SEND: "returnRefusedGoods",
    RefusedGoodsAction.CORRECT_WAYBILL: "correctRefusedGoodsWaybill",
}
"""The operations whose roles are not those of the table: they let every role in, are in a router of one role, or are
those of the case or of what a survey asks for."""


@pytest.mark.parametrize("package", installed())
def test_every_possible_action_has_a_route(package: str) -> None:
    routes = routes_of(package)
    missing = [
        f"{title}: {role} cannot {action} in {state}"
        for title, table in lifecycles_of(package).items()
        for state, role in states_and_roles(table)
        for action in table.possible(state, role)
        if not any(takes(route, action, role) for route in routes)
    ]
    assert not missing, missing


def routes_of(package: str) -> list[ApiRoute]:
    settings_class: type[ServiceSettings] = importlib.import_module(f"{package}.settings").Settings
    service = importlib.import_module(f"{package}.main").service(settings_class.example())
    return [route for route in service.app.routes if isinstance(route, ApiRoute)]


def states_and_roles(table: Lifecycle[Any, Any]) -> list[tuple[Any, str]]:
    """Every state that rows lead out of, with each role of people in the table."""
    roles = {role for row in table.transitions.values() for role in row.permission.roles} - {SYSTEM.role}
    states = {state for state, _ in table.transitions}
    return [(state, role) for state in sorted(states) for role in sorted(roles)]


def takes(route: ApiRoute, action: Any, role: str) -> bool:
    """Whether the route takes this action. Actions of several tables have the same texts, so they are compared by identity."""
    by_table = any(each.action is action and role in each.roles for each in route.role_requirements)
    return by_table or any(route.operation_id == name for left, name in LEFT_TO_THE_TABLE.items() if left is action)
