"""trace: what followed from what, as a tree of events."""

import json
import re
import signal
from typing import Annotated, Any

import typer
from aftercare_chassis.observability.trace_context import parse

from aftercare_cli.api_client import ApiClient, problem_of
from aftercare_cli.events import causes
from aftercare_cli.participants import participants
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import Layout

_KINDS = {
    "order_id": re.compile(r"ord_\w+"),
    "case_id": re.compile(r"case_\w+"),
    "complaint_id": re.compile(r"cmp_\w+"),
    "event_id": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "trace_id": re.compile(r"[0-9a-f]{32}"),
}
_WANTED = "an order (ord_…), a case (case_…), a complaint (cmp_…), an event (a UUID) or a trace (32 hex digits)"
_NOT_FOUND = 404


def add(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command()(trace)


def trace(
    id: Annotated[str, typer.Argument(help=_WANTED)],
    as_json: Annotated[bool, typer.Option("--json", help="the tree as one JSON object")] = False,
) -> None:
    """Show what happened because of what: the events of all services about an order, case or complaint, or those that follow from the same
    command, timer or push as an event or a trace. Each event is below its cause."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    kind, asked = _kind(id)
    layout = Layout.here()
    with participants(layout.home, Addresses.read(layout.stack_file).services) as people:
        found = _fetch(people.admin, kind, asked)
    tree = causes.tree_of(found["data"])
    if as_json:
        print(json.dumps(causes.as_json(found, tree), ensure_ascii=False, indent=2))
    else:
        causes.show(found, tree)


def _kind(id: str) -> tuple[str, str]:
    """Which parameter of the API takes the id, and its value. Raises: StackError where none does."""
    header = parse(id)
    asked = header.trace_id if header is not None else id
    for kind, form in _KINDS.items():
        if form.fullmatch(asked):
            return kind, asked
    raise StackError(f"{id} is not {_WANTED}")


def _fetch(client: ApiClient, kind: str, id: str) -> dict[str, Any]:  # Any: the body of a response
    response = client.request("GET", "/v1/traces", params={kind: id})
    if response.status_code == _NOT_FOUND:
        none = f"analytics-svc has no events of the {kind.removesuffix('_id')} {id}"
        raise StackError(f"{none}: is it of this stack? A request that only reads has none.")
    if not response.is_success:
        raise StackError(f"analytics-svc refuses: {problem_of(response)}")
    return dict(response.json())
