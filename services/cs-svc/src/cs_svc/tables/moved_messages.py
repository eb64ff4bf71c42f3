"""Messages that go from one conversation to another, and what goes with them."""

from aftercare_chassis.database.mapping import Query, Statement
from sqlalchemy import Integer, Text, any_, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.merging import Placed
from cs_svc.tables.conversations import messages
from cs_svc.tables.deliveries import deliveries
from cs_svc.tables.notes import notes

PLACED = Query(
    select(*(messages.c[name] for name in ("id", "conversation_id", "place", "author_role", "sent_at")))
    .where(messages.c.conversation_id == bindparam("conversation_id"))
    .order_by(messages.c.place)
    .limit(cast(bindparam("rows"), Integer)),
    Placed,
)
_twin = messages.alias("twin")
_of_source = messages.c.conversation_id == bindparam("source_id")
_reported_in_target = (
    select(_twin.c.id)
    .where(_twin.c.conversation_id == bindparam("target_id"), _twin.c.event_id == messages.c.event_id)
    .exists()
)
# One event is reported once in a conversation: what both have stays where it is.
MOVABLE = Query(
    select(*(messages.c[name] for name in ("id", "conversation_id", "place", "author_role", "sent_at")))
    .where(_of_source, messages.c.event_id.is_(None) | ~_reported_in_target)
    .order_by(messages.c.place)
    .limit(cast(bindparam("rows"), Integer)),
    Placed,
)
_moved = (
    func.unnest(bindparam("ids", type_=ARRAY(Text)), bindparam("places", type_=ARRAY(Text)))
    .table_valued("id", "place")
    .render_derived(name="moved")
)
_origin = func.coalesce(messages.c.origin_id, func.nullif(messages.c.conversation_id, bindparam("to_id", type_=Text)))
MOVE_MESSAGES = Statement(
    update(messages)
    .where(messages.c.id == _moved.c.id)
    .values(conversation_id=bindparam("to_id", type_=Text), place=_moved.c.place, origin_id=_origin)
)
"""Let the messages in `:ids` be in a conversation, at the places in `:places`."""
MOVE_DELIVERIES = Statement(
    update(deliveries)
    .where(deliveries.c.message_id == any_(bindparam("ids", type_=ARRAY(Text))))
    .values(conversation_id=bindparam("to_id"))
)
MOVE_NOTES = Statement(
    update(notes).where(notes.c.conversation_id == bindparam("from_id")).values(conversation_id=bindparam("to_id"))
)
