"""docs/lifecycles.md: the state machines as the services' own tables print them."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from aftercare_chassis.lifecycle import Lifecycle

from aftercare_cli.stack.layout import SERVICES

PAGE = Path("docs/lifecycles.md")
HEAD = """\
# Lifecycles

Written by `aftercare lifecycles` from the tables in each service's `domain`: the same tables decide every transition, the allowed actions in
the API and the deadlines. In brackets: who may; after the slash: the setting after whose hours the timer does it.
"""


def text() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for service in SERVICES:
        tables = list(_tables(f"{service.name.replace('-', '_')}.domain"))
        if tables:
            yield f"## {service.name}\n"
        for title, lifecycle in tables:
            yield f"### {title}\n\n```mermaid\n{lifecycle.diagram()}```\n"


def _tables(package: str) -> Iterator[tuple[str, Lifecycle[Any, Any]]]:
    """Each table of the package and its subpackages once, under its own name.

    The tables of the types of one document are in a dictionary: its name comes first, as in `case: refund_only`.
    """
    seen: set[int] = set()
    for module in _modules(package):
        for name, value in vars(module).items():
            several = value if isinstance(value, dict) else {None: value}
            for kind, lifecycle in several.items():
                if isinstance(lifecycle, Lifecycle) and id(lifecycle) not in seen:
                    seen.add(id(lifecycle))
                    yield lifecycle.name if kind is None else f"{name.lower()}: {lifecycle.name}", lifecycle


def _modules(package: str) -> Iterator[ModuleType]:
    found = importlib.import_module(package)
    yield found
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        yield importlib.import_module(module.name)


def stale(root: Path) -> bool:
    """Whether the page in the checkout says something else than the tables."""
    page = root / PAGE
    return not page.exists() or page.read_text(encoding="utf-8") != text()
