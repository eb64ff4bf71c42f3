"""The value of a log field is written only where the field is registered: what is logged is, and nothing else is."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from aftercare_chassis.observability.logs import FIELDS

LEVELS = {"debug", "info", "warning", "error", "exception"}
SERVICES = ("order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc")


def logged(package: str) -> set[str]:
    """The names of the fields that the package's log calls pass, other than ids, whose values are always written."""
    folder = Path(str(import_module(package).__file__)).parent
    calls = (call for path in folder.rglob("*.py") for call in log_calls(ast.parse(path.read_text())))
    names = {keyword.arg for call in calls for keyword in call.keywords if keyword.arg is not None}
    return {name for name in names if not name.endswith("_id")}


def log_calls(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "_log"), attr=level)) if level in LEVELS:
                yield node


def test_the_chassis_logs_only_fields_that_it_registers() -> None:
    assert logged("aftercare_chassis") - FIELDS == set()


@pytest.mark.parametrize("package", SERVICES)
def test_a_service_registers_the_fields_that_it_logs_and_no_others(package: str) -> None:
    settings = import_module(f"{package}.settings").Settings.example()
    service = import_module(f"{package}.main").service(settings)
    assert logged(package) - FIELDS == service.log_fields
