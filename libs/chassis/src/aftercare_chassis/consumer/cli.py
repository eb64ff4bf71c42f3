"""`<name>-svc parked …`: the commands by which operators decide about parked events."""

import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Generic

import typer
from pydantic_core import from_json

from aftercare_chassis.characters import shows
from aftercare_chassis.cli import Once, text
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.errors import UnprocessableEvent, single_line
from aftercare_chassis.consumer.parked_events import ParkedEvent, ParkedEvents
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

By = Annotated[str, typer.Option(help="who decides", default_factory=getpass.getuser, callback=text)]
Json = Annotated[bool, typer.Option("--json", help="for programs")]
_BIGINT = 2**63 - 1
Number = Annotated[int, typer.Argument(help="the number that `list` shows", min=1, max=_BIGINT)]
_COMMANDS = {"list": "list_", "show": "show", "retry": "retry", "retry-key": "retry_key", "discard": "discard"}
_SHOWN = ("reason", "topic", "partition", "log_offset", "aggregateid", "type", "sequence")


class ParkedCommands(Generic[S]):
    """The commands over one service's handlers. `once` runs a function with an open runtime and ends the process."""

    def __init__(self, handlers: Handlers[S], once: Once[S]) -> None:
        self._handlers, self._once = handlers, once

    def group(self) -> typer.Typer:
        """Return list, show, retry, retry-key and discard as a group of commands."""
        group = typer.Typer(no_args_is_help=True, help="Events that were set aside, and what to do with them.")
        for name, method in _COMMANDS.items():
            group.command(name)(getattr(self, method))
        return group

    def list_(self, limit: Annotated[int, typer.Option(min=1, max=_BIGINT)] = 100, as_json: Json = False) -> None:
        """The oldest ones, in the order of the log."""

        async def act(parked: ParkedEvents[S]) -> None:
            found = await parked.list(limit)
            if as_json:
                _print_json([_summary(each) for each in found])
            elif not found:
                print("nothing is parked")
            for each in found if not as_json else ():
                print(
                    f"{each.id:>6}  {each.parked_at:%Y-%m-%d %H:%M:%S}  {each.park_reason}  {each.type}"
                    f"  {single_line(each.aggregateid) or '-'}  {each.reason}"
                )

        self._run(act)

    def show(self, number: Number, as_json: Json = False) -> None:
        """One of them: where it is in the log, its headers and its data."""

        async def act(parked: ParkedEvents[S]) -> None:
            details = _details(await parked.show(number))
            if as_json:
                _print_json(details)
            for name, value in details.items() if not as_json else ():
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                print(f"{name:<12} {single_line(text, 2**17)}")

        self._run(act)

    def retry(
        self,
        number: Number,
        by: By,
        despite_gap: Annotated[
            str, typer.Option(help="why the events missing before it are given up; it is kept", callback=text)
        ] = "",
        as_json: Json = False,
    ) -> None:
        """Handle one again; it has to be the first of its aggregate."""

        async def act(parked: ParkedEvents[S]) -> None:
            await parked.retry(number, by=by, despite_gap=despite_gap.strip() if shows(despite_gap) else "")
            _print_done(as_json, f"event {number} is handled", retried=1)

        self._run(act)

    def retry_key(
        self,
        key: Annotated[str, typer.Argument(help="the aggregate's id", callback=text)],
        by: By,
        as_json: Json = False,
    ) -> None:
        """Handle all of an aggregate again, in order, until one fails."""

        async def act(parked: ParkedEvents[S]) -> None:
            done = await parked.retry_key(key, by=by)
            _print_done(as_json, f"{done} events of {key} are handled", retried=done)

        self._run(act)

    def discard(
        self,
        number: Number,
        reason: Annotated[str, typer.Option(help="why it may be given up; it is kept", callback=text)],
        by: By,
        as_json: Json = False,
    ) -> None:
        """Discard one, which is final; the aggregate's later events are handled without it."""

        async def act(parked: ParkedEvents[S]) -> None:
            if not shows(reason):
                raise ValueError("a reason is more than blanks")
            await parked.discard(number, by=by, reason=reason)
            _print_done(as_json, f"event {number} is given up", discarded=1)

        self._run(act)

    def _run(self, act: Callable[[ParkedEvents[S]], Awaitable[None]]) -> None:
        async def command(runtime: Runtime[S]) -> int:
            try:
                await act(ParkedEvents(runtime, self._handlers))
            except Refusal as refusal:
                return _fail(f"{refusal.code}: {refusal.detail('en')}")
            except UnprocessableEvent as error:
                return _fail(f"{error.park_reason}: {error.explanation}")
            except Exception as error:  # whatever the handler raises
                return _fail(f"{type(error).__name__}: {error}")
            return 0

        self._once(command)


def _fail(why: str) -> int:
    print(single_line(why), file=sys.stderr)
    return 1


def _print_done(as_json: bool, text: str, **facts: int) -> None:
    if as_json:
        _print_json(facts)
    else:
        print(text)


def _summary(parked: ParkedEvent) -> dict[str, object]:
    fields = {name: getattr(parked, name) for name in _SHOWN}
    first = {"id": parked.id, "trouble": parked.park_reason}  # the column's name, which programs read
    return {**first, **fields, "event_id": parked.event_id, "parked_at": parked.parked_at.isoformat()}


def _details(parked: ParkedEvent) -> dict[str, object]:
    return {**_summary(parked), "headers": parked.headers, "data": _data(parked.payload)}


def _data(payload: bytes | None) -> object:
    """Return the data as JSON, or as text where it is not JSON; None where the message had no value."""
    try:
        return None if payload is None else from_json(payload)
    except ValueError:
        return (payload or b"").decode(errors="replace")


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))
