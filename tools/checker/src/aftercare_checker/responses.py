"""Responses to clients: each returned object exists, at least in the returned version, and once per key."""

from collections.abc import Sequence

from aftercare_checker.database import DatabaseState
from aftercare_checker.history import Command
from aftercare_checker.report import CheckResult


def durable(commands: Sequence[Command], states: Sequence[DatabaseState]) -> CheckResult:
    """Every object of a 2xx response is in the database, and every response to one key has the same object."""
    result = CheckResult("every 2xx is durable", what="answered commands")
    rows = {one.name: _rows(one) for one in states}
    for command in commands:
        if not command.succeeded:
            continue
        result.count()
        if len({id_ for id_, _ in command.returned}) > 1:
            result.violation(f"{command.path}: key {command.key} returned {sorted(id_ for id_, _ in command.returned)}")
        for id_, version in command.returned:
            known = rows.get(command.service, {})
            if version is not None and id_ not in known:
                result.violation(f"{command.service} has no {id_}, which a client got ({command.path})")
            elif version is not None and known[id_] < version:
                result.violation(f"{id_} has version {known[id_]}, a client got {version} ({command.path})")
    failed = sum(1 for command in commands if command.in_doubt)
    result.notes.append(f"{len(commands)} commands, {failed} without a response")
    return result


def made_once(commands: Sequence[Command], states: Sequence[DatabaseState]) -> CheckResult:
    """No more objects than were returned, plus one per command without a response.

    Only tables with objects of these clients are checked; other clients may have created objects in other tables.
    """
    result = CheckResult("one object per key", what="objects created")
    for one in states:
        for table, rows in one.aggregates.items():
            path = f"/v1/{table}"
            creating = [command for command in commands if command.service == one.name and command.path == path]
            returned = {id_ for command in creating for id_, _ in command.returned}
            if not creating:
                continue
            result.count(len(rows))
            unknown, doubtful = rows.keys() - returned, sum(1 for command in creating if command.in_doubt)
            if len(unknown) > doubtful:
                some = sorted(unknown)[:3]
                result.violation(f"{one.name}.{table}: {len(unknown)} objects that no client got, such as {some}")
    return result


def _rows(one: DatabaseState) -> dict[str, int]:
    return {id_: version for rows in one.aggregates.values() for id_, version in rows.items()}
