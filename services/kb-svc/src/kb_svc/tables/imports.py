"""Imports of articles: the files, their rows until they are published, and why rows are refused."""

from aftercare_chassis.database.columns import one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kb_svc.domain.articles import EDITORS, ArticleState
from kb_svc.domain.imports import ArticleImport, ImportRefusal, ImportRow, ImportState
from kb_svc.tables.articles import articles, drafts, editions
from kb_svc.tables.schema import metadata

imports = Table(
    "article_imports",
    metadata,
    Column("id", Text, primary_key=True),
    text("file_hash"),
    *one_of("state", ImportState),
    Column("next_row", Integer, nullable=False),
    *quantity("rows"),
    *quantity("refused"),
    *quantity("published"),
    *quantity("unchanged"),
    text("started_by"),
    text("started_role"),
    timestamp("created_at"),
    timestamp("changed_at"),
    Index("article_imports_file_key", "file_hash", unique=True),
    Index("article_imports_state_idx", "state"),
)
rows = Table(
    "article_import_rows",
    metadata,
    Column("import_id", Text, ForeignKey("article_imports.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    text("file", null=True),
    text("kind"),
    text("slug"),
    text("language"),
    text("title"),
    text("body"),
    Column("questions", ARRAY(Text), nullable=True),
)
import_refusals = Table(
    "article_import_refusals",
    metadata,
    Column("import_id", Text, ForeignKey("article_imports.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    text("file", null=True),
    text("field"),
    text("code"),
    text("zh"),
    text("en"),
)
_import = bindparam("import_id", type_=Text)
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
IMPORTS = Rows(imports, ArticleImport)
IMPORT_LIST = Listing(imports, ArticleImport, filters=("state",), seen_by=dict.fromkeys(sorted(EDITORS.roles)))
IMPORT_OF_FILE = Query(select(imports).where(imports.c.file_hash == bindparam("file_hash")), ArticleImport)
PUBLISHING = Query(
    select(imports)
    .where(imports.c.state == bindparam("state", ImportState.PUBLISHING.value))
    .order_by(imports.c.id)
    .limit(bindparam("one", 1))
    .with_for_update(skip_locked=True),
    ArticleImport,
)
IMPORT_ROWS = Rows(rows, ImportRow)
NEXT_ROWS = Query(
    select(rows).where(rows.c.import_id == _import).order_by(rows.c.row).limit(bindparam("most", type_=Integer)),
    ImportRow,
)
DELETE_ROWS = Statement(delete(rows).where(rows.c.import_id == _import, rows.c.row <= bindparam("last", type_=Integer)))
IMPORT_REFUSALS = Rows(import_refusals, ImportRefusal)
REFUSALS_AFTER = Query(
    select(import_refusals)
    .where(import_refusals.c.import_id == _import, import_refusals.c.row > bindparam("after", type_=Integer))
    .order_by(import_refusals.c.row, import_refusals.c.place)
    .limit(bindparam("most", type_=Integer)),
    ImportRefusal,
)


def _repeated() -> Query[Record]:
    """The rows that are the same article as an earlier one of the import, with that one."""
    first = func.min(rows.c.row).over(partition_by=(rows.c.slug, rows.c.language))
    each = select(rows.c.row, rows.c.file, first.label("first")).where(rows.c.import_id == _import).subquery("each")
    return Query(select(each).where(each.c.row > each.c.first).order_by(each.c.row))


def _known() -> Query[Record]:
    """The articles that are here under the slugs of rows from `:after` on: their ids, kinds, texts, and whether they have a draft."""
    has_draft = exists().where(drafts.c.article_id == articles.c.id).label("has_draft")
    joined = rows.join(
        articles,
        (articles.c.slug == rows.c.slug)
        & (articles.c.language == rows.c.language)
        & (articles.c.state != bindparam("retired", ArticleState.RETIRED.value)),
    ).outerjoin(editions, (editions.c.article_id == articles.c.id) & (editions.c.number == articles.c.published))
    # Rows have no spaces around them (`str.strip`); the seeded policies end with a new line.
    same_questions = or_(rows.c.questions.is_(None), editions.c.questions == rows.c.questions)
    same = (editions.c.title == rows.c.title) & (func.btrim(editions.c.body, _SPACES) == rows.c.body) & same_questions
    return Query(
        select(
            rows.c.row,
            rows.c.file,
            articles.c.id,
            articles.c.kind,
            has_draft,
            case((same, True), else_=False).label("is_same"),
            (articles.c.kind != rows.c.kind).label("kind_differs"),
        )
        .select_from(joined)
        .where(rows.c.import_id == _import, rows.c.row <= bindparam("last", type_=Integer))
        .order_by(rows.c.row)
    )


REPEATED = _repeated()
KNOWN_ARTICLES = _known()
EXPORTED: Query[Record] = Query(
    select(
        articles.c.id,
        articles.c.kind,
        articles.c.slug,
        articles.c.language,
        editions.c.title,
        editions.c.body,
        editions.c.questions,
    )
    .join(editions, (editions.c.article_id == articles.c.id) & (editions.c.number == articles.c.published))
    .where(
        articles.c.state == bindparam("published_state", ArticleState.PUBLISHED.value),
        articles.c.id > bindparam("after", type_=Text),
    )
    .order_by(articles.c.id)
    .limit(bindparam("most", type_=Integer))
)
"""The published articles with their newest text, behind an id."""
