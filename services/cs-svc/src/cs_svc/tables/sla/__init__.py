"""The tables of SLA policies, calendars and clocks."""
