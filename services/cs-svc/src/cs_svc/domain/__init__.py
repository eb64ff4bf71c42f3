"""Decisions of cs-svc without a database, one module per noun: rows, lifecycle tables, rules and refusals."""
