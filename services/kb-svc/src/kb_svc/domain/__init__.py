"""Judgement of kb-svc: articles, their lifecycle, how text becomes terms, how hits are ranked. Standard library only."""
