"""Synonyms of the search that administrators set: the list in use of each language, and all that were."""

from aftercare_chassis.database.columns import aggregate, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import JSONB

from kb_svc.domain.synonyms import SynonymList
from kb_svc.tables.schema import metadata

synonyms = Table(
    "search_synonyms",
    metadata,
    *aggregate(),
    text("language"),
    Column("words", JSONB, nullable=False),
    text("set_by"),
    timestamp("set_at"),
)
versions = Table(
    "search_synonym_versions",
    metadata,
    Column("id", Text, ForeignKey("search_synonyms.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text("language"),
    Column("words", JSONB, nullable=False),
    text("set_by"),
    timestamp("set_at"),
)
SYNONYMS = Rows(synonyms, SynonymList)
SYNONYM_VERSIONS = Rows(versions, SynonymList)
VERSIONS_IN_USE: Query[Record] = Query(select(synonyms.c.id, synonyms.c.version).order_by(synonyms.c.id))
IN_USE = Query(select(synonyms).order_by(synonyms.c.id), SynonymList)
SYNONYM_VERSION = Query(
    select(versions).where(
        versions.c.id == bindparam("list_id", type_=Text), versions.c.version == bindparam("number", type_=Integer)
    ),
    SynonymList,
)
