"""The keys that a payment provider publishes take the place of those that were fetched before."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.payments.signing_keys import PublishedKey, SigningKey
from order_svc.settings import Settings
from order_svc.tables.signing_keys import DROP_SIGNING_KEYS, SIGNING_KEYS


async def replace(tx: Transaction[Settings], provider: str, *, keys: Sequence[PublishedKey]) -> None:
    """Accept these keys, and none that the provider does not publish any more."""
    await tx.execute(DROP_SIGNING_KEYS, provider=provider)
    for each in keys:
        stored = SigningKey(
            provider=provider,
            serial=each.serial,
            public_key=each.public_key,
            valid_from=each.valid_from,
            valid_until=each.valid_until,
        )
        await tx.upsert(SIGNING_KEYS, stored)
