"""Verbs that change: lock, decide, save, record. One file per noun."""
