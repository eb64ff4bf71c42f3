"""Every refusal of every service: both sentences have the same facts, amounts are money, a route documents it."""

import importlib
from collections.abc import Iterator
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


NOT_OF_ROUTES = {
    "nothing_left_to_ship": "only shown as the reason why an action is not allowed",
    "order_not_cancelled": "the command checks it before it takes the action",
    "refund_offered": "decides which timer holds",
    "replacement_delivered": "decides which timer holds",
    "units_not_shipped": "bars what only the system does",
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


@pytest.mark.parametrize("package", installed())
def test_every_refusal_of_a_service_is_documented_by_a_route(package: str) -> None:
    settings = importlib.import_module(f"{package}.settings").Settings.example()
    app = importlib.import_module(f"{package}.main").service(settings).app
    documented = {each.code for route in app.routes if isinstance(route, ApiRoute) for each in route.problems}
    own = {each.code for each in refusals() if each.__module__.startswith(package)}
    of_people, of_system = codes_of_guards(package)
    assert (own | of_people) - of_system - documented - NOT_OF_ROUTES.keys() == set(), (
        "name it in responses=refusals(…)"
    )
