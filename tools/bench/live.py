"""Live conversations: memory and CPU of open sockets, and how soon a message is at the other side."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from environment import Environment, Process, environment, script
from load import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol
from wrk import cpu_seconds

SERVICE, PROTOCOL = "cs-svc", Subprotocol("aftercare.live.v1")
CONVERSATIONS, PER_AGENT, WARM_UP = 2_500, 20, 200
AT_ONCE = 4
RATES, SECONDS, QUIET_SECONDS, WAIT_SECONDS = (10, 100), 20, 30, 60
SOCKETS = 2 * CONVERSATIONS

TITLE = f"""
## Live conversations

`make bench P=live`: one process of `cs-svc serve` with {SOCKETS:,} open sockets that follow {CONVERSATIONS:,} conversations, a buyer and an agent each; then messages of buyers over their sockets, {SECONDS} s at each rate.

| | |
|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Memory of an open socket, in KiB, and CPU of all of them while nothing happens, in milliseconds per second."""

    socket_kib: float
    cpu_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Times from the sending of a message to its arrival at the other side, and CPU of the process per message; in milliseconds."""

    latencies: Sequence[float]
    cpu_ms: float

    def percentile(self, percent: int) -> float:
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1]


@dataclass(slots=True)
class Pair:
    """Both sides of one conversation, and when its last message was sent."""

    conversation_id: str
    buyer: ClientConnection
    agent: ClientConnection


def measure(log: Callable[[str], None]) -> str:
    """Start the service, open the sockets, post messages, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        server = env.start("serve", [script(SERVICE), "serve"], env.variables(SERVICE))
        idle, busy = asyncio.run(_run(env, server, log))
        return section(idle, busy)


def section(idle: Idle, busy: dict[int, Busy]) -> str:
    """The section of the page."""
    rows = {
        "memory of a socket, KiB (at most 20)": f"**{idle.socket_kib:.1f}**",
        f"CPU of the process while {SOCKETS:,} sockets are idle, ms a second": f"{idle.cpu_ms:.1f}",
    }
    for rate, each in busy.items():
        name = f"{rate} messages a second: at the other side, p50 · p95 · p99, ms (p95 at most 100)"
        rows[name] = f"{each.percentile(50):.1f} · **{each.percentile(95):.1f}** · {each.percentile(99):.1f}"
        rows[f"{rate} messages a second: CPU of one, ms"] = f"{each.cpu_ms:.2f}"
    return TITLE + "".join(f"| {name} | {value} |\n" for name, value in rows.items())


async def _run(env: Environment, server: Process, log: Callable[[str], None]) -> tuple[Idle, dict[int, Busy]]:
    ids = await _conversations(env, server)
    await _close(await _open(env, server, ids[:WARM_UP]))
    before = _rss(server)
    pairs = await _open(env, server, ids)
    kib = (_rss(server) - before) / SOCKETS / 1024
    spent = cpu_seconds(server.process)
    await asyncio.sleep(QUIET_SECONDS)
    idle = Idle(socket_kib=kib, cpu_ms=1000 * (cpu_seconds(server.process) - spent) / QUIET_SECONDS)
    log(f"{SOCKETS:,} sockets: {kib:.1f} KiB each, {idle.cpu_ms:.1f} ms of CPU a second")
    busy = {}
    for rate in RATES:
        spent = cpu_seconds(server.process)
        latencies = await _messages(pairs, rate)
        busy[rate] = Busy(latencies=latencies, cpu_ms=1000 * (cpu_seconds(server.process) - spent) / len(latencies))
        log(f"{rate} messages a second: p95 {busy[rate].percentile(95):.1f} ms, CPU {busy[rate].cpu_ms:.2f} ms")
    return idle, busy


async def _conversations(env: Environment, server: Process) -> list[str]:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        async with free:
            client = Client(server.url, env.token("buyer", f"buyer-{number}"))
            return str(json.loads(await client.post("/v1/conversations", b'{"text": "question"}'))["id"])

    return await asyncio.gather(*(one(number) for number in range(CONVERSATIONS)))


async def _open(env: Environment, server: Process, ids: Sequence[str]) -> list[Pair]:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, conversation_id: str) -> Pair:
        async with free:
            buyer = await _follow(server, env.token("buyer", f"buyer-{number}"), conversation_id)
            agent = await _follow(server, env.token("agent", f"agent-{number // PER_AGENT}"), conversation_id)
        return Pair(conversation_id, buyer, agent)

    return await asyncio.gather(*(one(number, each) for number, each in enumerate(ids)))


async def _follow(server: Process, token: str, conversation_id: str) -> ClientConnection:
    address, headers = f"ws{server.url.removeprefix('http')}/v1/live", {"Authorization": f"Bearer {token}"}
    socket = await connect(
        address,
        subprotocols=[PROTOCOL],
        additional_headers=headers,
        ping_interval=None,
        compression=None,
        proxy=None,
    )
    await socket.send(json.dumps({"type": "subscribe", "conversations": [{"conversation_id": conversation_id}]}))
    await _received(socket, "subscribed")
    return socket


async def _received(socket: ClientConnection, kind: str) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while json.loads(await socket.recv())["type"] != kind:
            pass


async def _messages(pairs: Sequence[Pair], rate: int) -> list[float]:
    """Post at this rate, each message in another conversation; the times until the agents have them."""
    loop = asyncio.get_running_loop()

    async def one(pair: Pair, number: int) -> float:
        began = loop.time()
        text = f"message {number}"
        members = {"type": "post", "id": f"{rate}-{number}", "conversation_id": pair.conversation_id, "text": text}
        await pair.buyer.send(json.dumps(members))
        await _received(pair.agent, "messages")
        took = 1000 * (loop.time() - began)
        await _received(pair.buyer, "posted")
        return took

    began, posts = loop.time(), []
    for number in range(rate * SECONDS):
        await asyncio.sleep(began + number / rate - loop.time())
        posts.append(asyncio.create_task(one(pairs[number % len(pairs)], number)))
    return await asyncio.gather(*posts)


async def _close(pairs: Sequence[Pair]) -> None:
    await asyncio.gather(*(each.close() for pair in pairs for each in (pair.buyer, pair.agent)))


def _rss(server: Process) -> int:
    return int(server.process.memory_info().rss)
