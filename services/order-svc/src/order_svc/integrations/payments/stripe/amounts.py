"""Amounts in Stripe's units. It charges no other currencies than those of `notations.STRIPE`; any other is read by ISO 4217."""

from order_svc.domain.payments.notations import ISO_4217, STRIPE


def written(minor: int, currency: str) -> int:
    """The amount as Stripe writes it. Raises: ValueError where it cannot be written."""
    return STRIPE.get(currency.upper(), ISO_4217).written(minor)


def read(amount: int, currency: str) -> int:
    """An amount of Stripe in minor units. Raises: ValueError where it has a part of one."""
    return STRIPE.get(currency.upper(), ISO_4217).read(amount)
