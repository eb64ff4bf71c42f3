"""Which events somebody wants to see."""

import json
from dataclasses import dataclass

from aftercare_events import EVENTS, TOPICS, Envelope

from aftercare_cli.stack.interface import StackError


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every part that is set has to fit: a topic, a type (with or without its version), a key, an order."""

    topic: str | None = None
    type: str | None = None
    key: str | None = None
    order: str | None = None

    def topics(self) -> list[str]:
        """The topics to read. `cases` stands for `aftercare.cases.v1`; StackError for one that is not there."""
        if self.topic is None:
            return sorted(TOPICS)
        found = [name for name in TOPICS if self.topic in (name, name.split(".")[1])]
        if not found:
            raise StackError(f"there is no topic {self.topic}: {', '.join(name.split('.')[1] for name in TOPICS)}")
        return found

    def check(self) -> None:
        """StackError for a type that no service of this build sends: nothing of it would ever come."""
        known = {name.partition(".")[0] for name in EVENTS} | set(EVENTS)
        if self.type is not None and self.type not in known:
            raise StackError(f"there is no event {self.type}: docs/events.md lists them")

    def fits(self, envelope: Envelope) -> bool:
        """Whether this one is wanted."""
        if self.type is not None and self.type not in (envelope.type, envelope.type.partition(".")[0]):
            return False
        if self.key is not None and self.key != envelope.subject:
            return False
        return self.order is None or self.order in (envelope.subject, said(envelope).get("order_id"))


def said(envelope: Envelope) -> dict[str, object]:
    """What the event says; nothing where that is no JSON object."""
    try:
        found = json.loads(envelope.data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
