"""What clients got: the commands of a history, and whether every object of a response exists, once."""

import json
from pathlib import Path
from typing import Any

import pytest
from aftercare_checker import history, responses
from aftercare_checker.history import Command
from suite_states import state


def attempt(**more: Any) -> str:
    """A line of a history: an order was created."""
    known = {"key": "k1", "service": "order-svc", "method": "POST", "path": "/v1/orders", "status": 201}
    return json.dumps({**known, "id": "ord_1", "version": 1, **more})


LOST = {"status": None, "id": None}


def test_attempts_under_one_key_are_one_command() -> None:
    [first, second] = history.commands(
        [attempt(**LOST), attempt(status=503, id=None), attempt(), attempt(version=2), attempt(key="k2")]
    )
    assert (first.statuses, first.returned) == ([None, 503, 201, 201], {("ord_1", 1), ("ord_1", 2)})
    assert (second.key, second.returned) == ("k2", {("ord_1", 1)})


def test_reads_and_bodies_without_an_id_return_no_object() -> None:
    assert history.commands([attempt(method="GET")]) == []
    [command] = history.commands([attempt(status=204, id=None)])
    assert (command.succeeded, command.returned) == (True, set())


def test_an_object_in_a_refusal_was_not_returned() -> None:
    [command] = history.commands([attempt(status=409), attempt(status=300)])
    assert (command.succeeded, command.returned) == (False, set())


@pytest.mark.parametrize(
    ("statuses", "in_doubt"),
    [
        ([None], True),
        ([500], True),
        ([503, 404], True),
        ([499], False),
        ([404], False),
        ([None, 200], False),
        ([299], False),
    ],
)
def test_a_command_is_in_doubt_without_a_decision(statuses: list[int | None], in_doubt: bool) -> None:
    assert Command("k", "order-svc", "/v1/orders", statuses).in_doubt is in_doubt


@pytest.mark.parametrize("line", ["{", "[]", "{}", attempt(status="201")])
def test_the_error_for_a_broken_history_has_the_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text(f"{attempt()}\n{line}\n")
    with pytest.raises(ValueError, match="line 2 of the history is no attempt"):
        history.read(file)


def durable(version: int, *lines: str) -> list[str]:
    """The violations where ord_1 is stored in this version."""
    return responses.durable(history.commands(lines), [state(aggregates={"orders": {"ord_1": version}})]).violations


def test_a_response_that_is_not_durable_is_found() -> None:
    assert durable(1, attempt()) == []
    assert durable(3, attempt(version=2)) == [], "it has changed since"
    assert durable(2, attempt(version=3)) == ["ord_1 has version 2, a client got 3 (/v1/orders)"]
    assert durable(1, attempt(id="ord_2")) == ["order-svc has no ord_2, which a client got (/v1/orders)"]
    assert durable(1, attempt(service="kb-svc")) == ["kb-svc has no ord_1, which a client got (/v1/orders)"]


def test_two_objects_for_one_key_are_found() -> None:
    assert durable(1, attempt(), attempt(id="ord_2", version=None)) == [
        "/v1/orders: key k1 returned ['ord_1', 'ord_2']"
    ]


def test_an_object_without_a_version_is_no_aggregate() -> None:
    assert durable(1, attempt(id="ce_1", version=None)) == []


def test_only_answered_commands_are_checked_and_the_others_are_noted() -> None:
    lines = [attempt(), attempt(key="k2", **LOST), attempt(key="k3", id="ord_9", status=409)]
    result = responses.durable(history.commands(lines), [state(aggregates={"orders": {"ord_1": 1}})])
    assert (result.violations, result.checked) == ([], 1)
    assert result.notes == ["3 commands, 1 without a response"]


def made_once(ids: list[str], *lines: str) -> list[str]:
    """The violations where these orders exist, and articles that other clients created."""
    here = state(aggregates={"orders": dict.fromkeys(ids, 1), "articles": {"art_1": 1}})
    return responses.made_once(history.commands(lines), [here]).violations


def test_an_object_made_twice_for_one_key_is_found() -> None:
    assert made_once(["ord_1"], attempt(**LOST), attempt()) == []
    assert made_once(["ord_1", "ord_2"], attempt(**LOST), attempt()) == [
        "order-svc.orders: 1 objects that no client got, such as ['ord_2']"
    ]


def test_a_command_without_a_response_may_have_made_one_object() -> None:
    lines = [attempt(), attempt(key="k2", **LOST)]
    assert made_once(["ord_1", "ord_2"], *lines) == []
    assert len(made_once(["ord_1", "ord_2", "ord_3"], *lines)) == 1
    assert len(made_once(["ord_1", "ord_2"], attempt(), attempt(key="k2", status=422, id=None))) == 1


def test_objects_of_another_service_or_path_explain_nothing() -> None:
    for other in ({"service": "kb-svc"}, {"path": "/v1/orders/ord_1/cancel"}):
        assert len(made_once(["ord_1", "ord_2"], attempt(), attempt(key="k2", **LOST, **other))) == 1
