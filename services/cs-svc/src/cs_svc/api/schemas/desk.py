"""Bodies of what agents do beside answering: notes, tags, and putting conversations off or moving them."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    CreatedAt,
    EachOnce,
    Id,
    In,
    Name,
    Out,
    PrincipalId,
    Text,
    Time,
    UpdatedAt,
    Utterance,
    Version,
    example,
)
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cs_svc.api.schemas.attachments import AttachedFileOut
from cs_svc.api.schemas.shared import ORDER_ID
from cs_svc.domain.attachments import MOST_ADDED
from cs_svc.domain.notes import Note
from cs_svc.domain.tags import Tag


class NoteIn(In):
    """A note for other agents."""

    model_config = example(text="已电话核实，等仓库照片。", mentions=["agent-2"])

    text: Text
    """What they read; buyers and merchants never do."""
    mentions: Annotated[list[PrincipalId], Field(default_factory=list, max_length=20), EachOnce()]
    """The agents whom it is to reach; they are entered as agents."""
    attachment_ids: Annotated[list[Id], Field(default_factory=list, max_length=MOST_ADDED)]
    """Files for notes (`is_for_note`) of the author in this conversation that were accepted and are in no note yet."""


class NoteOut(Out):
    """A note of an agent about a conversation."""

    id: str
    """Identifies the note: `note_…`."""
    conversation_id: str
    """The conversation."""
    author_id: str
    """The agent who wrote it."""
    text: str
    """What it contains."""
    mentions: list[str]
    """The agents whom it is to reach."""
    attachments: list[AttachedFileOut]
    """Its files."""
    created_at: CreatedAt

    @classmethod
    def of(cls, note: Note) -> Self:
        """The note as it is shown."""
        return cls.of_row(note)


class TagIn(In):
    """A tag with its names."""

    model_config = example(name_zh="等待仓库", name_en="Awaits the warehouse")

    name_zh: Name
    """Its name in Chinese."""
    name_en: Name
    """Its name in English."""
    retired: bool = False
    """Whether no conversation gets it any more; those that have it keep it."""


class TagOut(Out):
    """A tag that agents give to conversations."""

    id: str
    """Identifies the tag."""
    version: Version
    name_zh: str
    """Its name in Chinese."""
    name_en: str
    """Its name in English."""
    retired: bool
    """Whether no conversation gets it any more."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, tag: Tag) -> Self:
        """The tag as it is shown."""
        return cls.of_row(tag)


class TagsIn(In):
    """All tags that a conversation has from now on."""

    model_config = example(tags=["awaits-warehouse"])

    tags: Annotated[list[Id], Field(max_length=20), EachOnce()]
    """The ids of the tags; an empty list takes all away."""


class SnoozeIn(In):
    """Until when a conversation is put off."""

    model_config = example(until="2026-05-04T09:00:00+08:00")

    until: Time
    """When it comes back, if the buyer does not write before; within 366 days."""


class TransferIn(In):
    """To whom a conversation goes, and why."""

    model_config = example(team_id="logistics", reason="需要核对物流赔付")

    agent_id: PrincipalId | None = None
    """The agent; either an agent or a team."""
    team_id: Id | None = None
    """The team, in whose queue it waits."""
    reason: Utterance
    """Why; other agents read it as a note."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.agent_id is None) is (self.team_id is None):
            raise PydanticCustomError(
                "one_target", "Name either an agent or a team.", {"zh": "请填写坐席或客服组中的一个。"}
            )
        return self


class MergeConversationIn(In):
    """Into which conversation another one is merged."""

    model_config = example(into_id="conv_0196a3c85d1c70f4b8e2d4a6c8f0b2d4")

    into_id: Id
    """The conversation of the same customer that gets the messages, and goes on."""


class SplitIn(In):
    """From which message on a conversation becomes another one."""

    model_config = example(from_place="00000005", order_id=ORDER_ID)

    from_place: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
    """The place of the first message that goes; at least one stays."""
    order_id: Id | None = None
    """The customer's order that the new conversation is about; left out: what it was about before."""
    case_id: Id | None = None
    """The customer's case that it is about."""
