"""Amounts that are claimed, accepted or approved. Money is in minor units."""

from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.currencies import check_currency


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
    check_currency(currency or own_currency, own_currency, "/amount/currency")
    if amount_minor <= 0:
        raise missing(pointer="/amount/amount")
    if amount_minor > most_minor:
        raise exceeds(pointer="/amount/amount", most_minor=most_minor, currency=own_currency)
    return amount_minor
