"""`python -m order_svc`."""

from order_svc.main import cli

cli()
