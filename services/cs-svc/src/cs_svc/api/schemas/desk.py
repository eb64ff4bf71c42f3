"""Bodies of what agents do beside answering: notes, tags, and putting conversations off."""

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
    Version,
    example,
)
from pydantic import Field

from cs_svc.domain.notes import Note
from cs_svc.domain.tags import Tag


class NoteIn(In):
    """A note for other agents."""

    model_config = example(text="已电话核实，等仓库照片。", mentions=["agent-2"])

    text: Text
    """What they read; buyers and merchants never do."""
    mentions: Annotated[list[PrincipalId], Field(default_factory=list, max_length=20), EachOnce()]
    """The agents whom it is to reach; they are entered as agents."""


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
