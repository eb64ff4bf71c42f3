"""Verbs that change something: lock, decide, save, record; one file per noun.

Locks are always taken in the order order → payment → parcel, so that no two commands wait for each other.
"""
