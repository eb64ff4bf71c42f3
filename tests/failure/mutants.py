"""Ten ways to break the spine, each of which some test must notice: `python tests/failure/mutants.py` prints 10/10.

Each mutant is a copy of the sources with a few exact replacements; where the text to replace is gone the run fails
loudly, for a mutant that changes nothing proves nothing. The tests that have to notice it are run against the copy.
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
    """One defect: (file, what stands there, what is put there), and the tests that have to fail."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "offset committed before the transaction",
        (
            (
                f"{CHASSIS}/consumer/consumer.py",
                """                cursor = await inbox.move(partition.topic, partition.partition, self._cursors.get(partition), read)
                await self._effects(""",
                """                async with self._runtime.transaction() as early:
                    mover, seen = Inbox(early.connection, self._group), self._cursors.get(partition)
                    cursor = await mover.move(partition.topic, partition.partition, seen, read)
                await self._effects(""",
            ),
        ),
        (f"{FAILURE}/test_consumer.py::test_consumer_killed_around_its_commit[short-consumer.handled]",),
    ),
    Mutant(
        "inbox check removed",
        (
            (
                f"{CHASSIS}/consumer/consumer.py",
                "if not _due(envelope, said, subject, tx.now):",
                "if subject is None:",
            ),
        ),
        (f"{UNITS}/test_consumer.py::test_an_event_has_one_effect_however_often_it_comes",),
    ),
    Mutant(
        "deleted before the acknowledgement",
        (
            (
                f"{CHASSIS}/relay/sender.py",
                """            failpoints.point("relay.read")""",
                """            await self._connection.execute(_DELETE, [row["id"] for row in rows])
            failpoints.point("relay.read")""",
            ),
        ),
        (f"{FAILURE}/test_relay.py::test_relay_killed_between_acknowledgement_and_deletion[short]",),
    ),
    Mutant(
        "buckets not owned",
        (
            (
                f"{CHASSIS}/relay/shards.py",
                "SELECT b FROM unnest($1::int[]) AS b WHERE pg_try_advisory_lock($2, b)",
                "SELECT b FROM unnest($1::int[]) AS b WHERE $2::int IS NOT NULL",
            ),
            (f"{CHASSIS}/relay/shards.py", "share = -(-BUCKETS // relays)", "share = BUCKETS"),
        ),
        (f"{FAILURE}/test_relay.py::test_commits_in_another_order_than_their_numbers[short]",),
    ),
    Mutant(
        "SKIP LOCKED in place of buckets",
        (
            (
                f"{CHASSIS}/relay/shards.py",
                "SELECT b FROM unnest($1::int[]) AS b WHERE pg_try_advisory_lock($2, b)",
                "SELECT b FROM unnest($1::int[]) AS b WHERE $2::int IS NOT NULL",
            ),
            (f"{CHASSIS}/relay/shards.py", "share = -(-BUCKETS // relays)", "share = BUCKETS"),
            (f"{CHASSIS}/relay/sender.py", "ORDER BY id LIMIT $2\n", "ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED\n"),
            (
                f"{CHASSIS}/relay/sender.py",
                "FIRST, MOST, MOST_BYTES = 500, 4000,",
                "FIRST, MOST, MOST_BYTES = 640, 640,",
            ),
            (
                f"{CHASSIS}/relay/sender.py",
                """                for half in (buckets[::2], buckets[1::2]):
                    rows = await self._read(half)
                    ahead, flight = flight, self._launch(rows) if rows else None
                    if ahead is not None:
                        await self._land(ahead)
                    found += len(rows)
""",
                """                async with self._connection.transaction():
                    rows = await self._read(buckets)
                    if rows:
                        await self._land(self._launch(rows))
                    found += len(rows)
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
                "self._by_key().with_for_update() if lock else self._by_key()",
                "self._by_key()",
            ),
            (
                f"{CHASSIS}/database/transaction.py",
                """*rows.save_args(saved, row.version)) != "UPDATE 1":""",
                """*rows.save_args(saved, row.version)) == "UPDATE 2":""",
            ),
        ),
        (f"{FAILURE}/test_relay.py::test_commits_in_another_order_than_their_numbers[short]",),
    ),
    Mutant(
        "parked aggregate allowed to go on",
        (
            (
                f"{CHASSIS}/consumer/consumer.py",
                "if subject.blocked_since is not None:",
                "if subject.last_sequence < 0:",
            ),
        ),
        (f"{UNITS}/test_consumer.py::test_poison_stops_its_own_aggregate_alone",),
    ),
    Mutant(
        "cursor not fenced",
        ((f"{CHASSIS}/consumer/inbox.py", 'if not done.endswith(" 1"):', "if not done:"),),
        (
            f"{UNITS}/test_consumer.py::test_a_consumer_whose_partition_was_taken_over_changes_nothing",
            f"{UNITS}/test_consumer.py::test_two_consumers_of_one_chunk_have_one_effect",
        ),
    ),
    Mutant(
        "kept answer in another transaction",
        (
            (
                f"{CHASSIS}/http/commands.py",
                """            tx.writes.later(*self.key.insert(self._stored(response)))
            failpoints.point("command.kept")
        failpoints.point("command.committed")
""",
                """        failpoints.point("command.committed")
        async with self.runtime.transaction(tx.actor) as later:
            later.writes.later(*self.key.insert(self._stored(response)))
            failpoints.point("command.kept")
""",
            ),
        ),
        (f"{FAILURE}/test_crash_points.py::test_serving_killed_at_every_point[command.committed]",),
    ),
    Mutant(
        "refund id made anew per try",
        (
            (
                "services/order-svc/src/order_svc/integrations/payments/simulator.py",
                """        own = {"refund_id": refund.id, "payment_id": refund.payment_id}
        money = self._money(refund.amount_minor, refund.currency)
        return await self._submit(CallSubject.REFUND, refund.id, {**own, **money})
""",
                """        own = {"refund_id": (anew := f"{refund.id}-{id(object())}"), "payment_id": refund.payment_id}
        money = self._money(refund.amount_minor, refund.currency)
        return await self._submit(CallSubject.REFUND, anew, {**own, **money})
""",
            ),
        ),
        ("services/order-svc/tests/integration/test_refunds.py",),
    ),
)


def apply(mutant: Mutant, to: Path) -> None:
    """Change the copy; SystemExit where the text is not there exactly once."""
    for file, old, new in mutant.changes:
        text = (to / file).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{mutant.name}: {file} has changed, the mutant has to be written anew:\n{old}")
        (to / file).write_text(text.replace(old, new), encoding="utf-8")


def noticed(mutant: Mutant) -> tuple[bool, str]:
    """Whether a test fails against the mutant, and what gave it away."""
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
    said = next((line[1:].strip() for line in lines if line.startswith("E ") and "WRONG" in line), "")
    said = said or next((line[1:].strip() for line in lines if line.startswith("E ")), lines[-1])
    if run.returncode not in (0, 1):
        raise SystemExit(
            f"{mutant.name}: pytest could not run ({run.returncode}):\n{run.stdout[-2000:]}{run.stderr[-500:]}"
        )
    return run.returncode == 1, said


def main() -> None:
    """Try all of them, or those whose names contain the given word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="?", default="")
    chosen = [mutant for mutant in MUTANTS if parser.parse_args().only in mutant.name]
    caught = 0
    for number, mutant in enumerate(chosen, 1):
        begun = time.monotonic()
        found, said = noticed(mutant)
        caught += found
        verdict = "caught" if found else "SURVIVES"
        print(
            f"{number:>2} {verdict:<9} {mutant.name:<42} {time.monotonic() - begun:>5.0f} s  {said[:110]}", flush=True
        )
    print(f"{caught}/{len(chosen)}")
    sys.exit(caught != len(chosen))


if __name__ == "__main__":
    main()
