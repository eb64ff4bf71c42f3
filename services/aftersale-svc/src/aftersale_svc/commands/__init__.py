"""Verbs that change: lock, decide, save, record. One module per noun.

Locks are taken in the order order → case → dispute, and cases in the order of their ids, so that no two commands wait for
each other. What decides about units or money of an order locks the order, since it depends on all its cases; so does what locks several of its
cases. Rules that look at a
buyer's earlier cases take one more lock after that of the order, when a case is opened. Timers begin with the row that is due, and
wait for no lock (ADR 46).
"""
