"""The calls of the README and of docs/walkthrough.md, as a shell runs them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from aftercare_cli.stack.layout import PORT_BASE, SERVICES, checkout
from running_suite import RunningSuite

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)
PAGES = ("README.md", "docs/walkthrough.md")


def blocks() -> list[str]:
    """The shell code of both pages, without the commands of make."""
    texts = [(checkout() / page).read_text(encoding="utf-8") for page in PAGES]
    found = [block for text in texts for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]
    return [block for block in found if not block.startswith("make ")]


def test_every_call_of_the_pages_succeeds(suite: RunningSuite, tmp_path: Path) -> None:
    script = "\n".join(blocks())
    for service in SERVICES:
        port = suite.addresses.services[service.name].rpartition(":")[2]
        script = re.sub(rf"\b{PORT_BASE + service.number}(?=/)", port, script)
    # A request that is refused ends it as well.
    script = script.replace("curl -sS -w", "curl -sS --fail-with-body -w").replace(
        "label.pdf", str(tmp_path / "label.pdf")
    )

    ran = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=checkout(),
        env={**os.environ, "AFTERCARE_HOME": str(suite.home), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert (tmp_path / "label.pdf").read_bytes().startswith(b"%PDF")
    assert "10 imported, 0 known, 0 refused" in ran.stdout + ran.stderr
