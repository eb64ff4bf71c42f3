"""Decisions of kb-svc without a database: articles and their lifecycle, the terms of a text, ranking, snippets.

It uses the standard library and three libraries that compute on text alone: opencc, PyStemmer, markdown-it-py.
"""
