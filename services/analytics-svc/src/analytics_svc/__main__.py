"""`python -m analytics_svc`: the same as the console script."""

from analytics_svc.main import cli

cli()
