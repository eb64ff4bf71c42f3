"""The messaging compared with its raw limits: outbox and relay, consumer, replay, and the lag from commit to effect."""

from collections.abc import Callable
from dataclasses import dataclass

import analytics_svc.main
import analytics_svc.settings
import cs_svc.main
import cs_svc.settings
import effect_lag
import replay_rate
import uvloop
from aftercare_chassis.consumer.dispatcher import Dispatcher
from commit_lag import Lag
from consumer_rate import ConsumerRate
from cs_svc.consumers import FACTS
from environment import Environment, environment
from measurement import Comparison, Measurement
from relay_rate import RelayRate
from sample_events import sample_events

ORDERS = 6500
RELAY_ROUNDS, CONSUMER_ROUNDS, CONSUMED = 5, 3, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All measurements; `top` is the highest rate of the commands whose lag was measured."""

    insert: Measurement
    relay: Comparison
    consumer: Comparison
    replays: dict[str, Measurement]
    top: float
    lag: Lag


def measure(log: Callable[[str], None]) -> Found:
    """Measure everything in one environment."""
    with environment() as env:
        env.track_commit_times()
        for name in ("order-svc", "aftersale-svc", "cs-svc", "analytics-svc"):
            env.migrate(name)
        top, lag = uvloop.run(effect_lag.measure(env, log))
        return uvloop.run(_rates(env, top, lag, log))


async def _rates(env: Environment, top: float, lag: Lag, log: Callable[[str], None]) -> Found:
    """Measure in this process, on the event loop that the services use."""
    cs = cs_svc.main.service(env.settings(cs_svc.settings.Settings, "cs-svc"))
    analytics = analytics_svc.main.service(env.settings(analytics_svc.settings.Settings, "analytics-svc"))
    await cs.runtime.open()
    await analytics.runtime.open()
    starts = await replay_rate.ends(env.servers.kafka, Dispatcher(FACTS).topics)
    relays = RelayRate(cs.runtime, env.postgres)
    insert = await relays.stock([event for events in sample_events(ORDERS) for event in events])
    log(f"inserts: {insert}")
    replays = {}
    for service in (cs, analytics):  # each event is on the log once
        replays[service.name] = await replay_rate.measure(service, env.postgres)
        log(f"replay of {service.name}: {replays[service.name]}")
    consumers = ConsumerRate(cs.runtime, FACTS, env.postgres, starts=starts, events=CONSUMED)
    consumer = await consumers.compare(CONSUMER_ROUNDS, log)
    relay = await relays.compare(RELAY_ROUNDS, log)
    await cs.runtime.close()
    await analytics.runtime.close()
    return Found(insert=insert, relay=relay, consumer=consumer, replays=replays, top=top, lag=lag)
