"""What the legs of a case keep: its return, its inspection line by line, its refunds attempt by attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from aftercare_chassis.database.columns import document, minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from aftercare_chassis.database.reader import Reader
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Label,
    Table,
    Text,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import Money, RefundCause, RefundState
from aftersale_svc.domain.cases.deposit_covers.model import DepositCover
from aftersale_svc.domain.cases.exchanges.model import RefusedGoods, ReplacementLine
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, Inspection, Refund, RequestedLine, Return
from aftersale_svc.domain.cases.money_holds.model import MoneyHold
from aftersale_svc.domain.cases.offers.model import Offer
from aftersale_svc.domain.cases.offline_refunds.model import OfflineRefund
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.cases.repairs.model import Repair
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.cases.return_freights.model import ReturnFreight
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.money.parts import RefundPart
from aftersale_svc.domain.orders.model import PARCEL_RETURNED
from aftersale_svc.tables.cases.cases import case_lines, cases
from aftersale_svc.tables.cases.inspections import INSPECTIONS, inspections
from aftersale_svc.tables.cases.offers import OFFERS, offers
from aftersale_svc.tables.cases.price_checks import PRICE_CHECKS, price_checks
from aftersale_svc.tables.claims.guarantee_claims import COVERS_CASE, DEPOSIT_COVERS, guarantee_claims
from aftersale_svc.tables.goods.exchanges import (
    CHARGES,
    REFUSED_GOODS,
    REPLACEMENT_LINES,
    charges,
    refused_goods,
    replacement_lines,
)
from aftersale_svc.tables.goods.parcel_anomalies import FACTS_OF_LINE
from aftersale_svc.tables.goods.parcel_reports import parcel_reports
from aftersale_svc.tables.goods.pickups import PICKUPS, pickups
from aftersale_svc.tables.goods.refused_goods_claims import OWED_GOODS, refused_goods_claims
from aftersale_svc.tables.goods.repairs import REPAIRS, repairs
from aftersale_svc.tables.goods.replacements import REPLACEMENTS, replacements
from aftersale_svc.tables.goods.returns import returns
from aftersale_svc.tables.money.money_holds import MONEY_HOLDS, money_holds
from aftersale_svc.tables.money.offline_refunds import OFFLINE_REFUNDS, offline_refunds
from aftersale_svc.tables.money.refund_parts import REFUND_PARTS, refund_parts
from aftersale_svc.tables.money.return_freights import RETURN_FREIGHTS, return_freights
from aftersale_svc.tables.orders import order_lines, orders
from aftersale_svc.tables.schema import metadata

refunds = Table(
    "refunds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    *one_of("state", RefundState),
    *one_of("cause", RefundCause),
    *minor("units_minor"),
    *minor("freight_minor"),
    *minor("restocking_minor", default=0),
    *minor("return_freight_minor", default=0),
    *(document(name, null=True) for name in ("unearned", "settings", "shares")),
    Column("given_back_minor", BigInteger, nullable=False, server_default=sql("0")),
    *minor("returned_minor", default=0),
    *minor("came_back_minor", default=0),
    Column("owed_again", Boolean, nullable=False, server_default=false()),
    text("currency"),
    text("failure_code", null=True),
    timestamp("requested_at"),
    timestamp("ended_at", null=True),
    CheckConstraint("(state = 'requested') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("failure_code IS NULL OR state = 'failed'", name="failed"),
    CheckConstraint("came_back_minor = 0 OR state <> 'succeeded' AND owed_again", name="came_back"),
    *minor("deposit_minor", default=0),
    Index("refunds_case_idx", "case_id", "id"),
    # One is on its way at a time. What was refused can be tried again, and a verdict may award more than was paid.
    Index("refunds_open_key", "case_id", unique=True, postgresql_where=sql("state NOT IN ('failed', 'succeeded')")),
)

RETURNS = Rows(returns, Return)
REFUNDS = Rows(refunds, Refund)


@dataclass(frozen=True)
class LegTable:
    """The rows of a leg. `joined` is which of them a case reads with each of its lines; `saved`: they are saved with the case."""

    rows: Rows[Any]  # the class of a leg's rows is the key in LEGS
    joined: ColumnElement[bool]
    saved: bool = True

    @property
    def columns(self) -> list[Label[Any]]:  # of columns of every type
        """Its columns, named after the table, too."""
        return [column.label(self._label(column.name)) for column in self.rows.columns]

    def of(self, records: Sequence[Record]) -> tuple[Any, ...]:  # of that class
        """The rows that records of DETAILS have of this leg, each once."""
        labels, key_labels = self._labels
        by_key = {tuple([each[label] for label in key_labels]): each for each in records}
        found = [each for key, each in by_key.items() if None not in key]
        return tuple([self.rows.build({name: each[label] for name, label in labels.items()}) for each in found])

    def key(self, row: object) -> tuple[object, ...]:
        """The primary key of a row."""
        return tuple(getattr(row, name) for name in self.rows.key)

    @property
    def mark(self) -> str:
        """The column of DETAILS that is None where a record has no row of this leg."""
        return self._label(self.rows.key[0])

    @cached_property
    def _labels(self) -> tuple[dict[str, str], list[str]]:
        """The names of its columns in DETAILS, by their own, and those of its key."""
        labels = {column.name: self._label(column.name) for column in self.rows.columns}
        return labels, [labels[name] for name in self.rows.key]

    def _label(self, column: str) -> str:
        return f"{self.rows.name}_{column}"


LEGS: Mapping[type[Any], LegTable] = {  # by the class of its rows
    Return: LegTable(RETURNS, returns.c.case_id == case_lines.c.case_id),
    Inspection: LegTable(
        INSPECTIONS, (inspections.c.case_id == case_lines.c.case_id) & (inspections.c.line_id == case_lines.c.line_id)
    ),
    PriceCheck: LegTable(
        PRICE_CHECKS,
        (price_checks.c.case_id == case_lines.c.case_id) & (price_checks.c.line_id == case_lines.c.line_id),
    ),
    Refund: LegTable(REFUNDS, refunds.c.id == cases.c.refund_id),
    Replacement: LegTable(REPLACEMENTS, replacements.c.case_id == case_lines.c.case_id),
    Offer: LegTable(OFFERS, (offers.c.case_id == cases.c.id) & (offers.c.number == cases.c.offers_made)),
    # With the line that they belong to, or with every line.
    RefundPart: LegTable(
        REFUND_PARTS,
        (refund_parts.c.refund_id == cases.c.refund_id)
        & func.coalesce(refund_parts.c.line_id == case_lines.c.line_id, True),
    ),
    ReplacementLine: LegTable(
        REPLACEMENT_LINES,
        (replacement_lines.c.case_id == case_lines.c.case_id) & (replacement_lines.c.line_id == case_lines.c.line_id),
    ),
    Charge: LegTable(CHARGES, charges.c.case_id == case_lines.c.case_id),
    OwedGoods: LegTable(OWED_GOODS, refused_goods_claims.c.case_id == case_lines.c.case_id, saved=False),
    RefusedGoods: LegTable(REFUSED_GOODS, refused_goods.c.case_id == case_lines.c.case_id),
    ReturnFreight: LegTable(RETURN_FREIGHTS, return_freights.c.case_id == case_lines.c.case_id),
    Pickup: LegTable(PICKUPS, pickups.c.case_id == case_lines.c.case_id),
    Repair: LegTable(REPAIRS, repairs.c.case_id == case_lines.c.case_id),
    MoneyHold: LegTable(MONEY_HOLDS, money_holds.c.case_id == case_lines.c.case_id),
    DepositCover: LegTable(
        DEPOSIT_COVERS, (guarantee_claims.c.case_id == case_lines.c.case_id) & COVERS_CASE, saved=False
    ),
    OfflineRefund: LegTable(OFFLINE_REFUNDS, offline_refunds.c.case_id == case_lines.c.case_id),
}
"""What legs keep of a case, by the class of their rows; the refund is the one decided last, the offer the one made last."""

_joined: FromClause = case_lines.join(cases, cases.c.id == case_lines.c.case_id)
for _leg in LEGS.values():
    _joined = _joined.outerjoin(_leg.rows.table, _leg.joined)


class Details:
    """The lines of cases, each with the rows of the legs of its case.

    The one of a single case is a statement of its own: with an array of ids PostgreSQL would plan the join of these tables again
    for each command, which costs more than all the rest of it .
    """

    def __init__(self, *more: ColumnElement[Any]) -> None:  # Any: columns of every type
        columns = (*case_lines.c, *(column for leg in LEGS.values() for column in leg.columns), *more)
        of_cases = select(*columns).select_from(_joined).order_by(case_lines.c.case_id, case_lines.c.line_id)
        self.of_one = Query(of_cases.where(case_lines.c.case_id == bindparam("case_id")))
        self.of_many = Query(of_cases.where(case_lines.c.case_id == bindparam("case_ids", type_=ARRAY(Text)).any_()))


_OVERDUE = (
    select(order_lines.c.overdue_since)
    .where(order_lines.c.order_id == cases.c.order_id, order_lines.c.line_id == case_lines.c.line_id)
    .correlate(cases, case_lines)
    .scalar_subquery()
    .label("overdue_since")
)
_RECEIVED = (
    select(func.coalesce(orders.c.signed_at, orders.c.received_at))
    .where(orders.c.id == cases.c.order_id)
    .correlate(cases)
    .scalar_subquery()
    .label("received_since")
)
DETAILS = Details(FACTS_OF_LINE, _OVERDUE, _RECEIVED)
_other = cases.alias("other")
_neighbours = exists().where(
    _other.c.order_id == cases.c.order_id,
    _other.c.id != cases.c.id,
    *(_other.c.state != ended for ended in sorted(ENDED)),
    or_(*(_other.c.type == name for name, type_ in TYPES.items() if type_.money is Money.REFUND)),
)
_came_back = exists().where(parcel_reports.c.order_id == cases.c.order_id, parcel_reports.c.status == PARCEL_RETURNED)
DETAILS_TO_LOCK = Details(
    *(FACTS_OF_LINE, _OVERDUE, _RECEIVED), _neighbours.label("has_neighbours"), _came_back.label("has_returned_parcels")
)
"""The same of cases that are locked, with whether others of their order are open that money is to go back in, and whether a parcel of it
came back."""

_LINE = tuple(field.name for field in fields(RequestedLine))
_MARKS = tuple((kind, leg.mark) for kind, leg in LEGS.items())


# Any: the settings of any process of the service
async def full_cases(reader: Reader[Any], found: Sequence[Case], details: Details = DETAILS) -> list[FullCase]:
    """The cases, in their order, with the rows of their legs."""
    by_case: dict[str, list[Record]] = {each.id: [] for each in found}
    if len(found) == 1:
        records = await reader.all(details.of_one, case_id=found[0].id)
    else:
        records = await reader.all(details.of_many, case_ids=list(by_case))
    for record in records:
        by_case[record["case_id"]].append(record)
    return [_full(each, by_case[each.id]) for each in found]


def _full(case: Case, records: Sequence[Record]) -> FullCase:
    # A line has a record for each of the parts of its refund.
    lines = {record["line_id"]: CaseLine(**{name: record[name] for name in _LINE}) for record in records}
    anomalies = {each["anomaly_id"]: each for record in records for each in record["anomalies"] or ()}
    # Most cases have rows of few legs.
    present = {kind for record in records for kind, mark in _MARKS if record[mark] is not None}
    return FullCase(
        case=case,
        requested=tuple(lines.values()),
        legs={kind: leg.of(records) if kind in present else () for kind, leg in LEGS.items()},
        has_neighbours=any(record.get("has_neighbours") for record in records),
        has_returned_parcels=any(record.get("has_returned_parcels") for record in records),
        anomalies=tuple(anomalies[key] for key in sorted(anomalies)),
        overdue={each["line_id"]: each["overdue_since"].isoformat() for each in records if each["overdue_since"]},
        received_since=next((record["received_since"] for record in records), None),
    )
