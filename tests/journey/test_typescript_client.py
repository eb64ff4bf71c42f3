"""What needs Node: the TypeScript client, generated from today's documents, type-checked and used against the running
suite; and the description of the log, held against the official schema of AsyncAPI."""

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any, Protocol

import pytest
from aftercare_cli.demo.cast import cast
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "typescript"
SECONDS = 240


class Suite(Protocol):
    """What this file needs of the suite under test."""

    home: Path
    where: Any


def npm(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["npm", *words], cwd=CLIENT, capture_output=True, text=True, timeout=SECONDS)


def _node_20() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=SECONDS).stdout
    return int(said.removeprefix("v").partition(".")[0] or 0) >= 20


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the client's packages, as locked."""
    if not _node_20():
        pytest.skip("there is no Node 20 here")
    try:
        npm("ci", "--no-audit", "--no-fund").check_returncode()
    except subprocess.SubprocessError as error:
        pytest.skip(f"npm cannot fetch its packages: {error}")
    return CLIENT / "node_modules"


@pytest.fixture(scope="session")
def stories(packages: Path) -> Path:
    """The compiled examples."""
    built = npm("run", "build")
    assert built.returncode == 0, built.stdout + built.stderr
    return CLIENT / "build" / "examples"


@pytest.mark.timeout(SECONDS + 60)
def test_the_description_of_the_log_fits_the_official_schema(packages: Path) -> None:
    schema = json.loads((packages / "@asyncapi" / "specs" / "schemas" / "3.0.0.json").read_text())
    document = json.loads((ROOT / "docs" / "asyncapi.json").read_text())
    assert [error.message for error in Draft7Validator(schema).iter_errors(document)] == []


@pytest.mark.timeout(2 * SECONDS + 60)
def test_a_refund_before_shipment(stories: Path, suite: Suite) -> None:
    some = uuid.uuid4().hex[:8]
    services = suite.where.services
    with cast(suite.home, services, buyer=f"buyer-{some}", merchant=f"m-{some}") as people:
        given = {
            "ORDERS_URL": services["order-svc"],
            "AFTERSALE_URL": services["aftersale-svc"],
            "SELLER_TOKEN": people.seller.token,
            "BUYER_TOKEN": people.buyer.token,
            "BUYER": f"buyer-{some}",
        }
    played = subprocess.run(
        ["node", str(stories / "refund_before_shipment.js")],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert played.returncode == 0, played.stderr
    story = json.loads(played.stdout)
    assert story["again"] == story["order"]
    assert story["replayed"] == "true"
    assert story["requested"] == {"amount": 19800, "currency": "CNY"}
    assert story["refused"] == "units_in_live_case"
    assert (story["state"], story["steps"]) == ("completed", ["pending_review", "refunding", "completed"])
