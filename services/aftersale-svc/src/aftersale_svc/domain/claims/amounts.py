"""Amounts that are claimed, accepted or approved. Money is in minor units."""

from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.disputes.errors import CurrencyForeign


def check_amount(
    amount_minor: int,
    currency: str | None,
    most_minor: int,
    own_currency: str,
    *,
    missing: type[Refusal],
    exceeds: type[Refusal],
) -> int:
    """The amount; without a `currency` it is in that of the claim.

    Raises:
        CurrencyForeign: it is in another currency than the claim.
        Refusal: `missing` where it is not above zero, `exceeds` where it is more than `most_minor`.
    """
    if currency is not None and currency != own_currency:
        raise CurrencyForeign(pointer="/amount/currency", currency=own_currency)
    if amount_minor <= 0:
        raise missing(pointer="/amount/amount")
    if amount_minor > most_minor:
        raise exceeds(pointer="/amount/amount", most_minor=most_minor, currency=own_currency)
    return amount_minor
