"""Which of the three kinds of stack is used."""

import os

from aftercare_cli.stack.compose import ComposeStack
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.given import Given
from aftercare_cli.stack.interface import Addresses, Infrastructure, Stack, StackError
from aftercare_cli.stack.layout import Layout
from aftercare_cli.stack.local import LocalStack

KINDS = ("embedded", "compose", "given")


def choose(
    layout: Layout,
    kind: str | None = None,
    *,
    without: frozenset[str] = frozenset(),
    providers: frozenset[str] = frozenset(),
) -> Stack:
    """The stack of the layout: `kind`, else AFTERCARE_STACK, else `given` where an address is set, else what runs, else embedded.

    Raises:
        StackError: there is no such kind, only one of the two addresses is set, or compose is to start other things than the file has.
    """
    kafka, postgres = os.environ.get("AFTERCARE_KAFKA"), os.environ.get("AFTERCARE_POSTGRES")
    kind = kind or os.environ.get("AFTERCARE_STACK") or ("given" if kafka or postgres else _running(layout))
    if kind not in KINDS:
        raise StackError(f"there is no stack `{kind}`; there are {', '.join(KINDS)}")
    if kind == "given" and not (kafka and postgres):
        raise StackError("a stack of kind `given` needs both AFTERCARE_KAFKA and AFTERCARE_POSTGRES")
    if kind == "compose":
        return _compose(layout, without, providers)
    infrastructure: Infrastructure = (
        Given(kafka, postgres) if kind == "given" and kafka and postgres else Embedded.at(layout.home)
    )
    return LocalStack(layout, infrastructure, without, providers)


def _running(layout: Layout) -> str:
    running = Addresses.recorded(layout.stack_file)
    return running.kind if running else "embedded"


def _compose(layout: Layout, without: frozenset[str], providers: frozenset[str]) -> Stack:
    if without:
        raise StackError("--without is not supported with compose: stop the container instead")
    if providers:
        raise StackError("--simulate is not supported with compose: use another kind of stack")
    return ComposeStack(layout)
