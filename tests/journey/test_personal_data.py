"""What people say and where they live is in no log line and in no span, at the most detailed level, also where something fails."""

import asyncio
import json
from pathlib import Path

import asyncpg
import httpx
import pytest
from aftercare_chassis.observability.logs import FIELDS
from aftercare_cli import journey as journey_module
from aftercare_cli.journey import Journey
from personal_data import MAIL, NAME, PHONE, PLANTED, STREET, TEXT, operations
from running_suite import RunningSuite

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

SERVICES = ("order-svc", "aftersale-svc", "cs-svc", "kb-svc", "analytics-svc")
PLACE = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": f"{STREET} 7 号"}
ADDRESS = {"name": NAME, "phone": PHONE, "country": "CN", **PLACE}
ALWAYS = {"event", "level", "service", "timestamp"}
OF_SPANS = {"trace_id", "span_id"}


@pytest.fixture(scope="module")
def logs(suite: RunningSuite) -> Path:
    if suite.stack is None:
        pytest.skip("the suite was started elsewhere: its logs are not here")
    return suite.stack.layout.logs


def places_of(planted: str, folder: Path) -> list[str]:
    """The lines of all logs that contain the text, in UTF-8 or as JSON escapes it."""
    escaped = json.dumps(planted).strip('"')
    lines = (
        (file.name, line) for file in folder.glob("*.log*") for line in file.read_text(errors="replace").splitlines()
    )
    return [f"{name}: {line[:300]}" for name, line in lines if planted in line or escaped in line]


def test_no_log_and_no_span_has_what_people_wrote(
    journey: Journey, suite: RunningSuite, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey_module, "SHIPPING_ADDRESS", ADDRESS)
    monkeypatch.setattr(journey_module, "RETURN_ADDRESS", ADDRESS)
    order, _ = journey.delivered_order()
    journey.complete_return(order, 1)
    statuses = [*call_everything(journey), *post_to_webhooks(suite)]
    if suite.addresses.kind == "embedded":
        asyncio.run(be_slow_and_fail(suite))
        assert "duration: " in (logs / "postgres.log").read_text(), "slow statements are logged"
    assert {200, 400, 401, 403, 404, 422} <= set(statuses)
    assert [status for status in statuses if status >= 500] == []
    assert {planted: places_of(planted, logs) for planted in PLANTED} == {planted: [] for planted in PLANTED}
    assert suite.spans is not None
    written = repr(suite.spans.spans())
    assert [planted for planted in PLANTED if planted in written] == []


def call_everything(journey: Journey) -> list[int]:
    """Call every operation, its body also cut off, as somebody who may and somebody who may not; the statuses."""
    people = journey.participants
    statuses = []
    for service, operation in operations():
        body = operation.body()
        for person in (people.seller, people.admin):
            url = person.services[service] + operation.address
            headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": TEXT.encode().hex()}
            content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
            bodies = [content] if content is None or person is people.seller else [content, content[:-1]]
            for each in bodies:
                response = person.http.request(
                    operation.method,
                    url,
                    content=each,
                    params=operation.query,
                    headers={**headers, "Content-Type": "application/json"},
                )
                statuses.append(response.status_code)
    return statuses


def post_to_webhooks(suite: RunningSuite) -> list[int]:
    """Post what nobody has signed, as couriers and payment providers do."""
    url = suite.addresses.services["order-svc"]
    body = json.dumps({"name": NAME, "phone": PHONE, "address": STREET, "email": MAIL}, ensure_ascii=False).encode()
    paths = [f"/v1/payment-webhooks/{each}" for each in ("simulator", "stripe", "alipay", "wechat_pay")]
    paths += [f"/v1/courier-webhooks/{each}/{PHONE}" for each in ("sf", "zto", "yto", "kuaidi100", "nobody")]
    return [httpx.post(url + path, content=body, timeout=60, trust_env=False).status_code for path in paths]


async def be_slow_and_fail(suite: RunningSuite) -> None:
    """Let PostgreSQL log a slow statement with parameters, and a row that it refuses."""
    assert suite.stack is not None
    connection = await asyncpg.connect(suite.stack.infrastructure.postgres)
    try:
        await connection.execute("SET log_min_duration_statement = 0")
        assert await connection.fetchval("SELECT $1::text", TEXT) == TEXT
        await connection.execute("CREATE TEMPORARY TABLE people (name text UNIQUE, phone text CHECK (phone = ''))")
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("INSERT INTO people VALUES ($1, $2)", NAME, PHONE)
    finally:
        await connection.close()


def test_each_line_of_a_service_is_json_with_documented_fields(suite: RunningSuite, logs: Path) -> None:
    documented = FIELDS | ALWAYS | OF_SPANS | {"partner", "push", "source", "difference"}
    for name in SERVICES:
        lines = [json.loads(line) for line in (logs / f"{name}.log").read_text().splitlines()]
        assert all(line.keys() >= ALWAYS and line["service"] == name for line in lines)
        fields = {field for line in lines for field in line if not field.endswith("_id")}
        assert fields - documented == set(), name
