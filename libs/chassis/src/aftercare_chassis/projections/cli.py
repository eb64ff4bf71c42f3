"""`<name>-svc replay`: rebuilds the projection beside the live one, compares both, and switches to it."""

from typing import Annotated

import typer

from aftercare_chassis.cli import Once
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.replay import ReplayOptions, replay
from aftercare_chassis.runtime import Runtime


class ReplayCommand:
    """The command over one service's projection. `once` runs a function with an open runtime and ends the process."""

    def __init__(self, projection: Projection | None, once: Once) -> None:
        self._projection, self._once = projection, once

    def replay(
        self,
        consumer: Annotated[
            str, typer.Option(help="name of the new consumer; its tables are in a schema of that name")
        ] = "shadow",
        start: Annotated[
            str, typer.Option("--from", help="`beginning`, or `last`: go on where it was interrupted")
        ] = "beginning",
        shadow: Annotated[bool, typer.Option("--shadow", help="beside the live tables (there is no other way)")] = True,
        switch: Annotated[bool, typer.Option("--switch", help="then let it take the place of the live tables")] = False,
        drop: Annotated[bool, typer.Option("--drop", help="only delete what an earlier replay has left")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
    ) -> None:
        """Rebuild the projection from the log: 0 identical or switched, 1 different, 2 not possible."""
        if start not in ("beginning", "last"):
            raise typer.BadParameter("is beginning or last", param_hint="--from")
        options = ReplayOptions(consumer=consumer, resume=start == "last", switch=switch, drop=drop, as_json=as_json)

        async def act(runtime: Runtime) -> int:
            return await replay(runtime, self._projection, options)

        self._once(act)
