"""`python -m aftersale_svc` is the `aftersale-svc` command."""

from aftersale_svc.main import cli

if __name__ == "__main__":
    cli()
