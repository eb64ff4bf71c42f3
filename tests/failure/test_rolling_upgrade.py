"""A rolling upgrade from the last release to this build and back, process by process, while people buy, return and complain.

The release is `AFTERCARE_RELEASE`, a commit or tag; by default the newest tag, or where there is none the commit before the newest migration.
"""

import asyncio
import os
import random
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from launch_builds import THIS, Build
from servers import HERE, servers
from shop_scenarios import Scenarios
from suite_processes import SuiteProcesses, suite_processes

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.parametrize("scale", [pytest.param(True, id="long")], indirect=True),
]
ROOT = HERE.parent.parent
TWO_SERVE = {"serve": 2, "relay": 1, "consume": 1}
WANTED = {
    "order-svc": TWO_SERVE,
    "aftersale-svc": TWO_SERVE,
    "cs-svc": {"all": 1},
    "kb-svc": {"all": 1},
    "analytics-svc": {"all": 1},
}


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _release() -> str:
    """The commit of the last release; empty where there is no history."""
    newest_tag = _git("describe", "--tags", "--abbrev=0", "--match", "v*")
    migrations = ("services/*/src/*/migrations/versions/*", "libs/chassis/src/*/database/messaging_migrations/*")
    newest = _git("log", "-1", "--format=%H^", "--", *migrations)
    return _git("rev-parse", "--verify", "--quiet", os.environ.get("AFTERCARE_RELEASE") or newest_tag or newest)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """The sources of the last release, run with the packages of this environment."""
    commit = _release()
    if not commit:
        pytest.skip("the history of the repository is not here, so there is no last release")
    folder = tmp_path_factory.mktemp("release")
    archive = folder / "sources.tar"
    _git("archive", "-o", str(archive), commit, "libs", "services")
    with tarfile.open(archive) as sources:
        sources.extractall(folder, filter="data")
    shutil.copy(HERE / "launch.py", folder)
    paths = ":".join(str(each) for each in sorted(folder.glob("*/*/src")))
    yield Build(str(folder / "launch.py"), {"PYTHONPATH": paths})
    shutil.rmtree(folder)


@asynccontextmanager
async def _customers(suite: SuiteProcesses, number: int) -> AsyncIterator[list[str]]:
    """Scenarios run one after the other during the block; the names of those that have ended."""
    enough, ended = asyncio.Event(), list[str]()

    async def run() -> None:
        while not enough.is_set():
            shop = Scenarios(suite, timeout=240)
            scenario = random.choice([shop.refund_before_shipment, shop.return_by_post, shop.dispute])
            await scenario()
            ended.append(scenario.__name__)

    running = asyncio.gather(*(run() for _ in range(number)))
    try:
        yield ended
    finally:
        enough.set()
        await running


async def _roll(suite: SuiteProcesses, build: Build) -> None:
    """Replace each process by one of this build, at its address; others serve meanwhile."""
    for process in suite.all():
        await asyncio.to_thread(process.stop)
        build.give(process)
        await process.start().wait_ready(120)


async def test_upgrade_and_rollback_under_load(release: Build, scale: Any) -> None:
    with servers() as made:
        async with suite_processes(made, WANTED, release) as suite:
            suite.clients.timeout = 240
            async with _customers(suite, 2) as ended:
                for build in (THIS, release, THIS):
                    before = len(ended)
                    suite.build = build
                    if build is THIS:
                        await suite.migrate()
                    await _roll(suite, build)
                    scale.note(f"{len(ended) - before} scenarios")
            report = await suite.verify(seconds=180)
            scale.count(report)
            scale.note(suite.clients.summary())
            assert not suite.clients.failed
