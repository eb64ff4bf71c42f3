"""Accounts with couriers, labels, and the calls to couriers that are to be made."""

from aftercare_chassis.database.columns import document, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import QuoteState, ShippingCall, ShippingQuote, ShippingSubject, ShippingVerb
from order_svc.domain.shipping.labels import LabelContacts, LabelFile, LabelState, PickupState, ShippingLabel
from order_svc.domain.shipping.model import CourierName
from order_svc.domain.tracking import ParcelLeg
from order_svc.tables.schema import metadata

shipping_accounts = Table(
    "shipping_accounts",
    metadata,
    Column("id", Text, primary_key=True),
    text("merchant_id"),
    *one_of("courier", CourierName),
    text("account_no"),
    text("secret"),
    text("key"),
    text("billing_no", null=True),
    document("sender"),
    Column("endpoint_id", Text, ForeignKey("courier_endpoints.id"), nullable=False),
    timestamp("created_at"),
    timestamp("rotated_at", null=True),
    timestamp("revoked_at", null=True),
    Index(
        "shipping_accounts_courier_key",
        *("merchant_id", "courier"),
        unique=True,
        postgresql_where=sql("revoked_at IS NULL"),
    ),
)

shipping_labels = Table(
    "shipping_labels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("case_id", null=True),
    text("merchant_id"),
    text("buyer_id"),
    Column("account_id", Text, ForeignKey("shipping_accounts.id"), nullable=False),
    *one_of("leg", ParcelLeg),
    *one_of("courier", CourierName),
    text("carrier"),
    *one_of("state", LabelState),
    document("picks"),
    text("goods"),
    *quantity("weight_grams", 1),
    text("requested_by"),
    text("requested_role"),
    timestamp("created_at"),
    *one_of("pickup_state", PickupState),
    timestamp("pickup_begins_at", null=True),
    timestamp("pickup_ends_at", null=True),
    timestamp("asked_begins_at", null=True),
    timestamp("asked_ends_at", null=True),
    timestamp("given_up_at", null=True),
    timestamp("sent_at", null=True),
    timestamp("settled_at", null=True),
    text("courier_ref", null=True),
    text("waybill_no", null=True),
    text("routing_code", null=True),
    text("parcel_id", null=True),
    text("refusal", null=True),
    text("reason", null=True),
    Index("shipping_labels_order_idx", "order_id", "id"),
    Index("shipping_labels_merchant_idx", "merchant_id", "id"),
    Index("shipping_labels_parcel_idx", "parcel_id", postgresql_where=sql("parcel_id IS NOT NULL")),
)

label_contacts = Table(
    "label_contacts",
    metadata,
    Column("label_id", Text, ForeignKey("shipping_labels.id"), primary_key=True),
    document("sender"),
    document("receiver"),
    timestamp("expires_at"),
    Index("label_contacts_expires_idx", "expires_at"),
)

