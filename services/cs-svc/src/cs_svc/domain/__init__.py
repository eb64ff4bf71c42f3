"""Judgement of cs-svc, standard library only: what the rows are, where they may go, and why not."""
