"""Values of log fields are written only for registered fields: services register exactly the fields that they log."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from aftercare_chassis.observability.logs import FIELDS

SERVICES = ("order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc")
# Not by `ast`: Python 3.11 may fail to parse where the garbage collector runs meanwhile (SystemError, "AST constructor
# recursion depth mismatch"). A call ends where a line closes its parenthesis.
_CALL = re.compile(r"^\s+_?log\.(?:debug|info|warning|error|exception)\((.*?)\)$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"\b(\w+)=(?!=)")


def logged(package: str) -> set[str]:
    """The names of the fields that the package's log calls pass, other than ids, whose values are always written."""
    folder = Path(str(import_module(package).__file__)).parent
    calls = (call for path in folder.rglob("*.py") for call in _CALL.findall(path.read_text()))
    return {name for call in calls for name in _FIELD.findall(call) if not name.endswith("_id")}


def test_the_chassis_logs_only_fields_that_it_registers() -> None:
    assert logged("aftercare_chassis") - FIELDS == set()


@pytest.mark.parametrize("package", SERVICES)
def test_a_service_registers_the_fields_that_it_logs_and_no_others(package: str) -> None:
    settings = import_module(f"{package}.settings").Settings.example()
    service = import_module(f"{package}.main").service(settings)
    assert logged(package) - FIELDS == service.log_fields


def test_the_fields_of_logs_are_documented() -> None:
    """Of fields of their own services have those that the last test compares with their code."""
    page = (Path(__file__).parents[2] / "docs" / "observability.md").read_text()
    rows = [line.split(" | ")[0] for line in page.partition("## Logs")[2].splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    services = (import_module(f"{package}.main") for package in SERVICES)
    own = [
        each.service(import_module(f"{each.__package__}.settings").Settings.example()).log_fields for each in services
    ]
    levels = {"critical", "error", "warning", "info", "debug"}
    assert documented - levels == (FIELDS | {"trace_id", "span_id"}).union(*own) - levels
    assert levels <= documented
