"""The published versions that have still to take effect."""

from aftercare_chassis.database.mapping import Listing
from aftercare_events.roles import ROLES
from sqlalchemy import Text, case, cast, func, literal_column, select

from kb_svc.domain.articles import ArticleState, Notice
from kb_svc.domain.versions import VersionState
from kb_svc.tables.articles import articles, editions

_notices = (
    select(
        func.concat(editions.c.article_id, ":", cast(editions.c.number, Text)).label("id"),
        editions.c.article_id,
        editions.c.number,
        case(
            (articles.c.state == literal_column(f"'{ArticleState.PUBLISHED}'"), articles.c.published),
            else_=literal_column("0"),
        ).label("in_force"),
        articles.c.kind,
        articles.c.slug,
        articles.c.language,
        editions.c.title,
        articles.c.notice_days,
        editions.c.published_at,
        editions.c.effective_from,
        editions.c.effective_until,
    )
    .join(articles, articles.c.id == editions.c.article_id)
    # Articles with a time of change are few: the plan starts from their partial index.
    .where(articles.c.changes_at.is_not(None), editions.c.state == literal_column(f"'{VersionState.SCHEDULED}'"))
    .subquery("notices")
)
NOTICES = Listing(
    _notices, Notice, filters=("kind", "language", "slug"), seen_by=dict.fromkeys(ROLES), by="effective_from"
)
