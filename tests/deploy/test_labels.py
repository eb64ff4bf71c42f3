"""Policies for the process that makes the files of labels: the component, and its image."""

import tomllib

import pytest
import yaml
from manifests import K8S, ROOT, Rendering, rendered, written

GROUP = "--group services/order-svc/pyproject.toml:labels"


@pytest.fixture(scope="module")
def printing(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    components = [K8S / "components" / "networkpolicy", K8S / "components" / "labels"]
    folder = written(tmp_path_factory.mktemp("labels"), resources=[K8S / "base"], components=components)
    return Rendering(rendered(folder))


def deployment(folder: str, name: str) -> dict[str, object]:
    found: dict[str, object] = next(yaml.safe_load_all((K8S / folder / f"{name}.yaml").read_text()))
    return found


def test_it_differs_from_the_other_workers_by_image_command_and_memory_only():
    ours, usual = (
        yaml.safe_dump(each)
        for each in (deployment("components/labels", "labels"), deployment("base/order-svc", "consume"))
    )
    for own, other in (
        ("aftercare/order-svc-labels:", "aftercare/order-svc:"),
        ("order-svc-labels", "order-svc-consume"),
        ("app.kubernetes.io/component: labels", "app.kubernetes.io/component: consume"),
        ("- labels\n        - consume", "- consume"),
        ("memory: 384Mi", "memory: 320Mi"),
        ("memory: 192Mi", "memory: 160Mi"),
    ):
        ours = ours.replace(own, other)
    assert ours == usual


def test_its_pods_are_no_others(printing):
    selectors = [each["spec"]["selector"]["matchLabels"] for each in printing.of("Deployment")]
    assert len({tuple(sorted(each.items())) for each in selectors}) == len(selectors)


def test_what_it_needs_is_in_its_image_alone():
    project = tomllib.loads((ROOT / "services/order-svc/pyproject.toml").read_text())
    needed = {each.partition(">")[0] for each in project["dependency-groups"]["labels"]}
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert services["order-labels"]["build"]["args"]["EXTRAS"] == GROUP
    assert "EXTRAS" not in services["order-svc"]["build"]["args"]
    assert needed
    extras = [each for lists in project["project"].get("optional-dependencies", {}).values() for each in lists]
    assert not [each for each in (*project["project"]["dependencies"], *extras) if each.partition(">")[0] in needed]


def test_the_lock_has_what_it_needs():
    lock = (ROOT / "requirements.lock").read_text()
    assert all(f"\n{name}==" in lock for name in ("fpdf2", "pylopdf-fonts-zh-cn", "zxing-cpp"))
    assert GROUP in (ROOT / "Makefile").read_text()
