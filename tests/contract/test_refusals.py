"""Every refusal of every service: both sentences have the same facts, amounts are money, a route documents it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from aftercare_chassis.http.openapi_docs import installed
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.refusals import Refusal
from aftercare_cli.lifecycles import lifecycles_of


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in of.__subclasses__():
        yield each
        yield from refusals(each)


@pytest.fixture(scope="module", autouse=True)
def services() -> None:
    for package in installed():
        importlib.import_module(f"{package}.main")


def facts(template: str) -> dict[str, str]:
    """The facts in a sentence, with their format."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(template) if name is not None}


def amounts(template: str) -> set[str]:
    return {name for name, spec in facts(template).items() if spec == "money"}


def test_both_languages_have_the_same_facts() -> None:
    for each in refusals():
        assert facts(each.zh).keys() == facts(each.en).keys(), each
        assert amounts(each.zh) == amounts(each.en), each


def test_amounts_are_formatted_as_money() -> None:
    found = {(each.code, name): spec for each in refusals() for name, spec in facts(each.en).items()}
    priced = {place: spec for place, spec in found.items() if place[1].endswith(("_minor", "amount", "price", "fee"))}
    assert priced, "order-svc refuses amounts"
    assert set(priced.values()) == {"money"}, priced
    assert found["amount_exceeds_paid", "left"] == "money"


TOP = Path(__file__).parents[2]
SHARED = (TOP / "tests" / "security", TOP / "tests" / "journey")
"""Tests over HTTP that are of no service alone."""
NOT_OF_ROUTES = {
    "credit_due": "decides which timer holds",
    "decision_failed": "the result of one case of a batch",
    "slug_repeated": "the result of one row of an import",
    "kind_differs": "the result of one row of an import",
    "draft_in_the_way": "the result of one row of an import",
    "field_missing": "the result of one row of an import",
    "field_unsuitable": "the result of one row of an import",
    "cause_not_imported": "the result of one row of an import",
    "goods_not_back": "a verdict refuses the remedy before, as remedy_not_possible",
    "no_open_proposal": "the answer to a proposal refuses it before, as proposal_not_open",
    "calls_of_agents_only": "a frame of a WebSocket is refused with it",
    "not_followed": "a frame of a WebSocket is refused with it",
    "too_many_followed": "a frame of a WebSocket is refused with it",
    "no_virtual_goods": "only shown as the reason why an action is not allowed",
    "no_virtual_lines": "the result of one row of an import",
    "not_authorised": "decides which timer holds",
    "nothing_left_to_import": "the result of one row of an import",
    "nothing_left_to_ship": "only shown as the reason why an action is not allowed",
    "nothing_to_ship": "the result of one row of an import",
    "order_no_repeated": "the result of one row of an import",
    "only_virtual_goods": "decides which timer holds",
    "order_not_cancelled": "the command checks it before it takes the action",
    "parcels_incomplete": "the result of one row of an import",
    "payment_planned": "decides which timer holds",
    "price_due": "decides which transition is taken",
    "price_not_due": "decides which timer holds",
    "refund_exceeds_paid": "the result of one row of an import",
    "refund_offered": "decides which timer holds",
    "refunded_under_way": "the result of one row of an import",
    "replacement_delivered": "decides which timer holds",
    "return_tracked": "decides which transition is taken",
    "row_unreadable": "the result of one row of an import",
    "state_not_imported": "the result of one row of an import",
    "times_disordered": "the result of one row of an import",
    "units_exceed_order": "the result of one row of an import",
    "units_not_cancelled": "the command checks it before it takes the action",
    "units_not_shipped": "bars what only the system does",
    "virtual_in_parcel": "the result of one row of an import",
    "waybill_repeated": "the result of one row of an import",
}


def codes_of_guards(package: str) -> tuple[set[str], set[str]]:
    """The codes of guards on transitions that people may take, and of those on timers and transitions of the system only."""
    of_people, of_system = set[str](), set[str]()
    for lifecycle in lifecycles_of(package).values():
        for transition in lifecycle.transitions.values():
            people = transition.permission.roles - {SYSTEM.role}
            (of_people if people else of_system).update(guard.code for guard in transition.guards)
        of_system.update(timeout.unless.code for timeout in lifecycle.timeouts.values() if timeout.unless)
    return of_people, of_system - of_people


def documented_codes(package: str) -> set[str]:
    """The codes that the routes of a service may refuse with."""
    settings = importlib.import_module(f"{package}.settings").Settings.example()
    app = importlib.import_module(f"{package}.main").service(settings).app
    return {each.code for route in app.routes if isinstance(route, ApiRoute) for each in route.problems}


def codes_of(package: str) -> set[str]:
    """The codes of the refusals that a service defines."""
    return {each.code for each in refusals() if each.__module__.startswith(package)}


@pytest.mark.parametrize("package", installed())
def test_every_refusal_of_a_service_is_documented_by_a_route(package: str) -> None:
    of_people, of_system = codes_of_guards(package)
    missing = (codes_of(package) | of_people) - of_system - documented_codes(package) - NOT_OF_ROUTES.keys()
    assert missing == set(), "name it in responses=refusals(…)"


def codes_expected_over_rest(package: str) -> set[str]:
    """The words in the tests that call a service over HTTP."""
    integration = TOP / "services" / package.replace("_", "-") / "tests" / "integration"
    tests = [path for folder in (integration, *SHARED) for path in folder.rglob("*.py")]
    nodes = (node for path in tests for node in ast.walk(ast.parse(path.read_text())))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("package", installed())
def test_every_refusal_that_a_route_documents_is_expected_in_a_test_over_rest(package: str) -> None:
    untested = (codes_of(package) & documented_codes(package)) - codes_expected_over_rest(package)
    assert untested == set(), "write a test that gets it, or do not document it"
