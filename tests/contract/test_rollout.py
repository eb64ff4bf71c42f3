"""A rollout and its rollback: a later build migrates the database, and processes of this one go on or say why not."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.revisions import MESSAGING_FOLDER, SchemaMismatch, versions
from aftercare_chassis.kafka import topics
from aftercare_chassis.service import ProcessRole
from aftercare_chassis.testing import Harness, until
from aftercare_cli.stack import ports
from aftercare_events import Envelope, OrderCancelled, codec
from aiokafka import AIOKafkaProducer
from cs_svc import main as cs
from deployed_service import SECONDS, DeployedService
from in_process_suite import PROVIDER, SERVICES
from sqlalchemy import MetaData

_LATER = """
from alembic import op
revision, down_revision = "9001", "{head}"

def upgrade():
    op.execute("CREATE TABLE later (id int PRIMARY KEY)")
"""
_LATER_MESSAGING = """
from alembic import op
revision, down_revision = "m9001", "{head}"

def upgrade():
    op.execute("ALTER TABLE outbox ADD COLUMN later text NOT NULL DEFAULT ''")
"""
_CONTRACTS = """
from alembic import op
revision, down_revision, compatible_with = "9002", "9001", "9001"

def upgrade():
    op.execute("ALTER TABLE later RENAME TO latest")
"""
Upgrade = Callable[..., Awaitable[None]]


@pytest.fixture
def upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Migrates a database as a later build does: only adding, or contracting as well."""
    monkeypatch.syspath_prepend(tmp_path)

    async def migrate(harness: Harness, *, contract: bool = False) -> None:
        package = f"later_{uuid4().hex[:8]}"
        folder = tmp_path / package / "migrations" / "versions"
        messaging = tmp_path / f"{package}_messaging"
        shutil.copytree(versions(harness.service.package), folder)
        shutil.copytree(MESSAGING_FOLDER, messaging)
        (tmp_path / package / "__init__.py").touch()
        known = harness.runtime.revisions
        (folder / "9001_later.py").write_text(_LATER.format(head=known.service.head))
        (messaging / "m9001_later.py").write_text(_LATER_MESSAGING.format(head=known.messaging.head))
        if contract:
            (folder / "9002_contracts.py").write_text(_CONTRACTS)
        await Migrations(package, harness.settings.database_url, MetaData(), messaging=messaging).upgrade()

    return migrate


async def readiness(harness: Harness, role: ProcessRole) -> tuple[int, str]:
    """The status and body of /readyz of a new process in this role."""
    transport = httpx.ASGITransport(app=harness.service.process(role))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.text


@pytest.mark.parametrize("name", SERVICES)
async def test_every_role_is_ready_with_a_later_schema_until_it_is_contracted(
    name: str, postgres_url: str, upgrade: Upgrade
) -> None:
    settings = PROVIDER if name == "order" else {}
    async with Harness.start(SERVICES[name].service, postgres_url, **settings) as harness:
        migrations = harness.service.migrations
        await upgrade(harness)
        assert {(await readiness(harness, role))[0] for role in ProcessRole} == {200}
        await migrations.upgrade()
        await upgrade(harness, contract=True)
        for role in ProcessRole:
            status, text = await readiness(harness, role)
            assert status == 503
            assert "schema_incompatible: the database is at revision 9002, which needs a build of revision 9001" in text
        with pytest.raises(SchemaMismatch, match="9002"):
            await migrations.upgrade()


@pytest.fixture
async def desk(postgres_url: str, kafka_bootstrap: str) -> AsyncIterator[Harness]:
    await topics.create(kafka_bootstrap, replication=1, min_isr=1, partitions=None, retention_ms=-1)
    async with Harness.start(cs.service, postgres_url, kafka=kafka_bootstrap) as harness:
        harness.clock.set(datetime.now(UTC))
        yield harness


@pytest.fixture
def deployed(desk: Harness) -> DeployedService:
    settings = desk.settings
    environment = {
        "AFTERCARE_DATABASE_URL": settings.database_url,
        "AFTERCARE_KAFKA": settings.kafka,
        "AFTERCARE_JWKS_FILE": settings.jwks_file,
        "AFTERCARE_SIGNING_KEY": "a key for tests only",
    }
    return DeployedService("cs_svc", environment, {role: ports.choose() for role in ProcessRole})


async def works(desk: Harness, deployed: DeployedService, order_id: str) -> None:
    """A command is written and published, and an event is consumed."""
    pool = desk.runtime.pool
    headers = {"Authorization": f"Bearer {desk.token('buyer', 'buyer-1')}", "Idempotency-Key": order_id}
    async with deployed.client(ProcessRole.SERVE) as client:
        written = await client.post("/v1/conversations", json={"text": "你好"}, headers=headers)
    assert written.status_code == 201, written.text
    await until(lambda: pool.fetchval("SELECT NOT EXISTS (SELECT 1 FROM outbox)"), "everything is published", SECONDS)
    event = OrderCancelled(
        affected_party="buyer-1",
        applicant="buyer-1",
        handler="buyer-1",
        time=desk.clock.now(),
        result="cancelled",
        order_id=order_id,
        buyer_id="buyer-1",
        merchant_id="m-1",
        cause="buyer",
    )
    envelope = Envelope.of(event, id=uuid4(), source="/elsewhere", sequence=1, correlation_id="test")
    key, value, written_headers = codec.encode(envelope)
    async with AsyncExitStack() as stack:
        producer = AIOKafkaProducer(bootstrap_servers=desk.settings.kafka)
        await producer.start()
        stack.push_async_callback(producer.stop)
        await producer.send_and_wait(envelope.topic, value, key=key, headers=list(written_headers))
    taken = "SELECT EXISTS (SELECT 1 FROM inbox WHERE event_id = $1)"
    await until(lambda: pool.fetchval(taken, envelope.id), "the event is consumed", SECONDS)


async def test_a_build_goes_on_while_a_later_one_migrates_and_after_a_rollback(
    desk: Harness, deployed: DeployedService, upgrade: Upgrade
) -> None:
    async with deployed.started():
        await works(desk, deployed, "order-before")
        await upgrade(desk)
        await works(desk, deployed, "order-during")
        for role in ProcessRole:
            await deployed.wait_readyz(role, 200)
    assert await deployed.migrate() == (0, "")
    async with deployed.started():
        await works(desk, deployed, "order-rolled-back")
        await upgrade(desk, contract=True)
        for role in ProcessRole:
            why = await deployed.wait_readyz(role, 503)
            assert "schema_incompatible: the database is at revision 9002" in why
            async with deployed.client(role) as client:
                assert (await client.get("/livez")).status_code == 200
    code, errors = await deployed.migrate()
    assert code == 1
    assert errors.splitlines()[-1].startswith("cs-svc: schema_incompatible: the database is at revision 9002")
