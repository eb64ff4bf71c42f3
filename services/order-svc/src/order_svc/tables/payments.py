"""Payments, their refunds, and the calls to providers that are still to be made."""

from aftercare_chassis.database.columns import aggregate, document, minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.model import Order
from order_svc.domain.payments.model import (
    CallSubject,
    CallVerb,
    Payment,
    PaymentState,
    ProviderCall,
    Refund,
    RefundState,
)
from order_svc.tables.orders import orders
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import OPERATOR_OR_FINANCE, seen_by

payments = Table(
    "payments",
    metadata,
    *aggregate(),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("buyer_id"),
    text("merchant_id"),
    text("provider"),
    text("method"),
    *one_of("state", PaymentState),
    *minor("amount_minor"),
    text("currency"),
    *minor("refunded_minor"),
    timestamp("created_at"),
    timestamp("settled_at", null=True),
    text("provider_reference", null=True),
    text("failure_code", null=True),
    document("checkout", null=True),
    Column("surplus", Boolean, nullable=False, server_default=false()),
    *minor("charged_back_minor", default=0),
    *minor("authorised_minor", null=True),
    timestamp("authorised_until", null=True),
    timestamp("expires_at", null=True),
    CheckConstraint("refunded_minor <= amount_minor", name="refunded"),
    CheckConstraint("charged_back_minor <= amount_minor", name="charged_back"),
    CheckConstraint("amount_minor <= authorised_minor", name="authorised"),
    Index("payments_order_idx", "order_id", "id"),
    Index("payments_settled_idx", "provider", "settled_at", postgresql_where=sql("settled_at IS NOT NULL")),
    Index("payments_reference_idx", "provider_reference", postgresql_where=sql("provider_reference IS NOT NULL")),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payment_id", Text, ForeignKey("payments.id"), nullable=False),
    text("order_id"),
    text("case_id", null=True),
    *one_of("state", RefundState),
    *minor("amount_minor"),
    text("currency"),
    text("cause"),
    timestamp("created_at"),
    timestamp("settled_at", null=True),
    text("provider_reference", null=True),
    text("failure_code", null=True),
    text("outside", null=True),
    text("outside_reference", null=True),
    text("outside_evidence", null=True),
    document("borne", null=True),
    text("asked_by_event", null=True),
    text("correlation_id", null=True),
    text("share_of", null=True),
    *minor("whole_minor", null=True),
    timestamp("reversed_at", null=True),
    Column("owed_by_case", Boolean, nullable=False, server_default=false()),
    CheckConstraint("reversed_at IS NOT NULL OR NOT owed_by_case", name="owed_by_case"),
    CheckConstraint("reversed_at IS NULL OR state = 'failed'", name="reversed"),
    CheckConstraint("(share_of IS NULL) = (whole_minor IS NULL)", name="shared"),
    CheckConstraint("amount_minor <= whole_minor", name="share"),
    Index("refunds_share_idx", "share_of", postgresql_where=sql("share_of IS NOT NULL")),
    Index("refunds_settled_idx", "settled_at", postgresql_where=sql("settled_at IS NOT NULL")),
    Index("refunds_state_idx", "state", "created_at", "id"),
    Index("refunds_payment_idx", "payment_id", "id"),
    Index("refunds_case_idx", "case_id", postgresql_where=sql("case_id IS NOT NULL")),
)

provider_calls = Table(
    "provider_calls",
    metadata,
    Column("id", Text, primary_key=True),
    *one_of("subject", CallSubject),
    *one_of("verb", CallVerb),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at"),
    Column("unanswered", Boolean, nullable=False, server_default=false()),
    Column("gives_up", Boolean, nullable=False, server_default=false()),
    text("payer_id", null=True),
    text("traceparent", null=True),
    Index("provider_calls_due_idx", "due_at"),
)

