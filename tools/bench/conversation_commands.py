"""What the main commands of customer service cost: `cs-svc serve` over the REST API, with a team, an agent who is online and an SLA policy.

A step is taken with many conversations by some connections at a time, as in `busy_commands.py`. Statements are counted, and functions are sampled, in
rounds of their own.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import function_samples
from cpu_meter import CpuMeter
from environment import Environment, environment, script
from load import Client
from server_log import statements

CONVERSATIONS, WARM_UP, SAMPLED, CONNECTIONS, AT_MOST_MS = 240, 60, 600, 8, 2.5
SAMPLE_SECONDS, SHOWN = 2.0, 3
BUYERS = 60
SERVICE, AGENT = "cs-svc", "agent-bench"
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK")

TITLE = f"""
## Commands of customer service

`make bench P=conversation-commands`: {CONNECTIONS} connections take a step with {CONVERSATIONS} conversations of {BUYERS} buyers, after a warm-up; there are a team, an agent who is online and an SLA policy with all three limits. The CPU of one, of
`cs-svc serve` and of PostgreSQL, and its statements. At most: {AT_MOST_MS} ms of cs-svc. Of that, the modules in which most of it is spent, by samples of another round.

| command | cs-svc, ms | PostgreSQL, ms | statements | most of it in |
|---|---|---|---|---|
"""

# Any: bodies and answers are JSON.
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A request per conversation by its buyer or the agent: path and body. `keeps`: its answer is the conversation."""

    name: str
    role: str
    path: Callable[[Body], str]
    body: Callable[[Body], Body]
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds of a step, of the service and of PostgreSQL, its statements, and the share of each module, the largest first."""

    name: str
    service: float
    postgres: float
    statements: float = 0.0
    modules: Sequence[tuple[str, float]] = ()


def _of(action: str) -> Callable[[Body], str]:
    return lambda of: f"/v1/conversations/{of['id']}/{action}"


def _about(of: Body) -> Body:
    return {"order_id": of["order"], "case_id": of["case"]}


def _scores(*names: str) -> Body:
    return dict.fromkeys(names, 5)


STEPS = (
    Step(
        "open a conversation",
        "buyer",
        lambda _: "/v1/conversations",
        lambda of: {**_about(of), "text": "电热水壶漏水，请问怎么退货？"},
        keeps=True,
    ),
    Step("message of the buyer", "buyer", _of("messages"), lambda _: {"text": "附上照片，底部一直滴水。"}),
    Step("assign it", "agent", _of("assign"), lambda _: {}),
    Step("message of the agent", "agent", _of("messages"), lambda _: {"text": "已为您登记，请把水壶寄回。"}),
    Step("mark it as read", "buyer", _of("read"), lambda _: {"place": "00000003"}),
    Step("close it", "agent", _of("close"), lambda _: {}),
    Step(
        "rate it",
        "buyer",
        lambda _: "/v1/conversation-ratings",
        lambda of: {"conversation_id": of["id"], "scores": _scores("helpfulness", "attitude", "speed")},
    ),
    Step(
        "rate the case",
        "buyer",
        lambda _: "/v1/ratings",
        lambda of: {"case_id": of["case"], "scores": _scores("service", "helpfulness", "refund", "speed")},
    ),
    Step(
        "complain",
        "buyer",
        lambda _: "/v1/complaints",
        lambda of: {**_about(of), "channel": "web", "category": "unfair_rejection", "text": "商家无理由拒绝退货。"},
    ),
)
"""What happens to each conversation in turn."""
_POLICY = {"first_answer_minutes": 10, "next_answer_minutes": 30, "resolution_minutes": 960}
_ORDERS = """
INSERT INTO known_orders (id, buyer_id, merchant_id, state) SELECT 'ord_' || n, 'buyer-' || n % $3::int, 'm-1', 'received'
FROM generate_series($1::int, $2::int) n
"""
_CASES = """
INSERT INTO known_cases (id, order_id, buyer_id, merchant_id, state, ended)
SELECT 'case_' || n, 'ord_' || n, 'buyer-' || n % $3::int, 'm-1', 'completed', true FROM generate_series($1::int, $2::int) n
"""


def measure(log: Callable[[str], None]) -> str:
    """Start cs-svc, take the steps, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        return section(asyncio.run(_measure(env, log)))


def section(costs: Sequence[Cost]) -> str:
    """The section of the page."""
    text = TITLE
    for each in costs:
        service = f"**{each.service:.2f}**" if each.service > AT_MOST_MS else f"{each.service:.2f}"
        modules = ", ".join(f"`{module}` {100 * share:.0f} %" for module, share in each.modules)
        text += f"| {each.name} | {service} | {each.postgres:.2f} | {each.statements:.0f} | {modules} |\n"
    return text


