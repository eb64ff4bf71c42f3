"""Tags 标签 of conversations: the words that an installation sorts them by."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.refusals import Kind, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag. No conversation gets a retired one any more; those that have it keep it."""

    id: str
    version: int
    name_zh: str
    name_en: str
    retired: bool
    created_at: datetime
    updated_at: datetime


class TagUnknown(Refusal):
    """A conversation is to get a tag that does not exist, or is retired; `value` names it."""

    kind, code = Kind.INVALID, "tag_unknown"
    zh = "没有可用的标签：{value}。"
    en = "There is no such tag, or it is retired: {value}."


def check_added(wanted: Collection[str], had: Collection[str], usable: Collection[str]) -> None:
    """Check that each tag that a conversation gets, and had not, is one that may be given. Raises: TagUnknown."""
    unknown = sorted(set(wanted) - set(had) - set(usable))
    if unknown:
        raise TagUnknown(pointer="/tags", value=", ".join(unknown))
