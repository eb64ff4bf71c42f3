"""Judgement: rows, states, policies and refusals. Only the standard library and the chassis' stdlib-only modules."""
