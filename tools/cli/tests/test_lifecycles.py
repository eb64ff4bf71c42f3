"""docs/lifecycles.md, and finding every lifecycle of a package."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Lifecycle, Permission
from aftercare_chassis.lifecycle.diagram import draw
from aftercare_cli import lifecycles
from aftercare_cli.commands import stack as commands
from aftercare_cli.lifecycles import requests
from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.layout import SERVICES, checkout

PACKAGE = """
from enum import StrEnum
from aftercare_chassis.lifecycle.diagram import draw
from aftercare_chassis.lifecycle import Guard, Lifecycle, Permission, Timeout, Transition

class State(StrEnum):
    OPEN = "open"
    DONE = "done"

class Action(StrEnum):
    CLOSE = "close"
    EXPIRE = "expire"

BY = Permission("only_the_system", frozenset({"system"}))
OPEN = Guard("still_empty", lambda row, facts: None)

def lifecycle(name):
    return Lifecycle(
        name,
        initial=State.OPEN,
        transitions={
            (State.OPEN, Action.CLOSE): Transition(State.DONE, BY, guards=(OPEN,)),
            (State.OPEN, Action.EXPIRE): Transition(State.DONE, BY),
        },
        timeouts={State.OPEN: Timeout("buyer", "open_hours", Action.EXPIRE)},
        ends={State.DONE},
    )
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A service with lifecycles in several modules; importing its migrations or its __main__ would fail."""
    root = tmp_path / "shelf_svc"
    for folder in (root, root / "domain", root / "migrations"):
        folder.mkdir()
        (folder / "__init__.py").touch()
    (root / "machines.py").write_text(PACKAGE)
    (root / "domain" / "boxes.py").write_text("from shelf_svc.machines import lifecycle\nBOX = lifecycle('box')\n")
    (root / "domain" / "kinds.py").write_text(
        "from shelf_svc.machines import lifecycle\nfrom shelf_svc.domain.boxes import BOX\n"
        "SHELF = {kind: lifecycle(kind) for kind in ('tall', 'flat')}\n"
    )
    (root / "api.py").write_text("from shelf_svc.domain.boxes import BOX\n")
    for name in ("__main__.py", "migrations/env.py"):
        (root / name).write_text("raise RuntimeError('must not be imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "shelf_svc"
    for name in [name for name in sys.modules if name.partition(".")[0] == "shelf_svc"]:
        del sys.modules[name]


def test_every_lifecycle_of_a_package_is_found_once(package: str) -> None:
    assert set(lifecycles.lifecycles_of(package)) == {"box", "shelf: tall", "shelf: flat"}


def test_a_diagram_has_starts_ends_roles_guards_and_timers(package: str) -> None:
    diagram = draw(lifecycles.lifecycles_of(package)["box"])

    assert "[*] --> open" in diagram
    assert "done --> [*]" in diagram
    assert "open --> done: close (system, unless still_empty)" in diagram
    assert "open --> done: expire (system) / after open_hours" in diagram


def test_every_lifecycle_of_every_service_has_its_section() -> None:
    text = lifecycles.text()

    titles = [line for line in text.splitlines() if line.startswith("### ")]
    assert len(titles) == len(set(titles))
    assert {"### order", "### payment", "### refund", "### partner push", "### dispute"} <= set(titles)
    assert {"### complaint", "### conversation", "### feedback", "### article"} <= set(titles)
    assert any(title.startswith("### case") for title in titles)
    assert text.count("stateDiagram-v2") == len(titles)
    for diagram in text.split("```mermaid\n")[1:]:
        assert "[*] --> " in diagram
        assert " --> [*]" in diagram


def test_every_action_of_people_has_its_request() -> None:
    text = lifecycles.text()

    assert "| order | `ship` | `POST /v1/orders/{order_id}/parcels` | seller |" in text
    assert (
        "| conversation | `post` | `POST /v1/conversations/{conversation_id}/messages` | agent, buyer, seller |" in text
    )
    assert "| case | `approve` | `POST /v1/cases/{case_id}/approve` | agent, seller, system |" in text
    assert "| feedback |" in text
    assert "| hold |" not in text


def test_actions_of_the_system_alone_have_no_request() -> None:
    assert (
        "| dispute | `escalate`, `finalize`, `execute`, `end_round`, `end_test`, `follow_case` | – | system |"
        in lifecycles.text()
    )


def test_an_action_without_a_request_is_refused(package: str) -> None:
    shared = Permission("not_yours", frozenset({"agent", "system"}))
    box = lifecycles.lifecycles_of(package)["box"]
    moved = {key: replace(row, permission=shared) for key, row in box.transitions.items()}
    table = Lifecycle("box", initial=box.initial, transitions=moved, timeouts=box.timeouts, ends=box.ends)

    with pytest.raises(StackError, match=re.escape("kb-svc has no POST /v1/boxs/{box_id}/close for `close` of box")):
        requests.table({"kb-svc": {"box": table}})


def test_every_lifecycle_in_the_sources_is_found() -> None:
    """Counted in the source text, so that a lifecycle in an unexpected place is found."""
    for service in SERVICES:
        name = service.name.replace("-", "_")
        sources = (checkout() / "services" / service.name / "src").rglob("*.py")
        declared = sum(source.read_text(encoding="utf-8").count("Lifecycle(") for source in sources)
        assert len(lifecycles.lifecycles_of(name)) >= declared


def test_the_page_in_the_checkout_is_up_to_date() -> None:
    assert not lifecycles.out_of_date(checkout())


def test_the_command_checks_the_page_and_writes_it(
    aftercare: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "checkout", lambda: tmp_path)
    page = tmp_path / lifecycles.PAGE
    page.parent.mkdir()

    assert "docs/lifecycles.md is out of date: run `make format`" in aftercare("lifecycles", "--check").error()
    assert not page.exists()

    assert aftercare("lifecycles").code == 0
    assert page.read_text() == lifecycles.text()
    assert aftercare("lifecycles", "--check").code == 0

    page.write_text(page.read_text() + "edited by hand")
    assert aftercare("lifecycles", "--check").code == 1
