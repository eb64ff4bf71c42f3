"""Commands of administrators that change nothing which has events of its own, such as an endpoint of a courier."""

from typing import Annotated, ClassVar, Self

from pydantic import Field

from aftercare_events.event import Event
from aftercare_events.fields import Id, PrincipalId
from aftercare_events.trace import Change, trace_fields


class AdminActionEvent(Event):
    """What every such event carries. Other commands of administrators are named in the envelopes of their events."""

    KEY: ClassVar[str] = "action_id"
    OF_PLATFORM: ClassVar[bool] = True

    action_id: Annotated[Id, Field(description="the execution of the command")]
    operation: Annotated[Id, Field(description="the command, by its name in the API, such as `revokeCourierEndpoint`")]
    object_id: Annotated[
        PrincipalId | None,
        Field(description="what it was about, maybe a person or a merchant; absent where it has no id"),
    ] = None
    status: Annotated[int, Field(strict=True, description="the HTTP status of its response")]

    @classmethod
    def taken(cls, change: Change, *, action_id: str, operation: str, object_id: str | None, status: int) -> Self:
        """The event of a command that is executed now."""
        actor = change.actor.id
        fields = trace_fields(change, affected_party=actor, applicant=actor, result="done")
        about = {"action_id": action_id, "operation": operation, "object_id": object_id, "status": status}
        return cls.model_validate({**fields, **about})
