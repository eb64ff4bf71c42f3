"""What differs between the kinds of claims: the document, its table, and what the guards of the table judge."""

from dataclasses import dataclass
from typing import Any, Generic

from aftercare_chassis.lifecycle import Allowed, Context, Lifecycle

from aftersale_svc.domain.claims.model import C
from aftersale_svc.domain.claims.parties import ClaimFacts
from aftersale_svc.domain.deadlines.ledger import DocumentKind

# Any: the states and actions differ per table.


@dataclass(frozen=True, slots=True)
class ClaimType(Generic[C]):
    """A kind of claim with a table of its own. The facts of its guards are ClaimFacts."""

    document: DocumentKind
    table: Lifecycle[Any, Any]

    def apply(self, claim: C, action: Any, context: Context) -> C:
        """The claim after this action. Raises: see `Lifecycle.apply`."""
        return self.table.apply(claim, action, context, ClaimFacts.of(context))

    def allowed(self, claim: C, reader: Context) -> list[Allowed]:
        """Every action of the table, with why the reader may not take it now."""
        return self.table.allowed(claim, reader.actor, ClaimFacts.of(reader), reader.now, reader.timing)
