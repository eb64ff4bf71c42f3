"""What the command `replay` does: rebuilds a projection, reports the comparison, and switches or drops as asked."""

import json
import sys
from dataclasses import dataclass

from aftercare_chassis.kafka import range_reader
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.rebuild import Rebuild, ReplayError
from aftercare_chassis.projections.shadow_schema import TableFingerprint
from aftercare_chassis.runtime import Runtime

Fingerprints = dict[str, TableFingerprint]


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """The options of the command."""

    consumer: str = "shadow"
    resume: bool = False
    switch: bool = False
    drop: bool = False
    as_json: bool = False


async def replay(runtime: Runtime, projection: Projection | None, options: ReplayOptions) -> int:
    """Replay and print the result; return the exit code: 0 identical or switched, 1 different, 2 not possible."""
    connection = await runtime.connect(
        runtime.settings.owner_url,
        statement_timeout="0",
        idle_in_transaction_session_timeout="0",
        application_name=f"{runtime.name}-replay",
    )
    try:
        if projection is None:
            raise ReplayError("this service keeps nothing that the log alone makes")
        return await _replay(Rebuild(runtime, connection, projection, options.consumer), options)
    except (ReplayError, range_reader.RangeUnavailable) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    finally:
        await connection.close()


async def _replay(rebuild: Rebuild, options: ReplayOptions) -> int:
    if options.drop:
        await rebuild.shadow.drop()
        return 0
    live, rebuilt = await rebuild.compare(resume=options.resume)
    same = live == rebuilt and not rebuild.replay.refused
    locked = await rebuild.switch() if options.switch else None
    if same and not options.switch:
        await rebuild.shadow.drop()
    if options.as_json:
        _print_json(rebuild, live, rebuilt, switched=options.switch)
    else:
        _print(rebuild, live, rebuilt, locked)
    return 0 if same or options.switch else 1


def _print_json(rebuild: Rebuild, live: Fingerprints, rebuilt: Fingerprints, *, switched: bool) -> None:
    progress = rebuild.replay.progress
    tables = {
        name: {"same": live[name] == rebuilt[name], "live": live[name].rows, "rebuilt": rebuilt[name].rows}
        for name in live
    }
    facts = {"events": progress.events, "rate": round(progress.rate), "refused": rebuild.replay.refused}
    print(json.dumps({"tables": tables, **facts, "switched": switched}, ensure_ascii=False))


def _print(rebuild: Rebuild, live: Fingerprints, rebuilt: Fingerprints, locked: float | None) -> None:
    progress, schema = rebuild.replay.progress, rebuild.shadow.schema
    for name, before in live.items():
        result = "same" if before == rebuilt[name] else "DIFFERENT"
        print(f"{name:<14} live    {before.rows:>8} rows {before.sha256}")
        print(f"{'':<14} rebuilt {rebuilt[name].rows:>8} rows {rebuilt[name].sha256}  {result}")
    for aggregate, reason in rebuild.replay.refused.items():
        print(f"refused: {aggregate}: {reason}")
    print(f"{progress.events:,} events, {progress.rate:,.0f} events/s")
    if locked is not None:
        print(f"switched; the live tables were locked for {locked:.2f} s; the old ones are in {schema}_before")
    elif live != rebuilt:
        print(f"the rebuilt tables are in the schema {schema}: look, then --switch --from last, or --drop")
