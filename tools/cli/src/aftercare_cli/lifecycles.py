"""docs/lifecycles.md: the state machines as the services' own tables print them."""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from aftercare_chassis.lifecycle import Lifecycle

from aftercare_cli.stack.layout import SERVICES

PAGE = Path("docs/lifecycles.md")
HEAD = """\
# Lifecycles

Written by `aftercare lifecycles` from the tables in each service's `domain/lifecycle.py`: the same tables that judge every move, name
the allowed actions in the API and set the deadlines. In brackets: who may; after the slash: the setting after whose hours the timer does it.
"""


def text() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for service in SERVICES:
        name = f"{service.name.replace('-', '_')}.domain.lifecycle"
        if importlib.util.find_spec(name) is None:
            continue
        yield f"## {service.name}\n"
        for title, lifecycle in _tables(importlib.import_module(name)):
            yield f"### {title}\n\n```mermaid\n{lifecycle.diagram()}```\n"


def _tables(module: ModuleType) -> Iterator[tuple[str, Lifecycle[Any, Any]]]:
    """Each table once; a document whose types have tables of their own is named before the type: `case: refund_only`."""
    seen: set[int] = set()
    for name, value in vars(module).items():
        several = value if isinstance(value, dict) else {None: value}
        for kind, lifecycle in several.items():
            if isinstance(lifecycle, Lifecycle) and id(lifecycle) not in seen:
                seen.add(id(lifecycle))
                yield lifecycle.name if kind is None else f"{name.lower()}: {lifecycle.name}", lifecycle


def stale(root: Path) -> bool:
    """Whether the page in the checkout says something else than the tables."""
    page = root / PAGE
    return not page.exists() or page.read_text(encoding="utf-8") != text()
