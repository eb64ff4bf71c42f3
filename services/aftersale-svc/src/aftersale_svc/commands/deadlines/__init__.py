"""Deadlines: their timers, their ledger, and the calendars and rules that they are computed by."""
