"""Judgement without plumbing: rows, tables of states, policy, refusals by name. The standard library only."""
