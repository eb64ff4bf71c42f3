"""The Kafka topics: one per aggregate type, each with a single publishing service."""

from dataclasses import dataclass

PARTITIONS = 12


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, the service that publishes on it, and the aggregate whose id is the message key."""

    name: str
    writer: str
    aggregate: str
    partitions: int = PARTITIONS

    def __str__(self) -> str:
        return self.name


ORDERS = Topic("aftercare.orders.v1", writer="order-svc", aggregate="order, setting or action of an administrator")
PAYMENTS = Topic("aftercare.payments.v1", writer="order-svc", aggregate="payment or payment difference")
PARCELS = Topic("aftercare.parcels.v1", writer="order-svc", aggregate="parcel or intercept")
CASES = Topic("aftercare.cases.v1", writer="aftersale-svc", aggregate="case")
DISPUTES = Topic("aftercare.disputes.v1", writer="aftersale-svc", aggregate="dispute")
CLAIMS = Topic("aftercare.claims.v1", writer="aftersale-svc", aggregate="claim")
EVIDENCE = Topic("aftercare.evidence.v1", writer="aftersale-svc", aggregate="evidence")
SANCTIONS = Topic("aftercare.sanctions.v1", writer="aftersale-svc", aggregate="sanctioned subject")
MERCHANTS = Topic(
    "aftercare.merchants.v1", writer="aftersale-svc", aggregate="setting, deposit or action of an administrator"
)
COMPLAINTS = Topic("aftercare.complaints.v1", writer="cs-svc", aggregate="complaint or complaint of an authority")
CONVERSATIONS = Topic(
    "aftercare.conversations.v1",
    writer="cs-svc",
    aggregate="conversation, referral, held reply, attachment, note, tag, macro, identity, queue entry, agent, team, SLA clock, policy or calendar, or model, intents or answer of the bot",
)
FEEDBACK = Topic("aftercare.feedback.v1", writer="cs-svc", aggregate="feedback, rating, survey or preference")
ARTICLES = Topic("aftercare.articles.v1", writer="kb-svc", aggregate="article, feedback, question or synonyms")
INSIGHTS = Topic("aftercare.insights.v1", writer="analytics-svc", aggregate="insight")

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        ORDERS,
        PAYMENTS,
        PARCELS,
        CASES,
        DISPUTES,
        CLAIMS,
        EVIDENCE,
        SANCTIONS,
        MERCHANTS,
        COMPLAINTS,
        CONVERSATIONS,
        FEEDBACK,
        ARTICLES,
        INSIGHTS,
    )
}
"""The topics by name."""
