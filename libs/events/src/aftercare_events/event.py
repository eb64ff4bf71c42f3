"""What every event is: a frozen fact that answers the six questions of the traceability record."""

from datetime import datetime
from typing import Annotated, ClassVar, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from aftercare_events.fields import Code, Id, PrincipalId, Time
from aftercare_events.topics import Topic


class Answers(TypedDict):
    """The five answers a command finds out; the sixth, the matter, belongs to the event's class."""

    affected_party: str
    applicant: str
    handler: str
    time: datetime
    result: str


class Part(BaseModel):
    """A nested value of an event, such as a line."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Event(BaseModel):
    """A fact that happened to one aggregate. Unknown fields are ignored, so that producers may add optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    TOPIC: ClassVar[Topic]
    KEY: ClassVar[str]
    VERSION: ClassVar[int] = 1

    affected_party: Annotated[PrincipalId, Field(description="服务受害者: whom the matter concerns")]
    applicant: Annotated[PrincipalId, Field(description="申请人: who asked for it")]
    handler: Annotated[PrincipalId, Field(description="处理人: who did it; `system` for timers and workers")]
    time: Annotated[Time, Field(description="处理时间: when; the same instant as ce_time")]
    matter: Annotated[Code, Field(description="处理事项: what it is about; one code per event type")]
    result: Annotated[Code, Field(description="处理结果: what came out, normally the new state")]
    evidence: Annotated[tuple[Id, ...], Field(description="content hashes of what supports it")] = ()

    @classmethod
    def type_name(cls) -> str:
        """The name on the wire: `OrderPaid.v1` of the class OrderPaid, `OrderPaid.v2` of OrderPaidV2."""
        return f"{cls.__name__.removesuffix(f'V{cls.VERSION}')}.v{cls.VERSION}"

    @property
    def aggregate_id(self) -> str:
        """The id of the aggregate this happened to: the event's subject and message key."""
        return str(getattr(self, self.KEY))

    def to_data(self) -> bytes:
        """The JSON that goes into the message's value."""
        return self.model_dump_json().encode()
