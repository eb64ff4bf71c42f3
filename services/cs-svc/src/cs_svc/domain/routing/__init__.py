"""Agents, teams and queues: who works when, which conversations wait, and who is offered which of them."""
