"""Payments, refunds and charge-backs, the ledger, and the comparison with what providers state."""
