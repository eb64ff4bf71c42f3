"""Units of lines and after-sale cases; and the checker stands alone."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from aftercare_checker import cases, units
from suite_states import entry, log, state

SOURCES = Path(__file__).parents[1] / "src"


def test_the_checker_shares_no_code_with_the_suite() -> None:
    imported = set()
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.partition(".")[0] for name in names}
    assert not imported & {"aftercare_chassis", "aftercare_events", "aftercare_cli", "aiokafka"}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({}, None),
        ({"shipped_quantity": 3, "in_parcels": 3}, "of 3, shipped, withdrawn and held are (3, 1, 1)"),
        ({"in_parcels": 0}, "adds up to (0, 1, 1)"),
        ({"held_by_cases": 0}, "adds up to (1, 1, 0)"),
        ({"held_for_nothing": 1}, "1 held by cases that have ended"),
    ],
    ids=["sound", "money back and goods out", "parcel lost", "case lost", "case ended"],
)
def test_units_in_two_places_are_found(found: dict[str, int], message: str | None) -> None:
    held = {"held_quantity": 1, "held_by_cases": 1, "held_for_nothing": 0}
    gone = {"shipped_quantity": 1, "in_parcels": 1, "withdrawn_quantity": 1, "withdrawn_by_cases": 1}
    wrong = units.shipped([state(lines=[{"id": "line_1", "quantity": 3, **gone, **held, **found}])], log()).violations
    assert wrong == [] if message is None else message in wrong[0]


@pytest.mark.parametrize(
    ("kind", "result", "found"),
    [
        (units.LINES_CANCELLED, "paid", {"withdrawn_quantity": 2}),
        (units.LINES_CANCELLED, "created", {}),
        (units.VIRTUAL_DELIVERED, "delivered", {"shipped_quantity": 2}),
    ],
)
def test_cancelled_and_virtual_units_are_in_no_parcel_and_no_case(
    kind: str, result: str, found: dict[str, int]
) -> None:
    names = ("shipped_quantity", "in_parcels", "withdrawn_quantity", "withdrawn_by_cases", "held_quantity")
    line = {"id": "line_1", "quantity": 3, **dict.fromkeys(names, 0), "held_by_cases": 0, "held_for_nothing": 0}
    data = {"result": result, "lines": [{"line_id": "line_1", "quantity": 2}]}
    known = log(entry(1, 1, type=kind, data=json.dumps(data).encode()))
    assert units.shipped([state(lines=[{**line, **found}])], known).violations == []
    other = {"withdrawn_quantity": 2, "shipped_quantity": 1} if result == "created" else {}
    assert units.shipped([state(lines=[{**line, **other}])], known).violations != []


FINDINGS: dict[str, list[dict[str, Any]]] = {"lines": [], "holds": [], "freight": [], "waiting": [], "executing": []}


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        (
            "lines",
            {"line_id": "line_1", "units": 3, "quantity": 2, "minor": 300, "paid_minor": 200},
            "line_1: 3 of 2 units and 300 of 200 held",
        ),
        (
            "holds",
            {"case_id": "case_1", "line_id": "line_1", "hold": "held", "state": "closed"},
            "case_1 is closed, line_1 held",
        ),
        ("freight", {"id": "ord_1", "fee": 700, "freight": 701}, "ord_1: freight 701 of 700 is refunded"),
        ("waiting", {"id": "case_1", "state": "pending_review"}, "case_1 is pending_review, its order cancelled"),
        ("executing", {"id": "dsp_1", "state": "completed"}, "dsp_1 is executing, its case completed"),
    ],
)
def test_each_row_that_must_not_exist_is_one_violation(name: str, row: dict[str, Any], message: str) -> None:
    found = [state(aggregates={"cases": {"case_1": 3}}, findings={**FINDINGS, name: [row]})]
    results = [cases.settled(found), cases.ended(found)]
    assert [line for result in results for line in result.violations] == [message]
    assert [result.checked for result in results] == [1, 1]


def test_every_line_of_every_database_is_counted() -> None:
    nothing = dict.fromkeys(("shipped_quantity", "withdrawn_quantity", "held_quantity", "held_for_nothing"), 0)
    line = {"id": "line_1", "quantity": 1, **nothing}
    line |= {"in_parcels": 0, "withdrawn_by_cases": 0, "held_by_cases": 0}
    result = units.shipped([state(lines=[line, line]), state(name="kb-svc")], log())
    assert (result.violations, result.checked) == ([], 2)
