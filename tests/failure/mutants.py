"""Ten defects of the messaging code, each of which some test must notice: `python tests/failure/mutants.py` prints 10/10.

Each mutant is a copy of the sources with a few exact replacements, against which the tests that have to notice it are run.
Where the text to replace does not occur exactly once, the mutant has to be written again: `test_mutants.py` checks that.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHASSIS = "libs/chassis/src/aftercare_chassis"
FAILURE, UNITS = "tests/failure", "libs/chassis/tests"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect: its changes as (file, present text, defective text), and the tests that have to fail."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "offset committed before the transaction",
        (
            (
                f"{CHASSIS}/consumer/chunks.py",
                """                async with self._runtime.transaction() as tx:
                    await self._apply(""",
                """                async with self._runtime.transaction() as early:
                    await Inbox(early.connection, self._group).begin(reads, [])
                reads = [PartitionRead(each.partition, each.cursor, range(each.offsets.stop, each.offsets.stop)) for each in reads]
                async with self._runtime.transaction() as tx:
                    await self._apply(""",
            ),
        ),
        (f"{FAILURE}/test_consumer.py::test_consumer_killed_around_its_commit[short-consumer.handled]",),
    ),
    Mutant(
        "inbox check removed",
        (
            (
                f"{CHASSIS}/consumer/chunks.py",
                "if not _is_new(envelope, digest, progress, tx.now):",
                "if progress is None:",
            ),
        ),
        (f"{UNITS}/consumer/test_chunks.py::test_an_event_has_one_effect_however_often_it_arrives",),
    ),
    Mutant(
        "deleted before the acknowledgement",
        (
            (
                f"{CHASSIS}/relay/sender.py",
                """        if mine := [row for row in rows if row["mine"]]:
""",
                """        if mine := [row for row in rows if row["mine"]]:
            await self._connection.execute(_DELETE, [row["id"] for row in mine])
""",
            ),
        ),
        (f"{FAILURE}/test_relay.py::test_relay_killed_between_acknowledgement_and_deletion[short]",),
    ),
    Mutant(
        "shards not owned",
        (
            (
                f"{CHASSIS}/relay/shards.py",
                "SELECT b FROM unnest($1::int[]) AS b WHERE pg_try_advisory_lock($2, b)",
                "SELECT b FROM unnest($1::int[]) AS b WHERE $2::int IS NOT NULL",
            ),
            (f"{CHASSIS}/relay/shards.py", "share = -(-SHARDS // relays)", "share = SHARDS"),
        ),
        (f"{FAILURE}/test_relay.py::test_commits_in_another_order_than_their_numbers[short]",),
    ),
    Mutant(
        "SKIP LOCKED in place of shards",
        (
            (
                f"{CHASSIS}/relay/shards.py",
                "SELECT b FROM unnest($1::int[]) AS b WHERE pg_try_advisory_lock($2, b)",
                "SELECT b FROM unnest($1::int[]) AS b WHERE $2::int IS NOT NULL",
            ),
            (f"{CHASSIS}/relay/shards.py", "share = -(-SHARDS // relays)", "share = SHARDS"),
            (
                f"{CHASSIS}/relay/sender.py",
                "FROM outbox ORDER BY id LIMIT $2\n",
                "FROM outbox ORDER BY id LIMIT $2 FOR UPDATE OF outbox SKIP LOCKED\n",
            ),
            (
                f"{CHASSIS}/relay/sender.py",
                """        self._few = len(rows) < FEW_ROWS
        left = 0
        if mine := [row for row in rows if row["mine"]]:
            failpoints.point("relay.read")
            left = len(mine) - await self._complete(self._send(mine))
        return left == 0 if self._few else await self._long_round(shards)
""",
                """            if rows:
                await self._complete(self._send(rows))
        return not rows
""",
            ),
            (
                f"{CHASSIS}/relay/sender.py",
                "        rows: list[asyncpg.Record] = await self._connection.fetch(_READ_FEW, shards, FEW_ROWS)\n",
                """        async with self._connection.transaction():
            rows: list[asyncpg.Record] = await self._connection.fetch(_READ_FEW, shards, FEW_ROWS)
""",
            ),
        ),
        (f"{FAILURE}/test_relay.py::test_commits_in_another_order_than_their_numbers[short]",),
    ),
    Mutant(
        "sequence taken outside the lock",
        (
            (
                f"{CHASSIS}/database/mapping.py",
                "found.with_for_update(key_share=True) if lock else found",
                "found",
            ),
            (
                f"{CHASSIS}/database/write_batch.py",
                'status != f"UPDATE {len(alike)}":',
                'status == "UPDATE 0 0":',
            ),
        ),
        (f"{FAILURE}/test_relay.py::test_commits_in_another_order_than_their_numbers[short]",),
    ),
    Mutant(
        "parked aggregate allowed to go on",
        (
            (
                f"{CHASSIS}/consumer/chunks.py",
                "            if progress.blocked_since is not None:",
                "            if progress.last_sequence < 0:",
            ),
        ),
        (f"{UNITS}/consumer/test_chunks.py::test_an_unprocessable_event_blocks_its_own_aggregate_alone",),
    ),
    Mutant(
        "cursor not fenced",
        (
            (f"{CHASSIS}/consumer/inbox.py", 'if row["moved"] != len(moves):', "if row is None:"),
            (f"{CHASSIS}/consumer/inbox.py", '!= "INSERT 0 1":', '== "":'),
        ),
        (
            f"{UNITS}/consumer/test_chunks.py::test_a_consumer_whose_partition_was_taken_over_changes_nothing",
            f"{UNITS}/consumer/test_chunks.py::test_two_consumers_of_one_chunk_have_one_effect",
        ),
    ),
    Mutant(
        "kept answer in another transaction",
        (
            (
                f"{CHASSIS}/http/commands.py",
                """            tx.writes.insert(*self.key.insert(self._stored(response)))
            failpoints.point("command.kept")
        failpoints.point("command.committed")
""",
                """        failpoints.point("command.committed")
        async with self.runtime.transaction(tx.actor) as later:
            later.writes.insert(*self.key.insert(self._stored(response)))
            failpoints.point("command.kept")
""",
            ),
        ),
        (f"{FAILURE}/test_crash_points.py::test_serving_killed_at_every_point[command.committed]",),
    ),
    Mutant(
        "a new refund id per try",
        (
            (
                "services/order-svc/src/order_svc/integrations/payments/simulator.py",
                """        own = {"refund_id": refund.id, "payment_id": refund.payment_id}
        money = self._money(refund.amount_minor, refund.currency)
        return await self._submit(_PATHS[CallSubject.REFUND], refund.id, {**own, **money})
""",
                """        own = {"refund_id": (anew := f"{refund.id}-{id(object())}"), "payment_id": refund.payment_id}
        money = self._money(refund.amount_minor, refund.currency)
        return await self._submit(_PATHS[CallSubject.REFUND], anew, {**own, **money})
""",
            ),
        ),
        ("services/order-svc/tests/integration/test_refunds.py",),
    ),
)


class Outdated(Exception):
    """A mutant whose text does not occur exactly once: the source has changed, and the mutant has to be written again."""


def apply(mutant: Mutant, to: Path) -> None:
    """Change the copy.

    Raises:
        Outdated: A text to replace does not occur exactly once.
    """
    for file, text in changed(mutant, to).items():
        (to / file).write_text(text, encoding="utf-8")


def changed(mutant: Mutant, root: Path) -> dict[str, str]:
    """Return the mutant's files by name, with its changes.

    Raises:
        Outdated: A text to replace does not occur exactly once.
    """
    texts: dict[str, str] = {}
    for file, old, new in mutant.changes:
        text = texts.get(file) or (root / file).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise Outdated(f"{mutant.name}: {file} has changed, the mutant has to be written again:\n{old}")
        texts[file] = text.replace(old, new)
    return texts


def noticed(mutant: Mutant) -> tuple[bool, str]:
    """Return whether a test fails against the mutant, and its message.

    Raises:
        Outdated: As `apply`.
        SystemExit: pytest could not run.
    """
    with tempfile.TemporaryDirectory(prefix="aftercare-mutant-") as folder:
        copy, paths = Path(folder), []
        for file in {Path(file).parts[:4] for file, _, _ in mutant.changes}:
            package = Path(*file)
            shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
            paths.append(str((copy / package).parent))
        apply(mutant, copy)
        path = os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-m",
            "not long",
            "-q",
            "-x",
            "--no-header",
            "-p",
            "no:cacheprovider",
            *mutant.tests,
        ]
        run = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=900
        )
    lines = run.stdout.strip().splitlines() or ["nothing"]
    message = next((line[1:].strip() for line in lines if line.startswith("E ") and "WRONG" in line), "")
    message = message or next((line[1:].strip() for line in lines if line.startswith("E ")), lines[-1])
    if run.returncode not in (0, 1):
        raise SystemExit(
            f"{mutant.name}: pytest could not run ({run.returncode}):\n{run.stdout[-2000:]}{run.stderr[-500:]}"
        )
    return run.returncode == 1, message


def main() -> None:
    """Run all of them, or those whose names contain the argument."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="?", default="")
    chosen = [mutant for mutant in MUTANTS if parser.parse_args().only in mutant.name]
    caught = 0
    for number, mutant in enumerate(chosen, 1):
        began = time.monotonic()
        found, message = noticed(mutant)
        caught += found
        verdict = "caught" if found else "SURVIVES"
        print(
            f"{number:>2} {verdict:<9} {mutant.name:<42} {time.monotonic() - began:>5.0f} s  {message[:110]}",
            flush=True,
        )
    print(f"{caught}/{len(chosen)}")
    sys.exit(caught != len(chosen))


if __name__ == "__main__":
    main()
