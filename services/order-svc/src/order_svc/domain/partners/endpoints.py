"""Where couriers post, and the codes in their pushes that are not known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.partners.networks import Address, is_within, network


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierEndpoint:
    """Where one partner posts. After a rotation the previous secret is accepted until its grace ends; none is after `revoked_at`.

    `merchant_id` is whose parcels the partner reports on here; None where it is the platform's own, for those of every merchant.
    `last_push_at` is when a push was last processed, to the minute; None where none was since that is noted. `allowed_networks` are
    from where it may post, in CIDR notation; anywhere, where there are none.
    """

    id: str
    partner: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None = None
    merchant_id: str | None = None
    last_push_at: datetime | None = None
    allowed_networks: Sequence[str] = ()

    def is_revoked(self, now: datetime) -> bool:
        """Whether no push is accepted at this moment."""
        return self.revoked_at is not None and self.revoked_at <= now

    def may_post_from(self, sender: Address | None) -> bool:
        """Whether the partner may post from this address; None is one that is not known."""
        if not self.allowed_networks:
            return True
        return sender is not None and is_within(sender, map(network, self.allowed_networks))

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that a push may be signed with at this moment."""
        if self.previous_secret is None or self.previous_until is None or now >= self.previous_until:
            return (self.secret,)
        return (self.secret, self.previous_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentEndpoint:
    """An endpoint at which nothing arrives though `parcels` of its partner have been under way for as long; at most 1000 are counted.

    `since` is when a push was last processed, or the endpoint was opened.
    """

    id: str
    partner: str
    since: datetime
    parcels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCode:
    """A code of a partner whose meaning its adapter does not know. `text` and `push_id` are of the latest push that has it."""

    id: str
    partner: str
    code: str
    occurrences: int
    text: str
    push_id: str
    first_seen_at: datetime
    last_seen_at: datetime
