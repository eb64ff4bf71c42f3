"""Stripe: the adapter, and what it reads of balance transactions."""

from order_svc.integrations.payments.stripe.adapter import Stripe

__all__ = ["Stripe"]
