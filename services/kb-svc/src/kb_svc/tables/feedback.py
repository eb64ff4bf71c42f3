"""Feedback of readers about versions of articles, and its counts."""

from aftercare_chassis.database.columns import aggregate, quantity, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from kb_svc.domain.articles import EDITORS, Edition
from kb_svc.domain.feedback import ArticleFeedback, Helpfulness, HelpfulnessOfArticle
from kb_svc.tables.articles import articles, editions
from kb_svc.tables.schema import metadata

feedback = Table(
    "article_feedback",
    metadata,
    *aggregate(),
    text("article_id"),
    Column("number", Integer, nullable=False),
    text("reader_role"),
    text("reader_id"),
    Column("helped", Boolean, nullable=False),
    text("comment", null=True),
    timestamp("created_at"),
    timestamp("changed_at"),
    ForeignKeyConstraint(["article_id", "number"], ["article_versions.article_id", "article_versions.number"]),
    # Of two first ones of a reader at the same time, the index refuses the second; its next attempt changes the first.
    Index("article_feedback_reader_key", "article_id", "number", "reader_role", "reader_id", unique=True),
    Index("article_feedback_article_idx", "article_id", "id"),
    Index("article_feedback_changed_idx", "changed_at"),
)
helpfulness = Table(
    "article_helpfulness",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *quantity("helped"),
    *quantity("not_helped"),
)
SEEN_BY_EDITORS: SeenBy = dict.fromkeys(sorted(EDITORS.roles))
FEEDBACK = Rows(feedback, ArticleFeedback)
FEEDBACK_LIST = Listing(
    feedback,
    ArticleFeedback,
    filters=("article_id", "number", "helped"),
    seen_by=SEEN_BY_EDITORS,
    conditions={"commented": feedback.c.comment.is_not(None) == bindparam("commented", type_=Boolean)},
)
FEEDBACK_OF_READER = Query(
    select(feedback).where(
        feedback.c.article_id == bindparam("article_id"),
        feedback.c.number == bindparam("number"),
        feedback.c.reader_role == bindparam("reader_role"),
        feedback.c.reader_id == bindparam("reader_id"),
    ),
    ArticleFeedback,
)


def _count() -> Statement:
    """Add `:helped` and `:not_helped`, which may be negative, to the counts of a version."""
    names = ("helped", "not_helped")
    added = insert(helpfulness).values(
        article_id=bindparam("article_id"),
        number=bindparam("number"),
        **{name: bindparam(name, type_=Integer) for name in names},
    )
    summed = {name: helpfulness.c[name] + added.excluded[name] for name in names}
    return Statement(added.on_conflict_do_update(index_elements=["article_id", "number"], set_=summed))


RATED_EDITION = Query(
    select(editions).where(
        editions.c.article_id == bindparam("article_id", type_=Text),
        editions.c.number
        == func.coalesce(
            bindparam("number", type_=Integer),
            select(articles.c.published).where(articles.c.id == bindparam("article_id", type_=Text)).scalar_subquery(),
        ),
    ),
    Edition,
)
"""A version of an article, the newest where `:number` is NULL: one statement, so that an article without versions is as one that is not there."""
COUNT = _count()
MOVE = Statement(
    helpfulness.update()
    .where(helpfulness.c.article_id == bindparam("of_article"), helpfulness.c.number == bindparam("of_number"))
    .values(
        helped=helpfulness.c.helped + bindparam("more_helped", type_=Integer),
        not_helped=helpfulness.c.not_helped - bindparam("more_helped", type_=Integer),
    )
)
"""Move one reader from the one count of a version to the other: 1 to those whom it helped, -1 back."""
VERSIONS_SHOWN = 200
HELPFULNESS_OF_VERSIONS = Query(
    select(helpfulness)
    .where(helpfulness.c.article_id == bindparam("article_id"))
    .order_by(helpfulness.c.number.desc())
    .limit(literal_column(str(VERSIONS_SHOWN))),
    Helpfulness,
)
_share = (helpfulness.c.not_helped + 1) * 1000 / (helpfulness.c.helped + helpfulness.c.not_helped + 2)
_newest = (
    select(
        *(articles.c[name] for name in ("id", "kind", "slug", "language", "title")),
        helpfulness.c.number,
        helpfulness.c.helped,
        helpfulness.c.not_helped,
        _share.cast(Integer).label("unhelped_per_mille"),
    )
    .join_from(
        helpfulness,
        articles,
        (articles.c.id == helpfulness.c.article_id) & (articles.c.published == helpfulness.c.number),
    )
    .where(articles.c.state == literal_column("'published'"))
    .subquery("article_helpfulness_of_newest")
)
LEAST_HELPFUL = Listing(
    _newest,
    HelpfulnessOfArticle,
    filters=("kind", "language"),
    seen_by=SEEN_BY_EDITORS,
    by="unhelped_per_mille",
    turned=True,
)
"""Published articles that somebody has given feedback about in their newest version; those that help least come first."""
