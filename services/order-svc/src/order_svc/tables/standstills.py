"""Since when what people or other processes are to do waits."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import DateTime, bindparam, func, literal_column, select

from order_svc.domain.anomalies.codes import AnomalyState
from order_svc.domain.shipping.labels import LabelState
from order_svc.tables.anomalies import parcel_anomalies
from order_svc.tables.partner_inbox import partner_inbox
from order_svc.tables.payments import provider_calls, refunds
from order_svc.tables.shipping import label_contacts, label_files, shipping_calls, shipping_labels

_anomaly = select(func.min(parcel_anomalies.c.raised_at)).where(parcel_anomalies.c.state == AnomalyState.OPEN)
_label = (
    select(func.min(shipping_labels.c.created_at))
    .join(label_contacts, label_contacts.c.label_id == shipping_labels.c.id)
    .outerjoin(label_files, label_files.c.label_id == shipping_labels.c.id)
    .where(
        shipping_labels.c.state == LabelState.CREATED,
        label_files.c.label_id.is_(None),
        label_contacts.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
    )
)
_unknown = select(refunds.c.id).where(refunds.c.state == literal_column("'unknown'")).limit(literal_column("10000"))
STANDSTILLS: Query[Record] = Query(
    select(
        _anomaly.scalar_subquery().label("anomaly"),
        select(func.min(shipping_calls.c.due_at)).scalar_subquery().label("shipping_call"),
        _label.scalar_subquery().label("label_file"),
        select(func.min(provider_calls.c.due_at)).scalar_subquery().label("provider_call"),
        select(func.min(refunds.c.created_at))
        .where(refunds.c.state == literal_column("'unknown'"))
        .scalar_subquery()
        .label("unknown_refund"),
        select(func.min(partner_inbox.c.due_at))
        .where(partner_inbox.c.due_at.is_not(None))
        .scalar_subquery()
        .label("partner_push"),
        select(func.count()).select_from(_unknown.subquery()).scalar_subquery().label("unknown_refunds"),
    )
)
"""When the oldest of them began: an anomaly that nobody has acknowledged, a call of a courier that is due, a label without its file, a call
of a payment provider that is due, a refund of unknown outcome, and a push of a partner that is due. And how many refunds have an unknown
outcome, up to 10,000."""
