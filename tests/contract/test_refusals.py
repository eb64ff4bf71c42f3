"""Every refusal of every service: both sentences have the same facts, amounts are money, a route documents it."""

import importlib
from collections.abc import Iterator
from string import Formatter

import pytest
from aftercare_chassis.http.openapi_docs import installed
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.refusals import Refusal


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
    "callback_amount_mismatch": "payment providers are answered in their own format",
    "callback_unknown_subject": "payment providers are answered in their own format",
    "callback_unproved": "payment providers are answered in their own format",
    "callback_unreadable": "payment providers are answered in their own format",
    "evidence_required": "no type of case that the API offers needs evidence",
    "no_answer_awaited": "only timers are refused so",
    "nothing_left_to_ship": "only shown as the reason why an action is not allowed",
    "stage_unsuitable": "every type of case that the API offers suits every stage",
}


@pytest.mark.parametrize("package", installed())
def test_every_refusal_of_a_service_is_documented_by_a_route(package: str) -> None:
    settings = importlib.import_module(f"{package}.settings").Settings.example()
    app = importlib.import_module(f"{package}.main").service(settings).app
    documented = {each.code for route in app.routes if isinstance(route, ApiRoute) for each in route.problems}
    own = {each.code for each in refusals() if each.__module__.startswith(package)}
    assert own - documented - NOT_OF_ROUTES.keys() == set(), "name it in responses=refusals(…)"
