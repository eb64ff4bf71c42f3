"""Looking at the event log."""