label_files = Table(
    "label_files",
    metadata,
    Column("label_id", Text, ForeignKey("shipping_labels.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    timestamp("rendered_at"),
    timestamp("expires_at"),
    Index("label_files_expires_idx", "expires_at"),
)

shipping_quotes = Table(
    "shipping_quotes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("merchant_id"),
    *one_of("state", QuoteState),
    *quantity("weight_grams", 1),
    texts("carriers"),
    timestamp("created_at"),
    timestamp("answered_at", null=True),
    document("offers", null=True),
    document("failures", null=True),
    Index("shipping_quotes_created_idx", "created_at"),
)

shipping_calls = Table(
    "shipping_calls",
    metadata,
    Column("id", Text, primary_key=True),
    *one_of("subject", ShippingSubject),
    *one_of("verb", ShippingVerb),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at"),
    text("traceparent", null=True),
    Index("shipping_calls_due_idx", "due_at"),
)

_OF_MERCHANT: SeenBy = {"seller": shipping_accounts.c.merchant_id, "admin": None}
_LABELS: SeenBy = {"seller": shipping_labels.c.merchant_id, "agent": None}
"""Labels have where people live on them: the merchant prints them, and agents help."""
_QUOTES: SeenBy = {"seller": shipping_quotes.c.merchant_id, "agent": None}

ACCOUNTS = Rows(shipping_accounts, ShippingAccount, _OF_MERCHANT)
ACCOUNT_LIST = Listing(shipping_accounts, ShippingAccount, filters=("merchant_id", "courier"), seen_by=_OF_MERCHANT)
ACCOUNTS_OF_MERCHANT = Query(
    select(shipping_accounts)
    .where(shipping_accounts.c.merchant_id == bindparam("merchant_id"), shipping_accounts.c.revoked_at.is_(None))
    .order_by(shipping_accounts.c.id),
    ShippingAccount,
)
EVERY_ACCOUNT_OF_MERCHANT = Query(
    select(shipping_accounts)
    .where(shipping_accounts.c.merchant_id == bindparam("merchant_id"))
    .order_by(shipping_accounts.c.revoked_at.desc().nulls_first(), shipping_accounts.c.id),
    ShippingAccount,
)
LABELS = Rows(shipping_labels, ShippingLabel, _LABELS)
LABEL_LIST = Listing(shipping_labels, ShippingLabel, filters=("order_id", "state", "case_id"), seen_by=_LABELS)
LABELS_OF_WAYBILL = Query(
    select(shipping_labels)
    .where(
        shipping_labels.c.order_id == bindparam("order_id"),
        shipping_labels.c.case_id == bindparam("case_id"),
        shipping_labels.c.carrier == bindparam("carrier"),
        shipping_labels.c.waybill_no == bindparam("waybill_no"),
        shipping_labels.c.state == LabelState.CREATED,
    )
    .order_by(shipping_labels.c.id)
    .with_for_update(key_share=True),
    ShippingLabel,
)
_OF_PARCEL = select(shipping_labels).where(shipping_labels.c.parcel_id == bindparam("parcel_id"))
LABEL_OF_PARCEL = Query(_OF_PARCEL, ShippingLabel, _LABELS)
LABEL_OF_PARCEL_LOCKED = Query(_OF_PARCEL.with_for_update(key_share=True), ShippingLabel)
PICKUPS_OF_CASE = Query(
    select(shipping_labels)
    .where(
        shipping_labels.c.order_id == bindparam("order_id"),
        shipping_labels.c.case_id == bindparam("case_id"),
        shipping_labels.c.leg == ParcelLeg.RETURN,
        shipping_labels.c.pickup_state != PickupState.NONE,
        shipping_labels.c.given_up_at.is_(None),
        *(
            shipping_labels.c.state != state
            for state in (LabelState.CANCELLING, LabelState.FAILED, LabelState.CANCELLED)
        ),
    )
    .order_by(shipping_labels.c.id)
    .with_for_update(key_share=True),
    ShippingLabel,
)
"""The shipments that are collected for a case, as far as they have not ended."""
CONTACTS = Rows(label_contacts, LabelContacts)
FILES = Rows(label_files, LabelFile)
QUOTES = Rows(shipping_quotes, ShippingQuote, _QUOTES)
CALLS = Rows(shipping_calls, ShippingCall)
NEXT_CALL = Query(
    select(shipping_calls).order_by(shipping_calls.c.due_at).limit(1).with_for_update(key_share=True, skip_locked=True),
    ShippingCall,
)
LEASE_CALL = Statement(
    update(shipping_calls)
    .where(shipping_calls.c.id == bindparam("call_id"))
    .values(verb=bindparam("next_verb"), attempts=bindparam("tries"), due_at=bindparam("leased_until"))
)
_leased = and_(
    shipping_calls.c.id == bindparam("call_id"),
    shipping_calls.c.due_at == bindparam("leased_until", type_=DateTime(timezone=True)),
)
"""The call as it was leased: a newer one about the same is due at another time."""
PUT_OFF_CALL = Statement(
    update(shipping_calls)
    .where(_leased)
    .values(verb=bindparam("next_verb"), due_at=bindparam("next_at"), attempts=bindparam("tries"))
)
END_CALL = Statement(delete(shipping_calls).where(_leased))
DROP_CALL = Statement(delete(shipping_calls).where(shipping_calls.c.id == bindparam("call_id")))
UNPRINTED = Query(
    select(shipping_labels)
    .join(label_contacts, label_contacts.c.label_id == shipping_labels.c.id)
    .outerjoin(label_files, label_files.c.label_id == shipping_labels.c.id)
    .where(
        shipping_labels.c.state == LabelState.CREATED,
        label_files.c.label_id.is_(None),
        label_contacts.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
        shipping_labels.c.id != bindparam("without", type_=ARRAY(Text)).all_(),
    )
    .order_by(shipping_labels.c.id)
    .limit(1),
    ShippingLabel,
)
EXPIRE_CONTACTS = Statement(
    update(label_contacts)
    .where(label_contacts.c.label_id == bindparam("label_id_"))
    .values(expires_at=func.least(label_contacts.c.expires_at, bindparam("at", type_=DateTime(timezone=True))))
)
DROP_FILE = Statement(delete(label_files).where(label_files.c.label_id == bindparam("label_id_")))
