"""SLA policies, calendars and clocks."""
