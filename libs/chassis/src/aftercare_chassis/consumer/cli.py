"""`<name>-svc parked …`: the words with which an operator mends what was set aside."""

import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic

import typer
from pydantic_core import from_json

from aftercare_chassis.characters import shows
from aftercare_chassis.cli import Once
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.errors import UnprocessableEvent, plain
from aftercare_chassis.consumer.parked import Parked, ParkedEvents
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

By = Annotated[str, typer.Option(help="who decides", default_factory=getpass.getuser)]
Json = Annotated[bool, typer.Option("--json", help="for programs")]
WORDS = {"list": "list_", "show": "show", "retry": "retry", "retry-key": "retry_key", "discard": "discard"}
_TOLD = ("id", "trouble", "reason", "topic", "partition", "log_offset", "aggregateid", "type", "sequence")
Number = Annotated[int, typer.Argument(help="the number that `list` shows", min=1)]


class ParkedCommands(Generic[S]):
    """The words over one service's handlers. `once` runs an act with an open runtime and ends the process."""

    def __init__(self, handlers: Handlers[S], once: Once[S]) -> None:
        self._handlers, self._once = handlers, once

    def group(self) -> typer.Typer:
        """list, show, retry, retry-key and discard as a group of commands."""
        words = typer.Typer(no_args_is_help=True, help="Events that were set aside, and what to do with them.")
        for name, word in WORDS.items():
            words.command(name)(getattr(self, word))
        return words

    def list_(self, limit: Annotated[int, typer.Option(min=1)] = 100, as_json: Json = False) -> None:
        """The oldest ones, in the order of the log."""

        async def act(parked: ParkedEvents[S]) -> None:
            found = await parked.list(limit)
            if as_json:
                _print_json([_summary(each) for each in found])
            elif not found:
                print("nothing is parked")
            for each in found if not as_json else ():
                print(
                    f"{each.id:>6}  {each.parked_at:%Y-%m-%d %H:%M:%S}  {each.trouble}  {each.type}"
                    f"  {plain(each.aggregateid) or '-'}  {each.reason}"
                )

        self._run(act)

    def show(self, number: Number, as_json: Json = False) -> None:
        """One of them: where it lies in the log, its headers and its data."""

        async def act(parked: ParkedEvents[S]) -> None:
            told = _whole(await parked.show(number))
            if as_json:
                _print_json(told)
            for name, value in told.items() if not as_json else ():
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                print(f"{name:<12} {plain(text, 2**17)}")

        self._run(act)

    def retry(
        self,
        number: Number,
        by: By,
        despite_gap: Annotated[
            str, typer.Option(help="why the events missing before it are given up; it is kept")
        ] = "",
        as_json: Json = False,
    ) -> None:
        """Handle one again; it has to be the first of its aggregate."""

        async def act(parked: ParkedEvents[S]) -> None:
            await parked.retry(number, by=by, despite_gap=despite_gap.strip() if shows(despite_gap) else "")
            _done(as_json, f"event {number} is handled", retried=1)

        self._run(act)

    def retry_key(
        self, key: Annotated[str, typer.Argument(help="the aggregate's id")], by: By, as_json: Json = False
    ) -> None:
        """Handle all of an aggregate again, in order, until one fails."""

        async def act(parked: ParkedEvents[S]) -> None:
            done = await parked.retry_key(key, by=by)
            _done(as_json, f"{done} events of {key} are handled", retried=done)

        self._run(act)

    def discard(
        self,
        number: Number,
        reason: Annotated[str, typer.Option(help="why it may be given up; it is kept")],
        by: By,
        as_json: Json = False,
    ) -> None:
        """Give one up for good; its aggregate goes on without it."""

        async def act(parked: ParkedEvents[S]) -> None:
            if not shows(reason):
                raise ValueError("a reason is more than blanks")
            await parked.discard(number, by=by, reason=reason)
            _done(as_json, f"event {number} is given up", discarded=1)

        self._run(act)

    def _run(self, act: Callable[[ParkedEvents[S]], Awaitable[None]]) -> None:
        async def do(runtime: Runtime[S]) -> int:
            try:
                await act(ParkedEvents(runtime, self._handlers))
            except Refusal as refusal:
                return _refused(f"{refusal.code}: {refusal.detail('en')}")
            except UnprocessableEvent as poison:
                return _refused(f"{poison.trouble}: {poison.reason}")
            except Exception as error:  # whatever a handler still has against its event
                return _refused(f"{type(error).__name__}: {error}")
            return 0

        self._once(do)


def _refused(why: str) -> int:
    print(plain(why), file=sys.stderr)
    return 1


def _done(as_json: bool, told: str, **facts: int) -> None:
    if as_json:
        _print_json(facts)
    else:
        print(told)


def _summary(parked: Parked) -> dict[str, Any]:
    told = {name: getattr(parked, name) for name in _TOLD}
    return {**told, "event_id": parked.event_id, "parked_at": parked.parked_at.isoformat()}


def _whole(parked: Parked) -> dict[str, Any]:
    return {**_summary(parked), "headers": parked.headers, "data": _said(parked.payload)}


def _said(data: bytes | None) -> Any:
    """As JSON where it is some, else as text; None where there was no value."""
    try:
        return None if data is None else from_json(data)
    except ValueError:
        return (data or b"").decode(errors="replace")


def _print_json(told: object) -> None:
    print(json.dumps(told, ensure_ascii=False))
