"""docs/lifecycles.md: a diagram of every state machine of every service."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from aftercare_chassis.lifecycle import Lifecycle
from aftercare_chassis.lifecycle.diagram import draw

from aftercare_cli.lifecycles import requests
from aftercare_cli.lifecycles.requests import AnyLifecycle
from aftercare_cli.stack.layout import SERVICES

PAGE = Path("docs/lifecycles.md")
HEAD = """\
# Lifecycles

Written by `aftercare lifecycles` from the lifecycle tables of all services. Commands, timers and the `allowed_actions` of the API read the same tables.

| sign | meaning |
|---|---|
| arrow from the black dot | a state in which a row may be created |
| arrow to the black dot | a state in which the lifecycle ends |
| `approve (seller, system)` | an action, and the roles that may take it. Only the service itself has the role `system` |
| `unless x` in the brackets | a guard: it refuses the action with the code `x`; with `for y`, only those of the role `y` |
| `never, as x` in the brackets | a guard that always refuses: the action is not taken in this state, and `x` is the reason that the API gives |
| `as an outcome of x` in the brackets | no route takes the action: the command of the action `x` does, or what is decided in the document `x`. The API shows it as allowed to nobody |
| `where it was before` | the action goes back to the state that the row was in before; there is an arrow for each possible one |
| `then x` in the brackets | the action changes the state to which such an action goes back later; it is `x` from then on |
| `/ after x` | the timer takes the action when as many hours as the setting `x` says have passed since the state was entered, or since the timer last fired in it |
| `/ after x from y` | the same, counted from the time in `y` of the row |
| `/ at y` | the timer takes the action at the time in `y` of the row |
| `unless x` after the slash | the row has no deadline while the condition of code `x` applies |
| `while x`, `not while x` after the slash | the state has two timers: this one runs while the condition of code `x` applies, or while it does not |
| `the time starts again` | the action leaves the row in its state, and the time of that state starts again |
| note `turn of x` | whose turn it is to act in this state; in a state without a note it is nobody's turn |
| `while x of y` | while the condition of code `x` applies, it is the turn of `y` |
| `or of another by the facts` | usually `x`; what belongs to the row, such as the parcels of an order, can make it another one's turn |
"""
# Their modules run on import (`__main__`), or only inside Alembic.
NOT_IMPORTED = ("__main__", "migrations")


def text() -> str:
    """The whole page."""
    services = {service.name: lifecycles_of(service.name.replace("-", "_")) for service in SERVICES}
    return "\n".join([HEAD, requests.table(services), *_sections(services)])


def out_of_date(root: Path) -> bool:
    """Whether the page in the checkout differs from the tables."""
    page = root / PAGE
    return not page.exists() or page.read_text(encoding="utf-8") != text()


def _sections(services: Mapping[str, Mapping[str, AnyLifecycle]]) -> Iterator[str]:
    for service, lifecycles in services.items():
        if lifecycles:
            yield f"## {service}\n"
        for title, lifecycle in sorted(lifecycles.items()):
            yield f"### {title}\n\n```mermaid\n{draw(lifecycle)}```\n"


def lifecycles_of(package: str) -> dict[str, AnyLifecycle]:
    """Every lifecycle of a package by its title, which is `case: refund_only` for one in a mapping named CASE."""
    found: dict[int, tuple[str, AnyLifecycle]] = {}
    for module in _modules(importlib.import_module(package)):
        for name, value in vars(module).items():
            for title, lifecycle in _titled(name, value):
                found.setdefault(id(lifecycle), (title, lifecycle))
    return dict(found.values())


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name.rpartition(".")[2] not in NOT_IMPORTED:
            module = importlib.import_module(found.name)
            yield from _modules(module) if found.ispkg else (module,)


def _titled(name: str, value: object) -> Iterator[tuple[str, AnyLifecycle]]:
    if isinstance(value, Lifecycle):
        yield value.name, value
    elif isinstance(value, Mapping):
        titled = ((f"{name.lower()}: {one.name}", one) for one in value.values() if isinstance(one, Lifecycle))
        yield from titled
