"""Judgement of kb-svc: articles, their lifecycle, how text becomes terms, how hits are ranked.

The standard library, and three libraries that compute on text alone: opencc, PyStemmer, markdown-it-py.
"""
