"""How far people have received and read conversations."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Statement
from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from cs_svc.domain.conversations import AuthorRole
from cs_svc.domain.read_marks import ReadMark
from cs_svc.tables.schema import metadata

read_marks = Table(
    "read_marks",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    *one_of("reader_role", AuthorRole),
    text("reader_id"),
    text("read_place"),
    text("delivered_place"),
    timestamp("updated_at"),
    PrimaryKeyConstraint("conversation_id", "reader_role", "reader_id"),
)
_new = insert(read_marks).values({column.name: bindparam(column.name) for column in read_marks.c})
# A mark never goes back, in whatever order a client and its copies report.
MARK = Statement(
    _new.on_conflict_do_update(
        index_elements=["conversation_id", "reader_role", "reader_id"],
        set_={
            "read_place": func.greatest(read_marks.c.read_place, _new.excluded.read_place),
            "delivered_place": func.greatest(read_marks.c.delivered_place, _new.excluded.delivered_place),
            "updated_at": _new.excluded.updated_at,
        },
    )
)
MARKS_OF_CONVERSATION = Query(
    select(read_marks).where(read_marks.c.conversation_id == bindparam("conversation_id")), ReadMark
)
# Those of one person in several conversations.
MARKS_OF_READER = Query(
    select(read_marks).where(
        read_marks.c.conversation_id == any_(bindparam("ids", type_=ARRAY(Text))),
        read_marks.c.reader_role == bindparam("reader_role"),
        read_marks.c.reader_id == bindparam("reader_id"),
    ),
    ReadMark,
)
