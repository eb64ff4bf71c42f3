"""`python -m cs_svc`: the same as the console script."""

from cs_svc.main import cli

cli()
