"""`<name>-svc unrestored …`: the events that a reconciliation could not do again, and who has dealt with them."""

import getpass
import json
import sys
from dataclasses import asdict
from typing import Annotated, Generic
from uuid import UUID

import typer

from aftercare_chassis.characters import shows
from aftercare_chassis.cli import Once, text
from aftercare_chassis.consumer.errors import single_line
from aftercare_chassis.recovery.unrestored import Unrestored, close
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S


class UnrestoredCommands(Generic[S]):
    """The commands of one service. `once` runs a function with an open runtime and ends the process."""

    def __init__(self, once: Once[S]) -> None:
        self._once = once

    def group(self) -> typer.Typer:
        """Return list and close as a group of commands."""
        group = typer.Typer(
            no_args_is_help=True, help="Events that a reconciliation after a restore could not do again."
        )
        group.command("list")(self.list_)
        group.command("close")(self.close)
        return group

    def list_(self, as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
        """Those that nobody has closed, in the order in which they happened."""

        async def act(runtime: Runtime[S]) -> int:
            found = (await Unrestored.read(runtime)).rows
            if as_json:
                print(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False))
            elif not found:
                print("nothing is open")
            for each in found if not as_json else ():
                what = f"{each.type}  {single_line(each.aggregateid)} #{each.sequence}  {single_line(each.reason)}"
                print(f"{each.event_id}  {each.happened_at:%Y-%m-%d %H:%M:%S}  {what}")
            return 0

        self._once(act)

    def close(
        self,
        event: Annotated[UUID, typer.Argument(help="the id that `list` shows")],
        reason: Annotated[str, typer.Option(help="what was done about it; it is kept", callback=text)],
        by: Annotated[str, typer.Option(help="who decides", default_factory=getpass.getuser, callback=text)],
    ) -> None:
        """Close one, once the command was repeated or what followed from the event was corrected. It is final."""

        async def act(runtime: Runtime[S]) -> int:
            if not shows(reason):
                return _fail("a reason is more than blanks")
            if not await close(runtime, event, by=by, reason=reason):
                return _fail(f"{event} is not among the open ones")
            print(f"event {event} is closed")
            return 0

        self._once(act)


def _fail(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
