"""Restrictions in responses."""

from datetime import datetime
from typing import Self

from aftercare_chassis.http.schemas import Out, Time

from order_svc.domain.sales.restrictions import OrdersEffect, Restriction, SanctionSubjectType


class RestrictionOut(Out):
    """A sanction as far as it concerns new orders."""

    id: str
    """Identifies the restriction; refusals name it."""
    subject_type: SanctionSubjectType | None
    """What is restricted; null where the sanction does not state it: the buyer or merchant with this id."""
    subject_id: str
    """The buyer or the merchant; of an article, its merchant."""
    sku: str | None
    """The restricted article; null for others."""
    kind: str
    """The kind of sanction, in the code of aftersale-svc."""
    reason: str
    """Why it was imposed, in the code of aftersale-svc."""
    orders: OrdersEffect
    """What it does to new orders."""
    in_force: bool
    """Whether it is neither lifted nor expired."""
    imposed_at: Time
    """When it was imposed."""
    expires_at: Time | None
    """When it ends by itself; null where it does not."""
    lifted_at: Time | None
    """When it was lifted; null where it was not."""

    @classmethod
    def of(cls, row: Restriction, now: datetime) -> Self:
        """The restriction as a response."""
        return cls.of_row(row, in_force=row.in_force(now))
