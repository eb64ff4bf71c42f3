"""Stripe on one machine: PaymentIntents, Refunds and webhooks as Stripe documents them, over the ledger of the simulators."""

from aftercare_simulators.stripe.app import create

__all__ = ["create"]
