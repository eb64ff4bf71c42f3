"""Agents, teams and queues."""
