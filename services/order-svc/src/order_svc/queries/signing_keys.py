"""What the callbacks of a payment provider may be signed with that publishes its keys."""

from aftercare_chassis.database.transaction import Transaction

from order_svc.settings import Settings
from order_svc.tables.signing_keys import SIGNING_KEYS_OF_PROVIDER


async def secrets_of(tx: Transaction[Settings], provider: str) -> tuple[str, ...]:
    """The keys of the provider that are valid now, in the form of the port's `secrets`."""
    found = await tx.all(SIGNING_KEYS_OF_PROVIDER, provider=provider)
    return tuple(each.secret for each in found if each.is_valid(tx.now))
