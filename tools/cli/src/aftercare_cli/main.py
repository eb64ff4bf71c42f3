"""The `aftercare` command."""

import typer
from aftercare_chassis.kafka.topics import TopicError

from aftercare_cli import view
from aftercare_cli.commands import capacity, couriers, events, orders, people, stack, traces
from aftercare_cli.stack.interface import StackError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run and inspect the local stack of Aftercare.")
stack.add(app)
people.add(app)
couriers.add(app)
events.add(app)
traces.add(app)
orders.add(app)
capacity.add(app)


def cli() -> None:
    """Run a command. An expected error is one line on stderr and exit code 1, without a traceback."""
    try:
        app()
    except (StackError, TopicError) as error:
        view.error(str(error))
        raise SystemExit(1) from None
