"""The section of docs/benchmarks.md about messaging."""

import effect_lag
from aftercare_chassis.consumer.consumer import CHUNK
from measurement import Comparison, Measurement
from messaging import CONSUMER_ROUNDS, RELAY_ROUNDS, Found

HEAD = """
## Messaging

Both sides of a ratio run in turn, in one process, with one broker and one database that flushes each commit; medians. "Here" is the CPU of the process that
does the work, "PostgreSQL" that of the whole server, each per event. The events are those of orders with a case and a refund.

| | ours | raw limit | ratio | at least |
|---|---|---|---|---|
"""
AFTER = """
*The relay* drains {relayed:,} events that were committed at once ({relay_rounds} rounds). The raw limit is an aiokafka producer with the same settings (idempotent, acks=all, lz4) that has
the same keys, headers and values in memory and sends them in full batches. *The consumer* handles {consumed:,} events and upserts a row of cs-svc for each ({consumer_rounds} rounds). The raw
limit is an aiokafka client with a hand-written loop that commits its offsets and sends the same statements (cursor, aggregates, inbox, effects) in the same chunks of {chunk} over plain asyncpg, the upserts of a chunk together.

| from a commit to its effect in the next service, at {part:.0%} of the highest rate | measured | at most |
|---|---|---|
| commands/s: highest · measured | {top:.0f} · {lag.rate:.0f} | |
| p50 · p95, ms, of {lag.events:,} events | {lag.p50:.0f} · {lag.p95:.0f} | |
| p99, ms | {lag.p99:.0f} | 250 |

`POST /v1/orders` of order-svc (`serve`, `relay`) until aftersale-svc (`consume`) has its copy; three processes, and the load from a fourth: one request every {gap:.1f} ms for {seconds:.0f} s, whether earlier ones have responses or not.
Both ends are commit times of PostgreSQL.

| what an event costs, µs of CPU | here | PostgreSQL | events/s |
|---|---|---|---|
{costs}
The target of a replay is 10,000 events/s per core. The table has the rate by the clock; by its own CPU it is {replays}.
"""


def section(found: Found) -> str:
    """The measured figures beside their targets."""
    text = AFTER.format(
        relayed=found.relay.ours[0].events,
        relay_rounds=RELAY_ROUNDS,
        consumed=found.consumer.ours[0].events,
        consumer_rounds=CONSUMER_ROUNDS,
        chunk=CHUNK,
        part=effect_lag.PART,
        top=found.top,
        lag=found.lag,
        gap=1000 / found.lag.rate,
        seconds=effect_lag.SECONDS,
        costs="".join(_cost(name, each) for name, each in _costs(found)),
        replays=" and ".join(f"{1e6 / each.here_us:,.0f}/s ({name})" for name, each in found.replays.items()),
    )
    return HEAD + _ratio("relay", found.relay, 0.5) + _ratio("consumer with effects", found.consumer, 0.6) + text


def _ratio(name: str, compared: Comparison, least: float) -> str:
    ours, raw = (compared.median(whose, "per_second") for whose in ("ours", "raw"))
    rate = f"| {name}, events/s | {ours:,.0f} | {raw:,.0f} | **{compared.ratio('per_second'):.2f}** | {least} |\n"
    cpu, limit = (compared.median(whose, "here_us") for whose in ("ours", "raw"))
    here = f"| {name}, CPU here, µs | {cpu:.1f} | {limit:.1f} | {compared.ratio('here_us'):.2f} | |\n"
    return rate + here


def _costs(found: Found) -> list[tuple[str, Measurement]]:
    return [
        ("outbox insert, four events in a transaction", found.insert),
        ("relay, full batches", found.relay.typical("ours")),
        ("consumer, one upsert, full chunks", found.consumer.typical("ours")),
        *((f"replay of {name}'s projection", each) for name, each in found.replays.items()),
    ]


def _cost(name: str, each: Measurement) -> str:
    return f"| {name} | {each.here_us:.0f} | {each.postgres_us:.0f} | {each.per_second:,.0f} |\n"
