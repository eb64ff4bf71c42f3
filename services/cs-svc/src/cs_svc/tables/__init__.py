"""The tables and statements of cs-svc, one module per noun; statements are compiled on first use."""

from cs_svc.tables import (
    articles,
    assist,
    bot,
    bot_handovers,
    bot_turns,
    calls,
    complaint_submissions,
    complaints,
    conversations,
    courier_ratings,
    deliveries,
    feedback,
    identities,
    inbound,
    link_codes,
    notes,
    orders,
    ratings,
    read_marks,
    regulator_complaints,
    service_ratings,
    tags,
)
from cs_svc.tables.routing import agents, queue, waits
from cs_svc.tables.schema import metadata
from cs_svc.tables.sla import clocks, policies

COPIED = (
    orders.known_orders,
    orders.known_cases,
    orders.known_parcels,
    articles.known_articles,
    articles.known_clauses,
    orders.known_requests,
    orders.known_goods,
    orders.known_turns,
    orders.known_refunds,
)
"""Our copies of the orders, cases, parcels and articles, computed from the log alone."""

__all__ = [
    "COPIED",
    "agents",
    "articles",
    "assist",
    "bot",
    "bot_handovers",
    "bot_turns",
    "calls",
    "clocks",
    "complaint_submissions",
    "complaints",
    "conversations",
    "courier_ratings",
    "deliveries",
    "feedback",
    "identities",
    "inbound",
    "link_codes",
    "metadata",
    "notes",
    "orders",
    "policies",
    "queue",
    "ratings",
    "read_marks",
    "regulator_complaints",
    "service_ratings",
    "tags",
    "waits",
]
