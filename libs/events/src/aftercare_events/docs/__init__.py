"""Generates what people and tools read about the events: JSON Schemas, AsyncAPI and a page."""
