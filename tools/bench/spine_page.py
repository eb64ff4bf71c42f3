"""The spine's section of docs/benchmarks.md."""

import effect_lag
from consumer_rate import CHUNK
from rounds import Round, Rounds
from spine import CONSUMER_ROUNDS, RELAY_ROUNDS, Found

HEAD = """
## The event spine

Both sides of a ratio run in turn, in one process and on one broker and database that flushes each commit; medians. "Here" is the CPU of the process that
does the work, "PostgreSQL" that of the whole server; each per event. The events are whole stories of the suite: an order, its case, its refund.

| | ours | raw limit | ratio | at least |
|---|---|---|---|---|
"""
AFTER = """
*The relay* drains {relayed:,} events that were committed at once ({relay_rounds} rounds). The raw limit is a bare aiokafka producer with the same settings (idempotent, acks=all, lz4) that has
the same keys, headers and values in memory and sends them in full batches. *The consumer* takes {consumed:,} events and upserts a row of cs-svc for each ({consumer_rounds} rounds). The raw
limit is a bare aiokafka client with a hand-written loop that commits by hand and sends the same statements (cursor, aggregates, inbox, effects) in the same chunks of {chunk} over plain asyncpg, the upserts of a chunk together.

| from a commit to its effect in the next service, at {part:.0%} of the path's top rate | measured | at most |
|---|---|---|
| commands/s: top · here | {lag.top:.0f} · {lag.rate:.0f} | |
| p50 · p95, ms, of {lag.events:,} events | {lag.p50:.0f} · {lag.p95:.0f} | |
| p99, ms | {lag.p99:.0f} | 250 |

`POST /v1/orders` of order-svc (`serve`, `relay`) until aftersale-svc (`consume`) has its copy; three processes, and the load from a fourth, one every {gap:.1f} ms for {seconds:.0f} s whether the ones before were answered or not.
Both ends are PostgreSQL's own commit times.

| what an event costs, µs of CPU | here | PostgreSQL | events/s |
|---|---|---|---|
{costs}
A replay reaches at least 10,000 events/s per core: by the clock as it ran here, and by its own CPU {replays}.
"""


def section(found: Found) -> str:
    """The measured figures beside what they shall reach."""
    told = AFTER.format(
        relayed=found.relay.ours[0].events,
        relay_rounds=RELAY_ROUNDS,
        consumed=found.consumer.ours[0].events,
        consumer_rounds=CONSUMER_ROUNDS,
        chunk=CHUNK,
        part=effect_lag.PART,
        lag=found.lag,
        gap=1000 / found.lag.rate,
        seconds=effect_lag.SECONDS,
        costs="".join(_cost(name, each) for name, each in _costs(found)),
        replays=" and ".join(f"{1e6 / each.here_us:,.0f}/s ({name})" for name, each in found.replays.items()),
    )
    return HEAD + _ratio("relay", found.relay, 0.5) + _ratio("consumer with effects", found.consumer, 0.6) + told


def _ratio(name: str, rounds: Rounds, least: float) -> str:
    ours, raw = (rounds.middle(whose, "per_second") for whose in ("ours", "raw"))
    rate = f"| {name}, events/s | {ours:,.0f} | {raw:,.0f} | **{rounds.left('per_second'):.2f}** | {least} |\n"
    cpu, limit = (rounds.middle(whose, "here_us") for whose in ("ours", "raw"))
    here = f"| {name}, CPU here, µs | {cpu:.1f} | {limit:.1f} | {rounds.left('here_us'):.2f} | |\n"
    return rate + here


def _costs(found: Found) -> list[tuple[str, Round]]:
    return [
        ("outbox insert, four events in a transaction", found.insert),
        ("relay, full batches", found.relay.typical("ours")),
        ("consumer, one upsert, full chunks", found.consumer.typical("ours")),
        *((f"replay of {name}'s projection", each) for name, each in found.replays.items()),
    ]


def _cost(name: str, each: Round) -> str:
    return f"| {name} | {each.here_us:.0f} | {each.postgres_us:.0f} | {each.per_second:,.0f} |\n"
