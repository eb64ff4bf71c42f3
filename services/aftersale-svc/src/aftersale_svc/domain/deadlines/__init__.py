"""Deadlines: calendars, rules of hours, when a deadline ends, and the ledger of what was set."""