async def _measure(env: Environment, log: Callable[[str], None]) -> list[Cost]:
    bench = Bench(env)
    await bench.prepare()
    await bench.run(WARM_UP)
    costs = await bench.run(CONVERSATIONS)
    counted, modules = await bench.count(WARM_UP, log), await bench.sample(SAMPLED)
    found = []
    for cost in costs:
        found.append(Cost(cost.name, cost.service, cost.postgres, counted[cost.name], modules.get(cost.name, ())))
        log(
            f"{cost.name}: {cost.service:.2f} ms, PostgreSQL {cost.postgres:.2f} ms, {counted[cost.name]:.1f} statements"
        )
    return found


class Bench:
    """The server, and the people who use it; each conversation takes all steps."""

    def __init__(self, env: Environment) -> None:
        self._env, self._made = env, 0
        self._server = env.start("serve", [script(SERVICE), "serve"], env.variables(SERVICE))
        self._meter = CpuMeter(self._server.process, env.postgres)
        tokens = {f"buyer-{number}": env.token("buyer", f"buyer-{number}") for number in range(BUYERS)}
        tokens |= {AGENT: env.token("agent", AGENT), "admin": env.token("admin", "admin-bench")}
        self._clients: Mapping[str, Client] = {name: Client(self._server.url, token) for name, token in tokens.items()}

    async def prepare(self) -> None:
        """A team with an agent who is online, and a policy."""
        admin, agent = self._clients["admin"], self._clients[AGENT]
        await admin.put("/v1/teams/general", json.dumps({"name": "general"}).encode())
        await admin.put(f"/v1/agents/{AGENT}", json.dumps({"teams": ["general"], "capacity": 1000}).encode())
        await admin.put("/v1/sla/policies/bench", json.dumps(_POLICY).encode())
        await agent.post(f"/v1/agents/{AGENT}/come-online", b"{}")

    async def run(self, number: int) -> list[Cost]:
        """What each step costs with so many new conversations."""
        new, costs = await self._new(number), []
        for step in STEPS:
            before = self._meter.total()
            await self._take(step, new)
            service, postgres = (now - then for then, now in zip(before, self._meter.total(), strict=True))
            costs.append(Cost(step.name, service / number, postgres / number))
        return costs

    async def count(self, number: int, log: Callable[[str], None]) -> dict[str, float]:
        """How many statements each step sends; the slowest of them are logged."""
        new, found = await self._new(number), {}
        for step in STEPS:
            async with statements(self._env.servers.postgres, self._env.processes.log("postgres")) as sent:
                await self._take(step, new)
            ours = {each: times for each, times in sent.counts.items() if not each[1].startswith(TRANSACTION_WORDS)}
            found[step.name] = sum(ours.values()) / number
            for each in sorted(ours, key=lambda each: -sent.ms[each])[:SHOWN]:
                log(f"{step.name}: {sent.ms[each] / number:.2f} ms in {ours[each] / number:.1f} × {each[1]}")
        return found

    async def sample(self, number: int) -> dict[str, list[tuple[str, float]]]:
        """In which modules each step spends its time; nothing where processes cannot be sampled here."""
        if function_samples.unavailable():
            return {}
        new, found = await self._new(number), {}
        for step in STEPS:
            sampling = asyncio.create_task(function_samples.sample({SERVICE: self._server.process}, SAMPLE_SECONDS))
            await self._take(step, new)
            samples = (await sampling)[SERVICE]
            common = samples.modules.most_common(SHOWN)
            found[step.name] = [(module, times / samples.total) for module, times in common]
        return found

    async def _new(self, number: int) -> list[Body]:
        """The orders and cases of so many conversations, which cs-svc knows."""
        first, self._made = self._made + 1, self._made + number
        connection = await asyncpg.connect(self._env.variables(SERVICE)["AFTERCARE_DATABASE_URL"])
        try:
            for statement in (_ORDERS, _CASES):
                await connection.execute(statement, first, self._made, BUYERS)
        finally:
            await connection.close()
        return [
            {"order": f"ord_{each}", "case": f"case_{each}", "buyer": f"buyer-{each % BUYERS}"}
            for each in range(first, self._made + 1)
        ]

    async def _take(self, step: Step, of: Sequence[Body]) -> None:
        await asyncio.gather(*(self._send(step, of[at::CONNECTIONS]) for at in range(CONNECTIONS)))

    async def _send(self, step: Step, of: Sequence[Body]) -> None:
        for each in of:
            client = self._clients[each["buyer"] if step.role == "buyer" else AGENT]
            answer = json.loads(await client.post(step.path(each), json.dumps(step.body(each)).encode()))
            if step.keeps:
                each["id"] = answer["id"]
