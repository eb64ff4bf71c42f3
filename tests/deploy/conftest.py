"""The base as we ship it, and the development overlay as a cluster would get it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from manifests import K8S, Rendering, listed, rendered


@pytest.fixture(scope="session")
def base() -> Rendering:
    return Rendering(list(listed(K8S / "base")))


@pytest.fixture(scope="session")
def dev() -> Rendering:
    return Rendering(rendered(K8S / "overlays" / "dev"))


@pytest.fixture(scope="session", params=["base", "dev"])
def k8s(request: pytest.FixtureRequest) -> Rendering:
    """Every policy holds for what we ship and for what a cluster would get."""
    return request.getfixturevalue(request.param)
