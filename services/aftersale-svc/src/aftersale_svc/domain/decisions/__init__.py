"""Decisions about cases: what was decided, by whom or by which rule, and the facts used. They never change."""
