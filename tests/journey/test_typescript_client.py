"""Tests that need Node: the TypeScript client, generated from the present documents, type-checked and run against the
suite; and docs/asyncapi.json, validated with the official schema of AsyncAPI."""

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from aftercare_cli.participants import participants
from jsonschema import Draft7Validator
from running_suite import RunningSuite

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "typescript"
SECONDS = 240


def npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["npm", *arguments], cwd=CLIENT, capture_output=True, text=True, timeout=SECONDS)


def _node_20() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=SECONDS).stdout
    return int(version.removeprefix("v").partition(".")[0] or 0) >= 20


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the client's packages, as locked."""
    if not _node_20():
        pytest.skip("there is no Node 20 here")
    try:
        npm("ci", "--no-audit", "--no-fund").check_returncode()
    except subprocess.SubprocessError as error:
        pytest.skip(f"npm cannot install the packages: {error}")
    return CLIENT / "node_modules"


@pytest.fixture(scope="session")
def examples(packages: Path) -> Path:
    """The compiled examples."""
    built = npm("run", "build")
    assert built.returncode == 0, built.stdout + built.stderr
    return CLIENT / "build" / "examples"


@pytest.mark.timeout(SECONDS + 60)
def test_asyncapi_document_matches_the_official_schema(packages: Path) -> None:
    schema = json.loads((packages / "@asyncapi" / "specs" / "schemas" / "3.0.0.json").read_text())
    document = json.loads((ROOT / "docs" / "asyncapi.json").read_text())
    assert [error.message for error in Draft7Validator(schema).iter_errors(document)] == []


@pytest.mark.timeout(2 * SECONDS + 60)
def test_the_socket_of_conversations(examples: Path) -> None:
    built = examples.parent / "tests" / "live.test.js"
    run = subprocess.run(["node", "--test", str(built)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.timeout(2 * SECONDS + 60)
def test_a_refund_before_shipment(examples: Path, suite: RunningSuite) -> None:
    some = uuid.uuid4().hex[:8]
    services = suite.addresses.services
    with participants(suite.home, services, buyer=f"buyer-{some}", merchant=f"m-{some}") as people:
        variables = {
            "ORDERS_URL": services["order-svc"],
            "AFTERSALE_URL": services["aftersale-svc"],
            "SELLER_TOKEN": people.seller.token,
            "BUYER_TOKEN": people.buyer.token,
            "BUYER": f"buyer-{some}",
        }
    run = subprocess.run(
        ["node", str(examples / "refund_before_shipment.js")],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert result["again"] == result["order"]
    assert result["replayed"] == "true"
    assert result["requested"] == {"amount": 19800, "currency": "CNY"}
    assert result["refused"] == "units_in_live_case"
    assert (result["state"], result["steps"]) == ("completed", ["pending_review", "refunding", "completed"])
