"""What is shown of notes, tags, referrals and held replies."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.held_replies import HeldReply
from cs_svc.domain.notes import Note
from cs_svc.domain.referrals import Referral
from cs_svc.domain.tags import Tag
from cs_svc.settings import Settings
from cs_svc.tables.held_replies import HELD_REPLIES, HELD_REPLY_LIST
from cs_svc.tables.notes import NOTE_LIST
from cs_svc.tables.referrals import REFERRAL_LIST, REFERRALS
from cs_svc.tables.tags import TAG_LIST, TAGS


async def notes(reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None) -> Page[Note]:
    """A page of notes, newest first."""
    return await reader.page(NOTE_LIST, limit=limit, cursor=cursor, **filters)


async def tags(reader: Reader[Settings], limit: int, cursor: str | None) -> Page[Tag]:
    """A page of tags, the last by id first."""
    return await reader.page(TAG_LIST, limit=limit, cursor=cursor)


async def tag(reader: Reader[Settings], tag_id: str) -> Tag:
    """One tag. Raises: NotFound."""
    return await reader.get(TAGS, tag_id)


async def referrals(reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None) -> Page[Referral]:
    """A page of the referrals that the reader may see, newest first."""
    return await reader.page(REFERRAL_LIST, limit=limit, cursor=cursor, **filters)


async def referral(reader: Reader[Settings], referral_id: str) -> Referral:
    """One referral. Raises: NotFound."""
    return await reader.get(REFERRALS, referral_id)


async def held_replies(
    reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None
) -> Page[HeldReply]:
    """A page of the replies that wait or waited for an approval, newest first."""
    return await reader.page(HELD_REPLY_LIST, limit=limit, cursor=cursor, **filters)


async def held_reply(reader: Reader[Settings], reply_id: str) -> HeldReply:
    """One of them. Raises: NotFound."""
    return await reader.get(HELD_REPLIES, reply_id)
