"""Reading the event log: which events, and how they are printed."""
