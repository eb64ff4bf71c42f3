"""What clients were told is true: each answered object exists, at least at that version, and once per key."""

from collections.abc import Sequence

from aftercare_checker.books import Books
from aftercare_checker.history import Command
from aftercare_checker.report import Verdict


def durable(commands: Sequence[Command], books: Sequence[Books]) -> Verdict:
    """Every 2xx is durable; every repetition of a key was told of the same object."""
    verdict = Verdict("every 2xx is durable", what="answered commands")
    rows = {one.name: _rows(one) for one in books}
    for command in commands:
        if not command.succeeded:
            continue
        verdict.look()
        if len({id_ for id_, _ in command.told}) > 1:
            verdict.blame(f"{command.path}: key {command.key} was told of {sorted(id_ for id_, _ in command.told)}")
        for id_, version in command.told:
            known = rows.get(command.service, {})
            if version is not None and id_ not in known:
                verdict.blame(f"{command.service} has no {id_}, of which a client was told ({command.path})")
            elif version is not None and known[id_] < version:
                verdict.blame(f"{id_} has version {known[id_]}, a client was told {version} ({command.path})")
    failed = sum(1 for command in commands if command.in_doubt)
    verdict.notes.append(f"{len(commands)} commands, {failed} never answered")
    return verdict


def made_once(commands: Sequence[Command], books: Sequence[Books]) -> Verdict:
    """No object that nobody was told of, beyond those whose makers never got an answer.

    Looks at the tables whose objects these clients made; others may have made objects in other tables.
    """
    verdict = Verdict("one object per key", what="objects made")
    for one in books:
        for table, rows in one.aggregates.items():
            path = f"/v1/{table}"
            makers = [command for command in commands if command.service == one.name and command.path == path]
            told = {id_ for command in makers for id_, _ in command.told}
            if not makers:
                continue
            verdict.look(len(rows))
            unasked, doubtful = rows.keys() - told, sum(1 for command in makers if command.in_doubt)
            if len(unasked) > doubtful:
                some = sorted(unasked)[:3]
                verdict.blame(f"{one.name}.{table}: {len(unasked)} objects nobody was told of, such as {some}")
    return verdict


def _rows(one: Books) -> dict[str, int]:
    return {id_: version for rows in one.aggregates.values() for id_, version in rows.items()}
