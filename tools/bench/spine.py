"""The event spine beside its raw limits: outbox and relay, consumer, replay, and the way from commit to effect."""

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
from consumer_rate import ConsumerRate
from cs_svc.consumers import FACTS
from effect_lag import Lag
from ground import Ground, ground
from relay_rate import RelayRate
from rounds import Round, Rounds
from stories import stories

STORIES = 6500
RELAY_ROUNDS, CONSUMER_ROUNDS, CONSUMED = 5, 3, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was measured."""

    insert: Round
    relay: Rounds
    consumer: Rounds
    replays: dict[str, Round]
    lag: Lag


def measure(tell: Callable[[str], None]) -> Found:
    """All of it, on one ground."""
    with ground() as servers:
        servers.remember_commit_times()
        for name in ("order-svc", "aftersale-svc", "cs-svc", "analytics-svc"):
            servers.migrate(name)
        lag = uvloop.run(effect_lag.measure(servers, tell))
        return uvloop.run(_rates(servers, lag, tell))


async def _rates(servers: Ground, lag: Lag, tell: Callable[[str], None]) -> Found:
    """What is measured in this process, on the event loop that the services use."""
    cs = cs_svc.main.service(servers.settings(cs_svc.settings.Settings, "cs-svc"))
    analytics = analytics_svc.main.service(servers.settings(analytics_svc.settings.Settings, "analytics-svc"))
    await cs.runtime.open()
    await analytics.runtime.open()
    starts = await replay_rate.ends(servers.servers.kafka, Dispatcher(FACTS).topics)
    relays = RelayRate(cs.runtime, servers.postgres)
    insert = await relays.stock([event for story in stories(STORIES) for event in story])
    tell(f"inserts: {insert}")
    replays = {}
    for service in (cs, analytics):  # now each event is on the log once
        replays[service.name] = await replay_rate.measure(service, servers.postgres)
        tell(f"replay of {service.name}: {replays[service.name]}")
    consumers = ConsumerRate(cs.runtime, FACTS, servers.postgres, starts=starts, events=CONSUMED)
    consumer = await consumers.compare(CONSUMER_ROUNDS, tell)
    relay = await relays.compare(RELAY_ROUNDS, tell)
    await cs.runtime.close()
    await analytics.runtime.close()
    return Found(insert=insert, relay=relay, consumer=consumer, replays=replays, lag=lag)
