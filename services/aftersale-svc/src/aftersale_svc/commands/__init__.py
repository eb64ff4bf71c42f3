"""Verbs that change: lock, decide, save, record. One file per noun.

Locks are always taken in the order order → case → dispute, and cases in the order of their ids, so that no two commands
wait for each other. What decides about units or money of an order holds the order: it depends on all its cases.
"""
