"""Refunds that the merchant makes outside the payment provider, after that has refused one."""
