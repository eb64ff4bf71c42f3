"""Policies for the Job that creates topics where no operator does."""

import pytest
import typer
from aftercare_chassis.kafka import topics
from manifests import K8S, Rendering, rendered


@pytest.mark.parametrize("overlay", ["dev", "staging"])
def test_it_is_a_command_with_options_that_the_image_has(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Rendering(rendered(K8S / "overlays" / overlay)).one("Job", "topics")
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", topics.__name__]
    for each in container["env"]:
        monkeypatch.setenv(each["name"], each["value"])
    app = typer.Typer()
    app.command()(topics.command)
    given = typer.main.get_command(app).make_context("topics", list(container["args"])).params
    assert given["bootstrap"] == "kafka:9092"
    assert given["min_isr"] == max(1, given["replication_factor"] - 1)
