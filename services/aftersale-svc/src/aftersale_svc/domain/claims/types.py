"""What differs between the kinds of claims: the document, its table, and what the guards of the table judge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from aftercare_chassis.lifecycle import Allowed, Context, Lifecycle

from aftersale_svc.domain.claims.model import C
from aftersale_svc.domain.deadlines.ledger import DocumentKind

# Any: the states and actions differ per table.


def _no_facts(_: Context) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ClaimType(Generic[C]):
    """A kind of claim with a table of its own. `facts` are what its guards judge besides the claim, of a command or a reader."""

    document: DocumentKind
    table: Lifecycle[Any, Any]
    facts: Callable[[Context], object] = _no_facts

    def apply(self, claim: C, action: Any, context: Context) -> C:
        """The claim after this action. Raises: see `Lifecycle.apply`."""
        return self.table.apply(claim, action, context, self.facts(context))

    def allowed(self, claim: C, reader: Context) -> list[Allowed]:
        """Every action of the table, with why the reader may not take it now."""
        return self.table.allowed(claim, reader.actor, self.facts(reader), reader.now)
