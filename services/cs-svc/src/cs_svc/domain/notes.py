"""Notes of agents about a conversation, which only those of the platform read. A note is never changed."""

from dataclasses import dataclass, field
from datetime import datetime

from aftercare_chassis.refusals import Kind, Refusal

from cs_svc.domain.attachments import AttachedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note. `mentions` are the agents whom it is to reach."""

    id: str
    conversation_id: str
    author_id: str
    text: str
    mentions: list[str]
    created_at: datetime
    attachments: list[AttachedFile] = field(default_factory=list)


class AgentUnknown(Refusal):
    """Somebody is named who is not entered as an agent; `value` is the id."""

    kind, code = Kind.INVALID, "agent_unknown"
    zh = "未登记的坐席：{value}。"
    en = "This agent is not entered: {value}."
