"""Which commands are recorded for auditors."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from aftercare_events import Event
from aftercare_events.trace import Change


class ActionEvent(Protocol):
    """Makes the event of a command that has published nothing else."""

    def __call__(
        self, change: Change, /, *, action_id: str, operation: str, object_id: str | None, status: int
    ) -> Event: ...


@dataclass(frozen=True, slots=True)
class Audit:
    """The commands of these roles are recorded: their events name the command and the role in the envelope.

    `event` makes one for a command that has published none. Without it, all commands of these roles have events.
    """

    roles: Set[str]
    event: ActionEvent | None = None
