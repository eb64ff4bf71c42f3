"""What auditors are shown: the commands of administrators, each as the events that it recorded."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One event of an audited command; inserted once, never changed. `id` is that of the event.

    `operation` is the command by its name in the API of the service. `trace_id` is that of the request.
    """

    id: str
    time: datetime
    actor_id: str
    actor_role: str
    service: str
    operation: str
    object_id: str
    event_type: str
    result: str
    trace_id: str
