"""The tables of agents, teams and queues."""