PAYMENTS = Rows(payments, Payment, seen_by(payments))
PAYMENTS_BY_ID = Query(
    select(*PAYMENTS.columns).where(payments.c.id == bindparam("payment_ids", type_=ARRAY(Text)).any_()), Payment
)
PAYMENTS_OF_REFERENCE = Query(
    select(*PAYMENTS.columns).where(
        payments.c.provider == bindparam("provider"),
        payments.c.provider_reference == bindparam("references", type_=ARRAY(Text)).any_(),
    ),
    Payment,
)
PAYMENT_LIST = Listing(payments, Payment, filters=("order_id", "state"), seen_by=seen_by(payments))
_of_order = select(payments).where(payments.c.order_id == bindparam("order_id")).order_by(payments.c.id)
_TAKEN = and_(payments.c.state == PaymentState.SUCCEEDED, payments.c.surplus.is_(False))
_IN_PROGRESS = literal([PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.CAPTURING], ARRAY(Text)).any_()
LIVE_PAYMENTS = Query(_of_order.where(or_(payments.c.state == _IN_PROGRESS, _TAKEN)), Payment)
"""Those that pay the order: in progress, or made and taken by it."""
TAKEN_PAYMENTS = Query(_of_order.where(_TAKEN), Payment)
TAKEN_PAYMENTS_LOCKED = Query(_of_order.where(_TAKEN).with_for_update(key_share=True), Payment)
"""Those that refunds of the order are made from, locked; the order is locked before."""
SET_CHECKOUT = Statement(
    update(payments)
    .where(payments.c.id == bindparam("payment_id"))
    .values(provider_reference=bindparam("reference"), checkout=bindparam("checkout"))
)
ORDER_OF_PAYMENT = Query(
    select(orders)
    .where(orders.c.id == select(payments.c.order_id).where(payments.c.id == bindparam("payment_id")).scalar_subquery())
    .with_for_update(key_share=True),
    Order,
    seen_by(orders),
)
"""The order of a payment, locked without a look at the payment first."""
REFUNDS = Rows(refunds, Refund)
REFUND_OF_READER = Query(
    select(*REFUNDS.columns)
    .join(payments, payments.c.id == refunds.c.payment_id)
    .where(refunds.c.id == bindparam("refund_id")),
    Refund,
    seen_by=seen_by(payments),
)
"""A refund whose payment the reader may see: one statement, which costs the same whether or not there is one."""
REFUNDS_BY_ID = Query(
    select(*REFUNDS.columns).where(refunds.c.id == bindparam("refund_ids", type_=ARRAY(Text)).any_()), Refund
)
REFUNDS_OF = Query(
    select(refunds)
    .where(refunds.c.payment_id == bindparam("payment_ids", type_=ARRAY(Text)).any_())
    .order_by(refunds.c.payment_id, refunds.c.id),
    Refund,
)
SHARES_OF = Query(
    select(refunds)
    .where(refunds.c.share_of == bindparam("refund_id"))
    .order_by(func.length(refunds.c.id), refunds.c.id),
    Refund,
)
"""In the order in which they were made: the ids of the later ones are longer, and counted."""
REFUND_LIST = Listing(refunds, Refund, filters=("state",), seen_by=OPERATOR_OR_FINANCE, by="created_at")
"""The oldest first."""
REFUNDS_OF_CASE = Query(select(refunds).where(refunds.c.case_id == bindparam("case_id")), Refund)

CALLS = Rows(provider_calls, ProviderCall)
NEXT_CALL = Query(
    select(provider_calls).order_by(provider_calls.c.due_at).limit(1).with_for_update(key_share=True, skip_locked=True),
    ProviderCall,
)
TAKE_CALL = Statement(
    update(provider_calls)
    .where(provider_calls.c.id == bindparam("call_id"))
    .values(verb="query", attempts=bindparam("tries"), due_at=bindparam("leased_until"), unanswered=False)
)
GIVE_UP_CALL = Statement(
    update(provider_calls)
    .where(provider_calls.c.id == bindparam("call_id"))
    .values(
        gives_up=True, due_at=func.least(provider_calls.c.due_at, bindparam("next_at", type_=DateTime(timezone=True)))
    )
)
_unpaid = select(payments.c.id).where(
    payments.c.order_id == bindparam("order_id"),
    or_(
        and_(payments.c.state == PaymentState.PENDING, payments.c.checkout.is_not(None)),
        payments.c.state == PaymentState.AUTHORISED,
    ),
)
HURRY_CALL = Statement(
    update(provider_calls)
    .where(
        provider_calls.c.id.in_(_unpaid),
        provider_calls.c.due_at > bindparam("now", type_=DateTime(timezone=True)),
    )
    .values(due_at=bindparam("now", type_=DateTime(timezone=True)))
)
_of_refund = provider_calls.c.id == bindparam("refund_ids", type_=ARRAY(Text)).any_()
CALLS_TO_LOCK = Query(
    select(provider_calls).where(_of_refund).order_by(provider_calls.c.id).with_for_update(key_share=True), ProviderCall
)
"""Of refunds by their ids: those in flight have one each, which is dropped where a refund ends."""
QUERY_NOW = Statement(
    update(provider_calls)
    .where(_of_refund)
    .values(due_at=func.least(provider_calls.c.due_at, bindparam("now", type_=DateTime(timezone=True))))
)
PUT_OFF_CALL = Statement(
    update(provider_calls)
    .where(provider_calls.c.id == bindparam("call_id"))
    .values(verb=bindparam("next_verb"), due_at=bindparam("next_at"), unanswered=bindparam("no_response"))
)
_waiting = provider_calls.alias("waiting")
_refund = refunds.alias("refund")
_longest_unanswered = (
    select(_waiting.c.id)
    .outerjoin(_refund, _refund.c.id == _waiting.c.id)
    .join(payments, payments.c.id == func.coalesce(_refund.c.payment_id, _waiting.c.id))
    .where(
        _waiting.c.unanswered,
        _waiting.c.due_at > bindparam("now"),
        _waiting.c.subject == bindparam("subject"),
        payments.c.provider == bindparam("provider"),
    )
    .order_by(_waiting.c.due_at)
    .limit(1)
    .with_for_update(key_share=True, of=_waiting, skip_locked=True)
)
RESUME_CALL = Statement(
    update(provider_calls)
    .where(provider_calls.c.id == _longest_unanswered.scalar_subquery())
    .values(due_at=bindparam("now"))
)
DROP_CALL = Statement(delete(provider_calls).where(provider_calls.c.id == bindparam("call_id")))
