"""Legs: the fragments of the state table that the types of cases are made of.

A leg leads to states of its own, to a state that every case has (manual review, an end), or to a named exit. Which leg
follows at each exit depends on the type of the case, see `types`.
"""
