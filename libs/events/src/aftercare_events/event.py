"""The base of every event: an immutable fact with the fields of the traceability record."""

from functools import cache
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from aftercare_events.fields import Code, Id, PrincipalId, Time
from aftercare_events.topics import Topic


class EventPart(BaseModel):
    """A nested value of an event, such as a line."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Event(BaseModel):
    """A fact about one aggregate. Unknown fields are ignored, so that publishers may add optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    TOPIC: ClassVar[Topic]
    KEY: ClassVar[str]
    VERSION: ClassVar[int] = 1
    OF_PLATFORM: ClassVar[bool] = False
    """Whether it is for the platform alone: the sides of the matter are not shown it."""

    affected_party: Annotated[PrincipalId, Field(description="服务受害者: whom the matter concerns")]
    applicant: Annotated[PrincipalId, Field(description="申请人: who asked for it")]
    handler: Annotated[PrincipalId, Field(description="处理人: who did it; `system` for timers and workers")]
    time: Annotated[Time, Field(description="处理时间: when; the same instant as ce_time")]
    matter: Annotated[Code, Field(description="处理事项: what it is about; one code per event type")]
    result: Annotated[Code, Field(description="处理结果: what came out, normally the new state")]
    evidence: Annotated[tuple[Id, ...], Field(description="content hashes of what supports it")] = ()

    @classmethod
    def type_name(cls) -> str:
        """Return the value of `ce_type`: `OrderPaid.v1` for the class OrderPaid, `OrderPaid.v2` for OrderPaidV2."""
        return _type_name(cls)

    @property
    def aggregate_id(self) -> str:
        """The id of the event's aggregate: its subject and message key."""
        return str(getattr(self, self.KEY))

    def to_data(self) -> bytes:
        """Return the JSON for the message's value."""
        return self.__pydantic_serializer__.to_json(self)


@cache
def _type_name(cls: type[Event]) -> str:
    return f"{cls.__name__.removesuffix(f'V{cls.VERSION}')}.v{cls.VERSION}"
