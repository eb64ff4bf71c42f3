"""`python -m kb_svc`: the same as the console script."""

from kb_svc.main import cli

cli()
