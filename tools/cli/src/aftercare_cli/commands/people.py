"""token, demo, courier: acting as the people around the suite."""

from typing import Annotated

import typer

from aftercare_cli import tokens
from aftercare_cli.stack.layout import Layout

ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin")


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command()(token)


def token(
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    sub: Annotated[str, typer.Option(help="who it is, e.g. buyer-1")],
    merchant: Annotated[str | None, typer.Option(help="whose seller, e.g. m-1")] = None,
    hours: float = 12,
) -> None:
    """Print a bearer token for the running stack."""
    if role not in ROLES:
        raise typer.BadParameter(f"is one of {', '.join(ROLES)}", param_hint="--role")
    if role == "seller" and not merchant:
        raise typer.BadParameter("a seller needs one", param_hint="--merchant")
    print(tokens.token(Layout.here().home, role=role, sub=sub, merchant=merchant, hours=hours))
