"""Who acts, and in which context."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aftercare_chassis.lifecycle.timing import PLAIN_HOURS, Timing


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the token's subject, its role, the tenant it acts for where the role acts for one, and its scopes.

    `is_machine` is whether it is a program with a token of its own, and no person. `affiliations` are the tenants that the token names
    although its role acts for none: they give no right, and may take one away.
    """

    id: str
    role: str
    tenant: str | None = None
    scopes: frozenset[str] = frozenset()
    is_machine: bool = False
    affiliations: frozenset[str] = frozenset()

    def belongs_to(self, tenant: str) -> bool:
        """Whether the token names this tenant, whatever the role is."""
        return tenant == self.tenant or tenant in self.affiliations


SYSTEM = Actor("system", "system")


class Context(Protocol):
    """Who acts, when, and what durations are made of: settings, and the timing. A transaction is one."""

    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime: ...
    # The class of settings differs per service, and the table names their attributes as text.
    @property
    def settings(self) -> Any: ...
    @property
    def timing(self) -> Timing: ...


@dataclass(frozen=True, slots=True)
class SystemContext:
    """The context of a consequence: the system acts, because of what somebody else did."""

    now: datetime
    settings: Any  # see Context
    actor: Actor = SYSTEM
    timing: Timing = PLAIN_HOURS

    @classmethod
    def of(cls, context: Context) -> "SystemContext":
        """The same time and settings, with the system as the actor."""
        return cls(context.now, context.settings, timing=context.timing)
