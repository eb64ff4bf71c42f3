"""The base, every overlay as it is rendered, and an overlay with pinned digests as an operator may write it."""

import pytest
from manifests import K8S, SERVICES, Rendering, listed, rendered, written

OVERLAYS = sorted(each.name for each in (K8S / "overlays").iterdir())
PINNED = {
    "resources": [K8S / "base"],
    "namespace": "shop-aftercare",
    "components": [K8S / "components" / "networkpolicy"],
    "images": [
        {"name": f"aftercare/{one}", "newName": f"registry.example/aftercare/{one}", "digest": f"sha256:{n:064x}"}
        for n, one in enumerate(SERVICES)
    ],
}


@pytest.fixture(scope="session")
def base() -> Rendering:
    return Rendering(list(listed(K8S / "base")))


@pytest.fixture(scope="session")
def dev() -> Rendering:
    return Rendering(rendered(K8S / "overlays" / "dev"))


@pytest.fixture(scope="session", params=["base", *OVERLAYS, "pinned by digest"])
def k8s(request: pytest.FixtureRequest, base: Rendering, tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    """The base and every rendered overlay, also one that is added to `overlays` later."""
    if request.param == "base":
        return base
    if request.param in OVERLAYS:
        return Rendering(rendered(K8S / "overlays" / request.param))
    return Rendering(rendered(written(tmp_path_factory.mktemp("overlay"), **PINNED)))
