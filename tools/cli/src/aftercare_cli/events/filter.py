"""Which events of the log are shown."""

import json
from dataclasses import dataclass

from aftercare_events import EVENTS, TOPICS, Envelope

from aftercare_cli.stack.interface import StackError


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Selects by topic, type (with or without its version), key and order; what is None selects everything."""

    topic: str | None = None
    type: str | None = None
    key: str | None = None
    order: str | None = None

    def topics(self) -> list[str]:
        """The topics to read. `cases` is short for `aftercare.cases.v1`.

        Raises:
            StackError: there is no such topic.
        """
        if self.topic is None:
            return sorted(TOPICS)
        found = [name for name in TOPICS if self.topic in (name, _short(name))]
        if not found:
            raise StackError(f"there is no topic {self.topic}; there are {', '.join(map(_short, TOPICS))}")
        return found

    def check(self) -> None:
        """Raises: StackError where no service of this build publishes the type, so that nothing could ever match."""
        known = {name.partition(".")[0] for name in EVENTS} | set(EVENTS)
        if self.type is not None and self.type not in known:
            raise StackError(f"there is no event {self.type}; docs/events.md lists them")

    def matches(self, envelope: Envelope) -> bool:
        if self.type is not None and self.type not in (envelope.type, envelope.type.partition(".")[0]):
            return False
        if self.key is not None and self.key != envelope.subject:
            return False
        return self.order is None or self.order in (envelope.subject, data_of(envelope).get("order_id"))

    def matches_all(self) -> bool:
        """Whether every event of the topics matches, also one that cannot be read."""
        return self.type is None and self.key is None and self.order is None


def data_of(envelope: Envelope) -> dict[str, object]:
    """The event's JSON object; empty where its data are not one."""
    try:
        data = json.loads(envelope.data)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _short(topic: str) -> str:
    return topic.split(".")[1]
