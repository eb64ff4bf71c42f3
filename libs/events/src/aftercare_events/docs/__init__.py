"""Generates the documentation of the events: JSON Schemas, an AsyncAPI document and docs/events.md."""
